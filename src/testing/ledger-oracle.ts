import { UsageError } from '../errors.ts';
import { ConsumerLedger } from './consumer-ledger.ts';
import { isProducerName, type Mark, readMarks, textsOf, writeMark } from './ledger-marks.ts';
import { OracleError, summaryOf, type Verdict } from './ledger-verdict.ts';
import { Waiters } from './waiters.ts';

/** Options of a ledger oracle. */
export interface LedgerOracleOptions {
  /** How many messages a disturbance may make a consumer get again. Default: any number. */
  readonly inFlight?: number;
  /** Which producers' messages a consumer shall get. Default, and for consumers that are not named: all. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
}

/** Options of a wait. */
export interface WaitOptions {
  /** Ends the wait with an `OracleError`: `AbortSignal.timeout(5000)` for example. */
  readonly signal?: AbortSignal;
}

/**
 * The judge of a test: it numbers what producers send and keeps a book of what each consumer gets. Names of consumers
 * are the test's own. What it remembers is not the messages but unbroken ranges of their numbers, 32 bytes each, per
 * consumer and producer: a million messages cost as much as one, and each hole in them, a message that was dropped for
 * example, makes one range more. Besides it keeps a count per disturbance and the first 100 breaks of the order.
 */
export interface LedgerOracle {
  /**
   * The next message of `producer`: JSON text such as `{"producer":"exchange","number":1}`, with `fields` behind it.
   * It may be put into other text or JSON, or be quoted there; the two fields have to stay next to each other.
   * @throws UsageError when the name has other characters than letters, digits and `_ - . :`.
   */
  produce(producer: string, fields?: Readonly<Record<string, unknown>>): string;
  /**
   * What `consumer` got, in the order it got it: text, bytes, a message, a parsed value, or a list or batch of these. A
   * text may hold any number of messages. One in which there is none is unknown, and so is one that was never produced.
   */
  deliver(consumer: string, delivery: unknown): void;
  /** What was found among the failures, of any shape that `deliver` takes: it does not have to be delivered. */
  fail(consumer: string, failure: unknown): void;
  /**
   * A counter says that `count` messages were dropped: so many do not have to be delivered, or repeated. Counts add up.
   * @throws UsageError when it is no whole number, or below 0.
   */
  drop(consumer: string, count: number): void;
  /**
   * A connection, peer or process is being disturbed. From now on each producer's messages may go back once more, by
   * `inFlight` at most, and have to come again from there in order; `inFlight` more of all of them may come again. What
   * one disturbance does not use is left for those after it. When two ends are disturbed at once that is two of them.
   * `consumer`: concerns only this one. Default: all, also those that are not known yet.
   */
  disturb(consumer?: string): void;
  /**
   * Resolves when `count` different messages were delivered to `consumer`, at once when they are there already.
   * @throws OracleError when `signal` is aborted before; `cause` is the reason of the abort.
   * @throws UsageError when `count` is no whole number, or below 0.
   */
  delivered(consumer: string, count: number, options?: WaitOptions): Promise<void>;
  /** How it stands now. While messages are under way they are missing, so ask when all is done. */
  verdict(consumer: string): Verdict;
  /**
   * Returns the verdict when nothing is wrong.
   * @throws OracleError that says which messages are lost, where the order broke, how many were repeated and how many
   *   of these were allowed, what came that was never produced, and how many drops were counted that were none.
   */
  assert(consumer: string): Verdict;
}

/**
 * An oracle that has seen nothing yet.
 * @throws UsageError when `inFlight` is below 0 or no number.
 */
export function ledgerOracle(options: LedgerOracleOptions = {}): LedgerOracle {
  return new Oracle(options);
}

interface Consumer {
  readonly ledger: ConsumerLedger;
  readonly waiters: Waiters;
}

class Oracle implements LedgerOracle {
  readonly #inFlight: number;
  readonly #inputs: ReadonlyMap<string, readonly string[]>;
  readonly #produced = new Map<string, number>();
  readonly #consumers = new Map<string, Consumer>();
  #disturbances = 0;

  constructor({ inFlight = Number.POSITIVE_INFINITY, inputs = {} }: LedgerOracleOptions) {
    if (!(inFlight >= 0)) throw new UsageError(`inFlight: ${inFlight} is not 0 or more`);
    this.#inFlight = inFlight;
    this.#inputs = new Map(Object.entries(inputs));
  }

  produce(producer: string, fields: Readonly<Record<string, unknown>> = {}): string {
    if (!isProducerName(producer)) {
      throw new UsageError(`${JSON.stringify(producer)} is no name of a producer: letters, digits and _ - . : are`);
    }
    const number = (this.#produced.get(producer) ?? 0) + 1;
    this.#produced.set(producer, number);
    return writeMark({ producer, number }, fields);
  }

  deliver(consumer: string, delivery: unknown): void {
    const { ledger, waiters } = this.#consumer(consumer);
    this.#read(ledger, delivery, (mark) => ledger.deliver(mark));
    waiters.changed();
  }

  fail(consumer: string, failure: unknown): void {
    const { ledger } = this.#consumer(consumer);
    this.#read(ledger, failure, (mark) => ledger.fail(mark));
  }

  drop(consumer: string, count: number): void {
    this.#consumer(consumer).ledger.drop(wholeNumber(count));
  }

  disturb(consumer?: string): void {
    if (consumer !== undefined) {
      this.#consumer(consumer).ledger.disturb();
      return;
    }
    this.#disturbances += 1;
    for (const { ledger } of this.#consumers.values()) ledger.disturb();
  }

  async delivered(consumer: string, count: number, { signal }: WaitOptions = {}): Promise<void> {
    const { ledger, waiters } = this.#consumer(consumer);
    const target = wholeNumber(count);
    const fault = (cause: unknown) => {
      const summary = `${consumer}: ${ledger.delivered} of ${count} messages were delivered when the wait was ended`;
      return new OracleError(summary, ledger.verdict(consumer), { cause });
    };
    await waiters.until(() => ledger.delivered >= target, { signal, fault });
  }

  verdict(consumer: string): Verdict {
    return this.#consumer(consumer).ledger.verdict(consumer);
  }

  assert(consumer: string): Verdict {
    const verdict = this.verdict(consumer);
    if (verdict.faults.length > 0) throw new OracleError(summaryOf(verdict), verdict);
    return verdict;
  }

  #read(ledger: ConsumerLedger, delivery: unknown, enter: (mark: Mark) => boolean): void {
    for (const text of textsOf(delivery)) {
      const marks = readMarks(text);
      if (marks.length === 0) ledger.unknown(text);
      for (const mark of marks) {
        if (!enter(mark)) ledger.unknown(writeMark(mark));
      }
    }
  }

  #consumer(name: string): Consumer {
    let consumer = this.#consumers.get(name);
    if (consumer === undefined) {
      const inputs = this.#inputs.get(name);
      const ledger = new ConsumerLedger({
        produced: this.#produced,
        inputs: inputs === undefined ? undefined : new Set(inputs),
        inFlight: this.#inFlight,
        disturbances: this.#disturbances,
      });
      consumer = { ledger, waiters: new Waiters() };
      this.#consumers.set(name, consumer);
    }
    return consumer;
  }
}

function wholeNumber(count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) throw new UsageError(`${count} is not a whole number of 0 or more`);
  return count;
}
