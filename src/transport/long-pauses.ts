import type { Clock, Logger } from '../environment.ts';

/** Milliseconds without reading after which peers may give up on us: their pings go unanswered. */
const LONG = 10_000;

export interface LongPausesOptions {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Warns of pauses in reading that last long, and counts them. */
export class LongPauses {
  readonly #options: LongPausesOptions;
  /** What is not read, as the warning names it. */
  readonly #endpoint: string;
  #timer: unknown;
  #count = 0;

  constructor(endpoint: string, options: LongPausesOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#timer = this.#options.clock.setTimeout(() => this.#warn(), LONG);
  }

  end(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #warn(): void {
    this.#count += 1;
    const words = 'peers not read for 10 s, because a sink has no room; they may give up on us';
    this.#options.logger.warn({ endpoint: this.#endpoint }, words);
  }
}
