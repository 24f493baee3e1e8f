const DELIVERED = 1;
const OWED = 2;
const EXCUSED = 4;
const DROPPED = 8;

/** Which of a producer's messages a consumer must get, and which it has. */
export class OwedMessages {
  /** By number. */
  readonly #state: number[] = [];
  readonly #first: number;
  /** No lower one is outstanding. */
  #lowest: number;
  #highest = 0;
  #outstanding = 0;
  #excused = 0;

  /** `first`: the lowest number that can be owed. */
  constructor(first: number) {
    this.#first = first;
    this.#lowest = first;
  }

  /** Messages that have to be delivered and are not. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Messages that had to be delivered, and are nowhere with an excuse. */
  get excused(): number {
    return this.#excused;
  }

  owe(number: number): void {
    if (number < this.#first) return;
    this.#highest = Math.max(this.#highest, number);
    const state = this.#state[number] ?? 0;
    if ((state & OWED) !== 0) return;
    this.#state[number] = state | OWED;
    if ((state & DELIVERED) === 0) this.#outstanding += 1;
  }

  deliver(number: number): void {
    const state = this.#state[number] ?? 0;
    if ((state & DELIVERED) !== 0) return;
    this.#state[number] = state | DELIVERED;
    if ((state & EXCUSED) !== 0) this.#excused -= 1;
    else if ((state & (OWED | DROPPED)) === OWED) this.#outstanding -= 1;
  }

  /** A counter says that it is gone. */
  drop(number: number): void {
    if (!this.#isOutstanding(number)) return;
    this.#state[number] = (this.#state[number] ?? 0) | DROPPED;
    this.#outstanding -= 1;
  }

  /** It does not have to be delivered any more: nobody who has it has promised that. */
  excuse(number: number): void {
    if (!this.#isOutstanding(number)) return;
    this.#state[number] = (this.#state[number] ?? 0) | EXCUSED;
    this.#outstanding -= 1;
    this.#excused += 1;
  }

  /** How many up to this number are outstanding. */
  behind(number: number): number {
    const last = Math.min(number, this.#highest);
    while (this.#lowest <= last && !this.#isOutstanding(this.#lowest)) this.#lowest += 1;
    let count = 0;
    for (let each = this.#lowest; each <= last; each += 1) if (this.#isOutstanding(each)) count += 1;
    return count;
  }

  /** The first few that are outstanding. */
  missing(count: number): readonly number[] {
    const numbers: number[] = [];
    for (let each = this.#lowest; each <= this.#highest && numbers.length < count; each += 1) {
      if (this.#isOutstanding(each)) numbers.push(each);
    }
    return numbers;
  }

  #isOutstanding(number: number): boolean {
    return ((this.#state[number] ?? 0) & (OWED | DELIVERED | EXCUSED | DROPPED)) === OWED;
  }
}
