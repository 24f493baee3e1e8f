import type { Observable } from 'rxjs';
import type { Clock, Logger } from '../environment.ts';
import type { Failure } from '../messages/failure.ts';
import { SampledLog } from './sampled-log.ts';

/** Takes what a component could not handle. Its origin ends it. */
export interface FailureTaker {
  /** Hands a failure on. `settled` runs once everybody has settled it, at once when there is nobody. */
  fail(failure: Failure, settled: () => void): void;
  /** Edges of whether it has no room. */
  readonly held$: Observable<boolean>;
  readonly ended: boolean;
  end(): void;
}

export interface FailureExitOptions {
  readonly failures?: FailureTaker | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * The way out for what a component cannot handle: its failure stream, or without one a counter and the log, at a
 * bounded rate.
 */
export class FailureExit {
  readonly #options: FailureExitOptions;
  readonly #log: SampledLog;
  #failed = 0;
  #rejected = 0;

  constructor(options: FailureExitOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#log = new SampledLog(clock, (fields, message) => logger.error(fields, message));
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
    this.#log.end();
    this.#options.failures?.end();
  }

  /** The payload is not logged. */
  #report({ source, sink, id, message }: Failure): void {
    const fields = { source, ...(sink === undefined ? {} : { sink }), ...(id === undefined ? {} : { id }) };
    this.#log.log(fields, `rejected: ${message}`);
  }
}
