/** Starts to count this process's CPU, and answers the parent's message with what was used by then, once it is tidy. */
export function measure(tidy = async () => {}) {
  const start = process.cpuUsage();
  process.on('message', () => {
    const { user, system } = process.cpuUsage(start);
    const usage = { cpu: user + system, rss: process.resourceUsage().maxRSS * 1024 };
    tidy().finally(() => process.send(usage, () => process.exit(0)));
  });
}
