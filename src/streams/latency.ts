import type { Subscription } from 'rxjs';
import type { Clock } from '../environment.ts';
import type { Ledger } from './ledger.ts';

interface Mark {
  readonly through: number;
  /** Monotonic. */
  readonly at: number;
}

/**
 * How long events take from their hand-on until every sink has settled them. One mark per source is under way at a
 * time, so that it costs a look per chunk, and only while somebody measures.
 */
export class Latency {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #marks = new Map<string, Mark>();
  /** Of the marks that have arrived since the last `take`, in milliseconds. */
  readonly #longest = new Map<string, number>();
  readonly #following: Subscription;

  constructor(ledger: Pick<Ledger, 'handOns$' | 'settlements$'>, clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#following = ledger.handOns$.subscribe(({ source, through }) => {
      if (!this.#marks.has(source)) this.#marks.set(source, { through, at: clock.now() });
    });
    this.#following.add(
      ledger.settlements$.subscribe(({ source, through }) => {
        const mark = this.#marks.get(source);
        if (mark && through >= mark.through) this.#arrive(source, mark);
      }),
    );
  }

  /** The longest that was seen since the last call, in milliseconds; what is still under way counts as it stands. */
  take(source: string): number | undefined {
    const longest = this.#longest.get(source);
    this.#longest.delete(source);
    const mark = this.#marks.get(source);
    if (!mark) return longest;
    return Math.max(longest ?? 0, this.#clock.now() - mark.at);
  }

  close(): void {
    this.#following.unsubscribe();
  }

  #arrive(source: string, { at }: Mark): void {
    this.#marks.delete(source);
    this.#longest.set(source, Math.max(this.#longest.get(source) ?? 0, this.#clock.now() - at));
  }
}
