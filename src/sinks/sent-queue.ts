import type { Bound } from '../streams/chunk-queue.ts';
import type { Sent } from './acknowledgement.ts';

/** What is on its way to the peer, in order, and how much it is. */
export class SentQueue<Item extends Sent = Sent> {
  #items: Item[] = [];
  #events = 0;
  #bytes = 0;

  /** The first with events; what was filtered before it is nothing that a peer could have refused. */
  get first(): Item | undefined {
    return this.#items.find(({ events }) => events > 0) ?? this.#items[0];
  }

  get empty(): boolean {
    return this.#items.length === 0;
  }

  [Symbol.iterator](): IterableIterator<Item> {
    return this.#items.values();
  }

  fills(window: Bound): boolean {
    return this.#events >= window.events || this.#bytes >= window.bytes;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#count(item, 1);
  }

  /** Takes out the first `count`. */
  shift(count: number): Item[] {
    const taken = this.#items.splice(0, count);
    for (const item of taken) this.#count(item, -1);
    return taken;
  }

  /** Takes out those from the first on of which `isDone` says so. */
  shiftWhile(isDone: (item: Item) => boolean): Item[] {
    const open = this.#items.findIndex((item) => !isDone(item));
    return this.shift(open < 0 ? this.#items.length : open);
  }

  clear(): void {
    this.shift(this.#items.length);
  }

  #count({ events, bytes }: Item, sign: 1 | -1): void {
    this.#events += sign * events;
    this.#bytes += sign * bytes;
  }
}
