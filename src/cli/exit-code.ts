/** What the command's exit code says. After a second signal it dies of that: 130 or 143, as a shell counts it. */
export const EXIT = {
  /** A stop that was asked for, or all sources ended; everything is delivered. */
  done: 0,
  /** A pipeline failed, or events are undelivered. */
  failed: 1,
  /** A bad or unreadable config, or a command line that cannot be understood. Nothing was started. */
  misused: 2,
} as const;
