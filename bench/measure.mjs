/** Starts to count this process's CPU; answers its parent's `done` with what was used by then, once it is tidy. */
export function measure(tidy = async () => {}) {
  const start = process.cpuUsage();
  process.on('message', (message) => {
    if (message !== 'done') return;
    const { user, system } = process.cpuUsage(start);
    const usage = { cpu: user + system, rss: process.resourceUsage().maxRSS * 1024 };
    tidy().finally(() => process.send(usage, () => process.exit(0)));
  });
}
