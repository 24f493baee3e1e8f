interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Those who wait until something holds. It is looked at again after each `changed`. */
export class FaultWaiters {
  #waiters: Waiter[] = [];
  #failure: Error | undefined;

  /** Rejects with the error of `fail` when it does not hold by then. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (holds()) resolve();
      else if (this.#failure !== undefined) reject(this.#failure);
      else this.#waiters.push({ holds, resolve, reject });
    });
  }

  changed(): void {
    for (const waiter of this.#waiters.filter(({ holds }) => holds())) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.resolve();
    }
  }

  /** Nothing changes any more. */
  fail(error: Error): void {
    this.changed();
    this.#failure = error;
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
