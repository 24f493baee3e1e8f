/** The last ones, up to a bound, in the order in which they came. */
export class EventRing<T> {
  readonly #capacity: number;
  readonly #kept: T[] = [];
  /** Place of the oldest one, once all places are taken. */
  #first = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Answers with what had to go. */
  push(event: T): T | undefined {
    if (this.#kept.length < this.#capacity) {
      this.#kept.push(event);
      return undefined;
    }
    const gone = this.#kept[this.#first];
    this.#kept[this.#first] = event;
    this.#first = (this.#first + 1) % this.#capacity;
    return gone;
  }

  *[Symbol.iterator](): Generator<T> {
    yield* this.#kept.slice(this.#first);
    yield* this.#kept.slice(0, this.#first);
  }
}
