/** The numbers from `first` to `last`, both included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** A set of whole numbers from 1 on. It costs 16 bytes for each unbroken range, however many numbers are in it. */
export class NumberRanges {
  /** Sorted; no range touches the next one. */
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];
  #size = 0;

  /** How many numbers it holds. */
  get size(): number {
    return this.#size;
  }

  /** How many unbroken ranges it is made of. */
  get pieces(): number {
    return this.#firsts.length;
  }

  has(number: number): boolean {
    return this.#firstOf(this.#find(number)) <= number;
  }

  /** False when it is in there already. */
  add(number: number): boolean {
    const index = this.#find(number);
    if (this.#firstOf(index) <= number) return false;
    this.#size += 1;
    const joinsLeft = this.#lasts[index - 1] === number - 1;
    const joinsRight = this.#firsts[index] === number + 1;
    if (joinsLeft && joinsRight) {
      this.#lasts.splice(index - 1, 1);
      this.#firsts.splice(index, 1);
    } else if (joinsLeft) {
      this.#lasts[index - 1] = number;
    } else if (joinsRight) {
      this.#firsts[index] = number;
    } else {
      this.#firsts.splice(index, 0, number);
      this.#lasts.splice(index, 0, number);
    }
    return true;
  }

  /** How many of the numbers from `first` to `last` are in there; none when `last` is before `first`. */
  count(first: number, last: number): number {
    if (last < first) return 0;
    let count = 0;
    for (let index = this.#find(first); this.#firstOf(index) <= last; index += 1) {
      count += Math.min(last, this.#lastOf(index)) - Math.max(first, this.#firstOf(index)) + 1;
    }
    return count;
  }

  /** What is not in there of the numbers from 1 to `last`. */
  gaps(last: number): NumberRange[] {
    const gaps: NumberRange[] = [];
    let next = 1;
    for (let index = 0; this.#firstOf(index) <= last; index += 1) {
      if (this.#firstOf(index) > next) gaps.push({ first: next, last: this.#firstOf(index) - 1 });
      next = this.#lastOf(index) + 1;
    }
    if (next <= last) gaps.push({ first: next, last });
    return gaps;
  }

  /** The index of the first range that does not end before `number`. */
  #find(number: number): number {
    let low = 0;
    let high = this.#lasts.length;
    if (high === 0 || this.#lastOf(high - 1) < number) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#lastOf(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #firstOf(index: number): number {
    return this.#firsts[index] ?? Number.POSITIVE_INFINITY;
  }

  #lastOf(index: number): number {
    return this.#lasts[index] ?? Number.POSITIVE_INFINITY;
  }
}
