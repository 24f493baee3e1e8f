/**
 * A message that came out of order. `late`: it came for the first time, after a higher number. `skipped`: on the way up
 * again after a step back, delivered numbers between the two were not repeated. `back`: it was repeated although no
 * disturbance is left that allows a step back. `too-far`: the step back to it is longer than what may be in flight.
 */
export interface OrderBreak {
  readonly producer: string;
  readonly kind: 'late' | 'skipped' | 'back' | 'too-far';
  /** The number before it; of `late` and `too-far` the highest one. */
  readonly after: number;
  readonly number: number;
}

/** How many breaks of a kind are kept one by one. */
export const KEPT_BREAKS = 100;

/** Where the order of a consumer broke. The first ones are kept, the others counted. */
export class OrderLog {
  /** Drops and failures can be the reason for these. */
  readonly #explainable: OrderBreak[] = [];
  readonly #others: OrderBreak[] = [];
  #explainableBreaks = 0;
  #otherBreaks = 0;
  #unheard = 0;

  /** How many drops and failures it would take to explain what was late or not repeated. */
  get unheard(): number {
    return this.#unheard;
  }

  /** `count`: how many numbers it concerns. */
  add(found: OrderBreak, count: number): void {
    const isExplainable = found.kind === 'late' || found.kind === 'skipped';
    const kept = isExplainable ? this.#explainable : this.#others;
    if (kept.length < KEPT_BREAKS) kept.push(found);
    if (isExplainable) {
      this.#explainableBreaks += 1;
      this.#unheard += count;
    } else {
      this.#otherBreaks += 1;
    }
  }

  /** How many breaks there are when `explained` drops and failures may be the reason. */
  count(explained: number): number {
    return this.#otherBreaks + (this.#unheard > explained ? this.#explainableBreaks : 0);
  }

  /** The first ones of them. */
  first(explained: number): OrderBreak[] {
    return [...this.#others, ...(this.#unheard > explained ? this.#explainable : [])].slice(0, KEPT_BREAKS);
  }
}
