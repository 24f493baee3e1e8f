/** Answers each message of the parent with the CPU that was used so far, in microseconds, and the resident set now. */
export function sampleOnDemand() {
  process.on('message', (request) => {
    if (request === 'end') process.exit(0);
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system, rss: process.memoryUsage.rss() });
  });
}
