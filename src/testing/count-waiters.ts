interface Waiter {
  readonly target: number;
  readonly resolve: () => void;
}

/** Those who wait until a count that only goes up has come to a number, so that nobody has to sleep and look again. */
export class CountWaiters {
  #count = 0;
  #waiting: Waiter[] = [];
  /** The lowest number that somebody waits for. */
  #next = Number.POSITIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  /** Those who wait for `count` or less are resolved, in the order they came. */
  reached(count: number): void {
    this.#count = Math.max(this.#count, count);
    if (this.#count < this.#next) return;
    const due = this.#waiting.filter(({ target }) => target <= this.#count);
    this.#keep(this.#waiting.filter(({ target }) => target > this.#count));
    for (const { resolve } of due) resolve();
  }

  /**
   * Resolves when the count is `target` or more, at once when it is so already.
   * @throws What `fault` makes of the signal's reason, when the signal is aborted before.
   */
  until(target: number, signal: AbortSignal | undefined, fault: (reason: unknown) => Error): Promise<void> {
    if (target <= this.#count) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(fault(signal.reason));
        return;
      }
      const waiter: Waiter = {
        target,
        resolve: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.#keep(this.#waiting.filter((other) => other !== waiter));
        reject(fault(signal?.reason));
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#keep([...this.#waiting, waiter]);
    });
  }

  #keep(waiting: Waiter[]): void {
    this.#waiting = waiting;
    this.#next = Math.min(...waiting.map(({ target }) => target));
  }
}
