import { type FeedProcess, startFeed } from './feed-process.ts';

/** The exchange over all its lives: always on the same port, started again when its process ends. */
export interface Exchange {
  readonly url: string;
  readonly pid: number | undefined;
  /** Ends its process as a power cut would. */
  kill(): void;
  /** Ends it for good. */
  close(): Promise<void>;
}

export interface ExchangeEvents {
  /** The process has ended, by `kill` or by somebody else; it is started again after `delay` milliseconds. */
  readonly died: (delay: number) => void;
  readonly restarted: (pid: number | undefined) => void;
  /** It could not be started again. */
  readonly failed: (message: string) => void;
}

/** Milliseconds between the end of its process and the next one. */
const DELAY = 1000;

/** @throws NetworkError when the port cannot be listened on. */
export async function openExchange(port: number, events: ExchangeEvents): Promise<Exchange> {
  const epoch = Date.now();
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  let starting: Promise<void> | undefined;
  let feed = await startFeed(port, epoch);
  watch(feed);

  function watch({ ended }: FeedProcess): void {
    void ended.then(() => {
      if (closing) return;
      events.died(DELAY);
      timer = setTimeout(() => {
        starting = restart();
      }, DELAY);
    });
  }

  async function restart(): Promise<void> {
    try {
      feed = await startFeed(feed.port, epoch);
    } catch (error) {
      events.failed(error instanceof Error ? error.message : String(error));
      return;
    }
    watch(feed);
    if (!closing) events.restarted(feed.pid);
  }

  return {
    url: `ws://127.0.0.1:${feed.port}/`,
    get pid() {
      return feed.pid;
    },
    kill: () => feed.kill(),
    async close() {
      closing = true;
      clearTimeout(timer);
      await starting;
      feed.kill();
      await feed.ended;
    },
  };
}
