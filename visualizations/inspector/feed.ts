import type { WireEvent } from '../../src/inspection/wire.ts';
import { eventsOf } from './wire-reading.ts';

/** `full`: the server has as many pages as it may have, and this one waits. */
export type FeedState = 'connecting' | 'live' | 'full' | 'disconnected' | 'ended';

export interface FeedTaker {
  /** Everything is told again; what was known is of the past. */
  reset(): void;
  events(events: readonly WireEvent[]): void;
  /** Events that this page does not know. */
  unknown(count: number): void;
  changed(state: FeedState): void;
}

/** Milliseconds until the next try, after the browser has given up; after a lost connection it tries by itself. */
const RETRY = 3000;

/** The events of a running supervisor, as they are served. */
export class Feed {
  readonly #taker: FeedTaker;
  #state: FeedState = 'connecting';
  /** How often it was told everything. */
  #told = 0;

  constructor(taker: FeedTaker) {
    this.#taker = taker;
  }

  get state(): FeedState {
    return this.#state;
  }

  open(): void {
    const source = new EventSource('feed');
    source.addEventListener('reset', ({ data }) => {
      this.#told += 1;
      this.#taker.reset();
      this.#take(data);
      this.#change('live');
    });
    source.addEventListener('events', ({ data }) => this.#take(data));
    source.addEventListener('end', () => {
      source.close();
      this.#change('ended');
    });
    source.addEventListener('error', () => {
      const isRefused = source.readyState === EventSource.CLOSED;
      void this.#explain(isRefused);
      if (isRefused) setTimeout(() => this.open(), RETRY);
    });
  }

  /** A feed that ends does not say why: whether the process is there is asked otherwise. */
  async #explain(isRefused: boolean): Promise<void> {
    const told = this.#told;
    const isThere = await isAnswered();
    if (told !== this.#told || this.#state === 'ended') return;
    if (!isThere) this.#change('disconnected');
    else this.#change(isRefused ? 'full' : 'connecting');
  }

  #take(data: unknown): void {
    if (typeof data !== 'string') return;
    const { events, unknown } = eventsOf(data);
    this.#taker.events(events);
    if (unknown > 0) this.#taker.unknown(unknown);
  }

  #change(state: FeedState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#taker.changed(state);
  }
}

async function isAnswered(): Promise<boolean> {
  try {
    return (await fetch('session')).ok;
  } catch {
    return false;
  }
}
