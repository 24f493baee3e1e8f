import { UsageError } from '../errors.ts';
import { Waiters } from './waiters.ts';

/** What comes one after the other, and those who wait for it. */
export class Arrivals<T> {
  readonly #all: T[] = [];
  readonly #waiters = new Waiters();
  #asked = 0;
  #unmet: ((index: number) => string) | undefined;

  get all(): readonly T[] {
    return this.#all;
  }

  get ended(): boolean {
    return this.#unmet !== undefined;
  }

  add(item: T): void {
    this.#all.push(item);
    this.#waiters.changed();
  }

  /** The one at `index`, from 0: at once when it is there. Rejects with a `UsageError` when it cannot come any more. */
  at(index: number): Promise<T> {
    const promise = this.#at(index);
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
    this.#waiters.fail(new UsageError('nothing more comes'));
  }

  async #at(index: number): Promise<T> {
    await this.#waiters
      .until(() => index < this.#all.length)
      .catch((error: unknown) => {
        throw new UsageError(this.#unmet?.(index) ?? '', { cause: error });
      });
    const item = this.#all[index];
    if (item === undefined) throw new UsageError(`nothing has the index ${index}`);
    return item;
  }
}
