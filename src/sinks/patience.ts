import type { Clock } from '../environment.ts';
import type { Guard } from '../transport/traffic.ts';

/** Waits for an answer of the peer, one at a time. */
export class Patience {
  readonly #clock: Clock;
  #timer: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waits(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * Runs `judge` in `delay` milliseconds, instead of what runs already. It takes a last look before: the event loop
   * may have stood still, and first reads what waits in the system.
   */
  start(delay: number, guard: Guard, judge: () => void): void {
    this.stop();
    const look = guard(() => {
      const verdict = guard(() => {
        this.#timer = undefined;
        judge();
      });
      this.#timer = this.#clock.setTimeout(verdict, 0);
    });
    this.#timer = this.#clock.setTimeout(look, delay);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
