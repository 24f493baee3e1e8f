export interface WaitLimits {
  /** Ends the wait when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** What the wait rejects with then, made of the signal's reason. */
  readonly fault: (reason: unknown) => Error;
}

interface Waiter {
  readonly holds: () => boolean;
  readonly end: (error?: Error) => void;
}

/** Those who wait until something holds, so that nobody has to sleep and look again: it is judged after each `changed`. */
export class Waiters {
  #waiting: Waiter[] = [];
  #failure: Error | undefined;

  /** Resolves when it holds, at once when it does already. Rejects with the error of `fail`, or of its own limits. */
  until(holds: () => boolean, limits?: WaitLimits): Promise<void> {
    return new Promise((resolve, reject) => {
      if (holds()) resolve();
      else if (this.#failure) reject(this.#failure);
      else if (limits?.signal?.aborted) reject(limits.fault(limits.signal.reason));
      else this.#wait(holds, limits, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Those whose wait is over are resolved, in the order they came. */
  changed(): void {
    if (this.#waiting.length === 0) return;
    for (const waiter of this.#waiting.filter(({ holds }) => holds())) waiter.end();
  }

  /** Nothing changes any more. */
  fail(error: Error): void {
    this.changed();
    this.#failure = error;
    for (const waiter of [...this.#waiting]) waiter.end(error);
  }

  #wait(holds: () => boolean, limits: WaitLimits | undefined, settle: (error?: Error) => void): void {
    const abort = () => waiter.end(limits?.fault(limits.signal?.reason));
    const waiter: Waiter = {
      holds,
      end: (error) => {
        limits?.signal?.removeEventListener('abort', abort);
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        settle(error);
      },
    };
    limits?.signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(waiter);
  }
}
