import type { WireMessage } from '../../src/inspection/wire.ts';

/** Where the events that were sent can be looked up by their wire id: who sent them, and what made the sender. */
export interface Messages {
  find(id: string): WireMessage | undefined;
}

/** How many sent events are remembered while they come in live; the oldest are forgotten. */
export const MESSAGES = 50_000;

/** The events that were sent lately. Ids rise, so they are found by halving. */
export class MessageLog implements Messages {
  readonly #bound: number;
  readonly #messages: WireMessage[] = [];
  /** Index of the oldest, once the bound is reached. */
  #oldest = 0;

  constructor(bound: number = MESSAGES) {
    this.#bound = bound;
  }

  add(message: WireMessage): void {
    if (this.#messages.length < this.#bound) {
      this.#messages.push(message);
      return;
    }
    this.#messages[this.#oldest] = message;
    this.#oldest = (this.#oldest + 1) % this.#bound;
  }

  clear(): void {
    this.#messages.length = 0;
    this.#oldest = 0;
  }

  find(id: string): WireMessage | undefined {
    const count = this.#messages.length;
    return foundById(id, count, (index) => this.#messages[(this.#oldest + index) % count]);
  }
}

/** Finds by wire id among events in the order of their ids. */
export function foundById<T extends { readonly id: string }>(
  id: string,
  count: number,
  at: (index: number) => T | undefined,
): T | undefined {
  const wanted = Number(id);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Number(at(middle)?.id) < wanted) low = middle + 1;
    else high = middle;
  }
  const found = at(low);
  return found?.id === id ? found : undefined;
}

/** How many events a chain of causes shows at most. */
export const CHAIN = 20;

/** The event that was handled, then the one that its sender was handling, and so on. */
export function causalChain(id: string | undefined, messages: Messages): WireMessage[] {
  const chain: WireMessage[] = [];
  let next = id;
  while (next !== undefined && chain.length < CHAIN) {
    const message = messages.find(next);
    if (!message) break;
    chain.push(message);
    // Ids rise: a cause comes before what it caused. Anything else is no recording of ours, and could lead in circles.
    next = Number(message.causedBy) < Number(message.id) ? message.causedBy : undefined;
  }
  return chain;
}
