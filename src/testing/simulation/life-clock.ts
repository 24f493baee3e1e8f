import type { Clock } from '../../environment.ts';

interface LifeTimer {
  readonly run: () => void;
  waits: boolean;
  timer: unknown;
}

/**
 * The clock as one life of a process sees it: its timers die with it, and while its event loop stands still none runs.
 * Afterwards the timers that came due run first, then what the system had to tell, as in a real event loop.
 */
export class LifeClock implements Clock {
  readonly #world: Clock;
  readonly #due: LifeTimer[] = [];
  #told: (() => void)[] = [];
  #pending = 0;
  #blockedUntil = 0;
  #blocked = false;
  #alive = true;
  /** Runs when the event loop goes on. */
  unblocked: () => void = () => {};

  constructor(world: Clock) {
    this.#world = world;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#pending;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  now(): number {
    return this.#world.now();
  }

  setTimeout(run: () => void, delay: number): LifeTimer {
    const timer: LifeTimer = { run, waits: true, timer: undefined };
    if (!this.#alive) return timer;
    this.#pending += 1;
    timer.timer = this.#world.setTimeout(() => this.#fire(timer), delay);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    if (!isTimer(timer) || !timer.waits || !this.#alive) return;
    timer.waits = false;
    this.#pending -= 1;
    this.#world.clearTimeout(timer.timer);
  }

  /** The system tells the process something: at once, when its event loop goes on, or never. */
  tell(run: () => void): void {
    if (!this.#alive) return;
    if (this.#blocked) this.#told.push(run);
    else run();
  }

  /** The event loop stands still for `ms`. */
  block(ms: number): void {
    this.#blocked = true;
    this.#blockedUntil = Math.max(this.#blockedUntil, this.now() + ms);
    this.#world.setTimeout(() => this.#goOn(), ms);
  }

  /** The process is gone. */
  die(): void {
    this.#alive = false;
    this.#told = [];
  }

  #fire(timer: LifeTimer): void {
    if (!this.#alive || !timer.waits) return;
    if (this.#blocked) this.#due.push(timer);
    else this.#run(timer);
  }

  #run(timer: LifeTimer): void {
    if (!timer.waits) return;
    timer.waits = false;
    this.#pending -= 1;
    timer.run();
  }

  /** One thing at a time: promises settle in between. */
  #goOn(): void {
    if (!this.#alive || !this.#blocked || this.now() < this.#blockedUntil) return;
    const due = this.#due.shift();
    if (due) this.#run(due);
    else if (this.#told.length > 0) this.#told.shift()?.();
    else {
      this.#blocked = false;
      this.unblocked();
      return;
    }
    this.#world.setTimeout(() => this.#goOn(), 0);
  }
}

function isTimer(timer: unknown): timer is LifeTimer {
  return typeof timer === 'object' && timer !== null && 'waits' in timer;
}
