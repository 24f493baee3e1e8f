import type { Clock } from '../index.ts';

/** Least milliseconds between two lines about one count. */
const INTERVAL = 10_000;

/** Tells of counts that grow: of each at once, then from time to time by how much it has grown since. */
export interface Growth {
  /** Notes a count; `tell` is called when it is time to. `more`: it was told of before. */
  note(key: string, count: number, tell: (grown: number, more: boolean) => void): void;
  /** No timer is left afterwards. */
  close(): void;
}

export function createGrowth(clock: Clock): Growth {
  const counts = new Map<string, number>();
  const told = new Map<string, number>();
  const timers = new Map<string, unknown>();

  function judge(key: string, tell: (grown: number, more: boolean) => void): void {
    const before = told.get(key) ?? 0;
    const now = counts.get(key) ?? 0;
    if (now <= before || timers.has(key)) return;
    tell(now - before, before > 0);
    told.set(key, now);
    const again = () => {
      timers.delete(key);
      judge(key, tell);
    };
    timers.set(key, clock.setTimeout(again, INTERVAL));
  }

  return {
    note(key, count, tell) {
      counts.set(key, count);
      judge(key, tell);
    },
    close() {
      for (const timer of timers.values()) clock.clearTimeout(timer);
    },
  };
}
