import { UsageError } from '../errors.ts';

interface Waiter<T> {
  readonly index: number;
  readonly resolve: (item: T) => void;
  readonly reject: (error: UsageError) => void;
}

/** What comes one after the other, and those who wait for it. */
export class Arrivals<T> {
  readonly #all: T[] = [];
  #waiters: Waiter<T>[] = [];
  #asked = 0;
  #unmet: ((index: number) => string) | undefined;

  get all(): readonly T[] {
    return this.#all;
  }

  get ended(): boolean {
    return this.#unmet !== undefined;
  }

  add(item: T): void {
    const index = this.#all.push(item) - 1;
    for (const { resolve } of this.#take((waiter) => waiter.index === index)) resolve(item);
  }

  /** The one at `index`, from 0: at once when it is there. Rejects with a `UsageError` when it cannot come any more. */
  at(index: number): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      const item = this.#all[index];
      if (index < this.#all.length && item !== undefined) resolve(item);
      else if (this.#unmet !== undefined) reject(new UsageError(this.#unmet(index)));
      else this.#waiters.push({ index, resolve, reject });
    });
    // A test that has failed awaits nothing any more; what it had asked for is not another failure.
    promise.catch(() => {});
    return promise;
  }

  /** The first one that no `next` was asked for. */
  next(): Promise<T> {
    this.#asked += 1;
    return this.at(this.#asked - 1);
  }

  /** No more will come: `unmet` says so to whoever waits for the one at `index`. Only the first call counts. */
  end(unmet: (index: number) => string): void {
    if (this.#unmet !== undefined) return;
    this.#unmet = unmet;
    for (const { index, reject } of this.#take(() => true)) reject(new UsageError(unmet(index)));
  }

  #take(matches: (waiter: Waiter<T>) => boolean): Waiter<T>[] {
    const taken = this.#waiters.filter(matches);
    this.#waiters = this.#waiters.filter((waiter) => !taken.includes(waiter));
    return taken;
  }
}
