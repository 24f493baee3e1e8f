import { type NumberRange, NumberRanges } from './number-ranges.ts';
import type { OrderBreak, OrderLog } from './order-log.ts';

/** What of one producer's messages came to one consumer, and how far it has come. */
export class ProducerTrack {
  readonly #producer: string;
  readonly #inFlight: number;
  readonly #log: OrderLog;
  readonly #delivered = new NumberRanges();
  /** Delivered, or among the failures. */
  readonly #settled = new NumberRanges();
  #highest = 0;
  /** The last number in order; lower than the highest one while messages are repeated. */
  #position = 0;
  #stepsBack = 0;
  /** The last step back was a fault itself: what the repetition leaves out is no other one. */
  #astray = false;

  constructor(producer: string, inFlight: number, log: OrderLog) {
    this.#producer = producer;
    this.#inFlight = inFlight;
    this.#log = log;
  }

  /** Never delivered, and not among the failures, of `produced` messages. */
  missing(produced: number): NumberRange[] {
    return this.#settled.gaps(produced);
  }

  /** False when it is a repetition. `disturbances`: how many there have been up to now. */
  deliver(number: number, disturbances: number): boolean {
    const isNew = this.#delivered.add(number);
    const isUnsettled = this.#settled.add(number);
    if (number > this.#position) {
      this.#goOn(number);
      if (isUnsettled && number < this.#highest) this.#break('late', this.#highest, number);
      this.#position = number;
    } else if (isUnsettled) {
      this.#break('late', this.#highest, number);
    } else if (!isNew) {
      this.#goBack(number, disturbances);
    }
    this.#highest = Math.max(this.#highest, number);
    return isNew;
  }

  /** Whether it is the first that is heard of it: not delivered, and not among the failures yet. */
  fail(number: number): boolean {
    return this.#settled.add(number);
  }

  hasDelivered(number: number): boolean {
    return this.#delivered.has(number);
  }

  #goOn(number: number): void {
    const skipped = this.#position === this.#highest ? 0 : this.#delivered.count(this.#position + 1, number - 1);
    if (skipped > 0 && !this.#astray) this.#break('skipped', this.#position, number, skipped);
  }

  #goBack(number: number, disturbances: number): void {
    const isAllowed = this.#stepsBack < disturbances;
    const isWithin = this.#delivered.count(number, this.#highest) <= this.#inFlight;
    if (isAllowed) this.#stepsBack += 1;
    this.#astray = !isAllowed || !isWithin;
    if (!isAllowed) this.#break('back', this.#position, number);
    else if (!isWithin) this.#break('too-far', this.#highest, number);
    this.#position = number;
  }

  #break(kind: OrderBreak['kind'], after: number, number: number, count = 1): void {
    this.#log.add({ producer: this.#producer, kind, after, number }, count);
  }
}
