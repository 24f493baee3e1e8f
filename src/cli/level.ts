/** What `--log-level` takes, from the most to the least. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type Level = (typeof LEVELS)[number];
