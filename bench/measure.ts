/** What one relay used, told to its parent when that asks. */
export interface Usage {
  /** Microseconds of CPU, user and system, since `measure()`. */
  readonly cpu: number;
  /** Largest resident set, in bytes. */
  readonly rss: number;
}

/** Starts to count this process's CPU, and answers the parent's message with what was used by then. */
export function measure(): void {
  const start = process.cpuUsage();
  process.on('message', () => {
    const { user, system } = process.cpuUsage(start);
    process.send?.({ cpu: user + system, rss: process.resourceUsage().maxRSS * 1024 } satisfies Usage, () =>
      process.exit(0),
    );
  });
}
