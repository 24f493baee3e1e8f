import type { AnyActor, AnyTransitionDefinition } from 'xstate';
import { transitionNumber } from './transition-number.ts';

const NONE: readonly number[] = [];
/** Lists of numbers that are remembered. */
const MOST_LISTS = 1000;

/** The transitions that each actor has taken since its last snapshot, as numbers. */
export class TakenTransitions {
  readonly #lists = new Map<string, readonly number[]>();
  readonly #taken = new WeakMap<AnyActor, number[]>();

  add(actor: AnyActor, transitions: readonly AnyTransitionDefinition[]): void {
    for (const transition of transitions) {
      const number = transitionNumber(transition);
      if (number === undefined) continue;
      const taken = this.#taken.get(actor);
      if (taken) taken.push(number);
      else this.#taken.set(actor, [number]);
    }
  }

  take(actor: AnyActor): readonly number[] {
    const taken = this.#taken.get(actor);
    if (!taken) return NONE;
    this.#taken.delete(actor);
    return this.#shared(taken);
  }

  /** Equal lists are one: most are the same few, thousands of times. */
  #shared(taken: readonly number[]): readonly number[] {
    const key = taken.join();
    const known = this.#lists.get(key);
    if (known) return known;
    if (this.#lists.size < MOST_LISTS) this.#lists.set(key, taken);
    return taken;
  }
}
