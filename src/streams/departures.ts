import { defer, EMPTY, merge, type Observable, of, Subject } from 'rxjs';
import type { Chunk } from '../messages/chunk.ts';

/** Where chunks leave a source, one after the other. */
export class Departures {
  readonly chunks$: Observable<Chunk>;
  /** Emits when somebody takes: at once when somebody does already, else at the first one. */
  readonly demand$: Observable<void>;
  readonly #handedOn$ = new Subject<Chunk>();
  readonly #joined$ = new Subject<void>();
  /** The one under way first. */
  readonly #leaving: Chunk[] = [];
  readonly #completed: () => void;
  #ended = false;

  /** `completed` runs once the last chunk has left. */
  constructor(completed: () => void) {
    this.#completed = completed;
    this.chunks$ = defer(() => {
      queueMicrotask(() => this.#joined$.next());
      return this.#handedOn$;
    });
    this.demand$ = defer(() => merge(this.#handedOn$.observed ? of(undefined) : EMPTY, this.#joined$));
  }

  /** Who is told may bring the next, or end the source: everyone has these chunks before that. */
  handOn(chunks: readonly Chunk[]): void {
    const underWay = this.#leaving.length > 0;
    this.#leaving.push(...chunks);
    if (underWay) return;
    for (let next = this.#leaving[0]; next; next = this.#leaving[0]) {
      this.#handedOn$.next(next);
      this.#leaving.shift();
    }
    if (this.#ended) this.#complete();
  }

  end(): void {
    this.#ended = true;
    if (this.#leaving.length === 0) this.#complete();
  }

  #complete(): void {
    this.#handedOn$.complete();
    this.#completed();
  }
}
