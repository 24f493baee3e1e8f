import type { Clock } from '../environment.ts';

export interface DiskLifeOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly disk: { readonly full: boolean; readonly latency: number };
}

interface Operation {
  /** Milliseconds. */
  readonly takes: () => number;
  readonly run: () => void;
  timer?: unknown;
}

/** What one process does with a disk in memory, until it dies. Who waits for it then waits for ever. */
export class DiskLife {
  readonly #options: DiskLifeOptions;
  /** What is under way, per file or store, in order. */
  readonly #lanes = new Map<string, Operation[]>();
  #dead = false;

  constructor(options: DiskLifeOptions) {
    this.#options = options;
  }

  /** What changes nothing on the disk: it takes a microtask. */
  ask<T>(answer: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      queueMicrotask(() => {
        if (!this.#dead) settle(answer, resolve, reject);
      });
    });
  }

  /** A write, behind those of the same lane: `change` runs when the disk's latency is over. */
  write<T>(lane: string, change: () => T): Promise<T> {
    return this.#queue(lane, () => this.#options.disk.latency, change);
  }

  /** Throws what a write to a full disk fails with. */
  requireRoom(): void {
    if (!this.#options.disk.full) return;
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }

  /** Runs when all writes of the lane are done. */
  after<T>(lane: string, run: () => T): Promise<T> {
    return this.#queue(lane, () => 0, run);
  }

  die(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const operations of this.#lanes.values()) {
      for (const { timer } of operations) this.#options.clock.clearTimeout(timer);
      const done = Math.floor(this.#options.random() * (operations.length + 1));
      for (const { run } of operations.slice(0, done)) run();
    }
    this.#lanes.clear();
  }

  #queue<T>(lane: string, takes: () => number, run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return;
      const operation = { takes, run: () => settle(run, this.#unlessDead(resolve), this.#unlessDead(reject)) };
      const operations = this.#lanes.get(lane);
      if (operations) operations.push(operation);
      else {
        this.#lanes.set(lane, [operation]);
        this.#start(lane, operation);
      }
    });
  }

  #start(lane: string, operation: Operation): void {
    const finish = () => {
      if (this.#dead) return;
      operation.run();
      this.#startNext(lane);
    };
    const takes = operation.takes();
    if (takes > 0) operation.timer = this.#options.clock.setTimeout(finish, takes);
    else queueMicrotask(finish);
  }

  #startNext(lane: string): void {
    const operations = this.#lanes.get(lane) ?? [];
    operations.shift();
    const next = operations[0];
    if (next) this.#start(lane, next);
    else this.#lanes.delete(lane);
  }

  #unlessDead<T>(tell: (value: T) => void): (value: T) => void {
    return (value) => {
      if (!this.#dead) tell(value);
    };
  }
}

function settle<T>(run: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): void {
  try {
    resolve(run());
  } catch (error) {
    reject(error);
  }
}
