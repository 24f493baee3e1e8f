import type { Clock } from '../environment.ts';
import type { Guard } from '../transport/traffic.ts';

/** Milliseconds that having no room, or having some again, must last before it is told. */
export const LASTING = 1000;

/**
 * Tells that there is no room to write, once that has lasted, and that there is some again, once that has. A window
 * fills and empties many times a second under a flood, and stands full most of the time before a slow peer: neither is
 * a change.
 */
export class Congestion {
  readonly #clock: Clock;
  readonly #tell: (full: boolean) => void;
  #told = false;
  #timer: unknown;

  constructor(clock: Clock, tell: (full: boolean) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  judge(full: boolean, guard: Guard): void {
    if (full === this.#told) {
      this.#stop();
      return;
    }
    const tell = guard(() => {
      this.#timer = undefined;
      this.#told = full;
      this.#tell(full);
    });
    this.#timer ??= this.#clock.setTimeout(tell, LASTING);
  }

  /** The connection is gone; the next one begins with room. */
  lost(): void {
    this.#stop();
    this.#told = false;
  }

  #stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
