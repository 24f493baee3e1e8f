import type { Observable } from 'rxjs';
import type { Clock, Logger } from '../environment.ts';
import type { Failure } from '../messages/failure.ts';

/** Takes what a component could not handle. Its origin ends it. */
export interface FailureTaker {
  /** Hands a failure on. `settled` runs once everybody has settled it, at once when there is nobody. */
  fail(failure: Failure, settled: () => void): void;
  /** Edges of whether it has no room. */
  readonly held$: Observable<boolean>;
  readonly ended: boolean;
  end(): void;
}

/** Least milliseconds between two error logs of a component's failures. */
export const LOG_INTERVAL = 1000;

export interface FailureExitOptions {
  readonly failures?: FailureTaker | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'error'>;
}

/** What is logged of a failure. The payload is not kept for it. */
type Entry = Pick<Failure, 'source' | 'sink' | 'id' | 'message'>;

/**
 * The way out for what a component cannot handle: its failure stream, or without one a counter and the log, at a
 * bounded rate.
 */
export class FailureExit {
  readonly #options: FailureExitOptions;
  #failed = 0;
  #rejected = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;
  /** Not logged since then, and the last of them. */
  #suppressed = 0;
  #latest: Entry | undefined;

  constructor(options: FailureExitOptions) {
    this.#options = options;
  }

  /** Handed to the failure stream. */
  get failed(): number {
    return this.#failed;
  }

  /** Counted and logged, with nobody to take them. */
  get rejected(): number {
    return this.#rejected;
  }

  /** `settled` runs once nobody owes this failure any more. */
  take(failure: Failure, settled: () => void): void {
    const { failures } = this.#options;
    if (failures && !failures.ended) {
      this.#failed += 1;
      failures.fail(failure, settled);
      return;
    }
    this.#rejected += 1;
    this.#report(failure);
    settled();
  }

  /** No more failures will come. */
  end(): void {
    if (this.#latest) this.#log(this.#latest, this.#suppressed - 1);
    this.#options.failures?.end();
  }

  #report({ source, sink, id, message }: Failure): void {
    const entry = { source, ...(sink === undefined ? {} : { sink }), ...(id === undefined ? {} : { id }), message };
    if (this.#options.clock.now() - this.#loggedAt >= LOG_INTERVAL) {
      this.#log(entry, this.#suppressed);
      return;
    }
    this.#suppressed += 1;
    this.#latest = entry;
  }

  #log({ message, ...fields }: Entry, suppressed: number): void {
    this.#loggedAt = this.#options.clock.now();
    this.#suppressed = 0;
    this.#latest = undefined;
    this.#options.logger.error(suppressed > 0 ? { ...fields, suppressed } : fields, `rejected: ${message}`);
  }
}
