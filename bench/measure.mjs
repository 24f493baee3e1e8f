/** Starts to count this process's CPU, and answers the parent's message with what was used by then. */
export function measure() {
  const start = process.cpuUsage();
  process.on('message', () => {
    const { user, system } = process.cpuUsage(start);
    const usage = { cpu: user + system, rss: process.resourceUsage().maxRSS * 1024 };
    process.send(usage, () => process.exit(0));
  });
}
