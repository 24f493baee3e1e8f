import type { Failure } from '../messages/failure.ts';
import { FailureExit, type FailureExitOptions } from './failure-exit.ts';
import type { Ledger } from './ledger.ts';

export interface SourceFailuresOptions extends FailureExitOptions {
  readonly source: string;
  readonly ledger: Ledger;
}

/**
 * The part of a source's events that failed in it. With somebody to take them it is a taker in the ledger itself, which
 * has settled what is before the first failure that is owed.
 */
export class SourceFailures {
  readonly exit: FailureExit;
  readonly #options: SourceFailuresOptions;
  readonly #taker: string;
  /** Sequences of the failures that are owed, in order. */
  #owed: number[] = [];

  constructor(options: SourceFailuresOptions) {
    this.exit = new FailureExit(options);
    this.#options = options;
    this.#taker = `${options.source}.failures`;
    if (options.failures) options.ledger.addTaker(this.#taker, [options.source]);
  }

  /** Before its sequence is handed on, so that the ledger never runs past it. */
  take(sequence: number, failure: Failure): void {
    this.#owed.push(sequence);
    this.exit.take(failure, () => {
      if (this.#owed[0] === sequence) this.#owed.shift();
      else this.#owed = this.#owed.filter((each) => each !== sequence);
      this.settle();
    });
  }

  /** Settles what was handed on, up to the first failure that is owed. */
  settle(): void {
    const { source, ledger, failures } = this.#options;
    if (!failures) return;
    const [first = Number.POSITIVE_INFINITY] = this.#owed;
    ledger.settle(this.#taker, source, Math.min(ledger.handedOn(source), first - 1));
  }
}
