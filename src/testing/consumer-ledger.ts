import type { Mark } from './ledger-marks.ts';
import type { Verdict } from './ledger-verdict.ts';
import { type MissingRange, passVerdict } from './ledger-verdict.ts';
import { OrderLog } from './order-log.ts';
import { ProducerTrack } from './producer-track.ts';

/** What the ledger of a consumer goes by. */
export interface ConsumerTerms {
  /** How many messages each producer has numbered up to now. */
  readonly produced: ReadonlyMap<string, number>;
  /** The producers whose messages the consumer shall get. Undefined: all. */
  readonly inputs: ReadonlySet<string> | undefined;
  /** How many messages a disturbance lets come again. */
  readonly inFlight: number;
  /** How many disturbances there were before. */
  readonly disturbances: number;
}

const KEPT_SAMPLES = 5;
const SAMPLE_LENGTH = 80;

/** The book of one consumer. */
export class ConsumerLedger {
  readonly #terms: ConsumerTerms;
  readonly #tracks = new Map<string, ProducerTrack>();
  readonly #order = new OrderLog();
  /** Repetitions before the first disturbance, and after each. */
  readonly #repeated: number[];
  readonly #samples: string[] = [];
  #unknown = 0;
  #delivered = 0;
  #failed = 0;
  #failedRepetitions = 0;
  #dropped = 0;

  constructor(terms: ConsumerTerms) {
    this.#terms = terms;
    this.#repeated = new Array<number>(terms.disturbances + 1).fill(0);
  }

  /** How many different messages were delivered. */
  get delivered(): number {
    return this.#delivered;
  }

  disturb(): void {
    this.#repeated.push(0);
  }

  /** False when no such message was produced for it. */
  deliver(mark: Mark): boolean {
    const track = this.#trackOf(mark);
    if (track === undefined) return false;
    if (track.deliver(mark.number, this.#disturbances)) this.#delivered += 1;
    else this.#repeated[this.#disturbances] = (this.#repeated[this.#disturbances] ?? 0) + 1;
    return true;
  }

  /** False when no such message was produced for it. */
  fail(mark: Mark): boolean {
    const track = this.#trackOf(mark);
    if (track === undefined) return false;
    if (track.fail(mark.number)) this.#failed += 1;
    else if (track.hasDelivered(mark.number)) this.#failedRepetitions += 1;
    return true;
  }

  drop(count: number): void {
    this.#dropped += count;
  }

  unknown(text: string): void {
    this.#unknown += 1;
    if (this.#samples.length === KEPT_SAMPLES) return;
    this.#samples.push(text.length > SAMPLE_LENGTH ? `${text.slice(0, SAMPLE_LENGTH)}…` : text);
  }

  verdict(consumer: string): Verdict {
    const produced = [...this.#terms.produced].filter(([producer]) => this.#isInput(producer));
    const missing = produced.flatMap(([producer, count]) => this.#missingOf(producer, count));
    const absent = sum(missing.map(({ first, last }) => last - first + 1));
    const explained = Math.max(0, this.#dropped + this.#failedRepetitions - absent);
    const disturbances = this.#disturbances;
    const allowed = disturbances === 0 ? 0 : this.#terms.inFlight * disturbances;
    return passVerdict({
      consumer,
      produced: sum(produced.map(([, count]) => count)),
      delivered: this.#delivered,
      failed: this.#failed,
      dropped: this.#dropped,
      missing,
      lost: Math.max(0, absent - this.#dropped),
      overcounted: Math.max(0, this.#dropped - absent - this.#order.unheard - allowed),
      orderBreaks: this.#order.count(explained),
      outOfOrder: this.#order.first(explained),
      duplicates: sum(this.#repeated),
      allowedDuplicates: allowed,
      repeatedPerDisturbance: [...this.#repeated],
      unknown: this.#unknown,
      unknownSamples: [...this.#samples],
    });
  }

  get #disturbances(): number {
    return this.#repeated.length - 1;
  }

  #isInput(producer: string): boolean {
    return this.#terms.inputs?.has(producer) ?? true;
  }

  #trackOf({ producer, number }: Mark): ProducerTrack | undefined {
    const produced = this.#isInput(producer) ? (this.#terms.produced.get(producer) ?? 0) : 0;
    if (number < 1 || number > produced) return undefined;
    let track = this.#tracks.get(producer);
    if (track === undefined) {
      track = new ProducerTrack(producer, this.#terms.inFlight, this.#order);
      this.#tracks.set(producer, track);
    }
    return track;
  }

  #missingOf(producer: string, produced: number): MissingRange[] {
    const missing = this.#tracks.get(producer)?.missing(produced) ?? [{ first: 1, last: produced }];
    return missing.map(({ first, last }) => ({ producer, first, last }));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
