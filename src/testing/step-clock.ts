import type { Clock } from '../environment.ts';

const LONGEST_DELAY = 2 ** 31 - 1;

/** More timers than this at one instant are taken for a loop without end. */
const INSTANT_LIMIT = 100_000;

/** A clock that stands still until a test moves it. Timers due at the same instant run in the order of their making. */
export interface StepClock extends Clock {
  /** How many timers wait. */
  readonly pending: number;
  /**
   * Lets `ms` milliseconds pass: runs each timer that comes due, at its own instant, those included that others set
   * on the way, and lets promises settle before, between and after them. Calls queue up; an error of a timer rejects.
   */
  advance(ms: number): Promise<void>;
  /** As `advance`, up to the instant `time`; one that has passed already only settles. */
  advanceTo(time: number): Promise<void>;
  /** Passes the time up to the next timer and runs all that are due then. False when none waits. */
  next(): Promise<boolean>;
  /** Runs what is due now and lets promises settle, until nothing happens any more at this instant. */
  settle(): Promise<void>;
  /** Lets `ms` milliseconds pass without running a timer, as a blocked event loop does. */
  block(ms: number): void;
}

/** A `StepClock` whose time begins at `start` milliseconds. */
export function createStepClock(start = 0): StepClock {
  return new TimerQueue(start);
}

class Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  waits = true;

  constructor(at: number, order: number, run: () => void) {
    this.at = at;
    this.order = order;
    this.run = run;
  }
}

class TimerQueue implements StepClock {
  #now: number;
  #made = 0;
  #pending = 0;
  /** A binary heap; a cleared timer stays in it until it comes to the top or most of the heap is cleared. */
  #heap: Timer[] = [];
  #steps: Promise<unknown> = Promise.resolve();

  constructor(start: number) {
    this.#now = start;
  }

  get pending(): number {
    return this.#pending;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, delay: number): Timer {
    const wait = Math.min(Math.max(delay, 0) || 0, LONGEST_DELAY);
    const timer = new Timer(this.#now + wait, this.#made, run);
    this.#made += 1;
    this.#pending += 1;
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    if (!(timer instanceof Timer) || !timer.waits) return;
    timer.waits = false;
    this.#pending -= 1;
    if (this.#heap.length > 64 && this.#heap.length > this.#pending * 2) this.#compact();
  }

  advance(ms: number): Promise<void> {
    return this.#queue(() => this.#runUntil(this.#now + ms));
  }

  advanceTo(time: number): Promise<void> {
    return this.#queue(() => this.#runUntil(time));
  }

  settle(): Promise<void> {
    return this.#queue(() => this.#runUntil(this.#now));
  }

  next(): Promise<boolean> {
    return this.#queue(async () => {
      await turn();
      const first = this.#first();
      await this.#runUntil(first?.at ?? this.#now);
      return first !== undefined;
    });
  }

  block(ms: number): void {
    this.#now += ms;
  }

  #queue<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#steps.then(step);
    this.#steps = result.catch(() => {});
    return result;
  }

  async #runUntil(target: number): Promise<void> {
    await turn();
    let ran = 0;
    for (
      let timer = this.#first();
      timer !== undefined && timer.at <= Math.max(target, this.#now);
      timer = this.#first()
    ) {
      ran = timer.at > this.#now ? 0 : ran + 1;
      if (ran > INSTANT_LIMIT) throw new Error(`Timers without end at ${this.#now} ms`);
      this.#now = Math.max(this.#now, timer.at);
      this.clearTimeout(timer);
      timer.run();
      await turn();
    }
    this.#now = Math.max(this.#now, target);
  }

  #first(): Timer | undefined {
    while (this.#heap[0]?.waits === false) this.#removeTop();
    return this.#heap[0];
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #compact(): void {
    // Sorted by due time is a heap too.
    this.#heap = this.#heap.filter((timer) => timer.waits).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapUnlessOrdered(parent, index)) return;
      index = parent;
    }
  }

  #sink(from: number): void {
    let index = from;
    for (;;) {
      const left = index * 2 + 1;
      const right = left + 1;
      const first = this.#isBefore(right, left) ? right : left;
      if (!this.#swapUnlessOrdered(index, first)) return;
      index = first;
    }
  }

  #swapUnlessOrdered(parent: number, child: number): boolean {
    const [above, below] = [this.#heap[parent], this.#heap[child]];
    if (above === undefined || below === undefined || !isBefore(below, above)) return false;
    this.#heap[parent] = below;
    this.#heap[child] = above;
    return true;
  }

  #isBefore(index: number, other: number): boolean {
    const [a, b] = [this.#heap[index], this.#heap[other]];
    return a !== undefined && b !== undefined && isBefore(a, b);
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

/** A turn of the real event loop: all microtasks, and chains of them, have run when it is over. No time is waited. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
