import { found } from './elements.ts';

/** Milliseconds between two announcements; of those that come in between the last one is said. */
const PACE = 2000;

/** Tells people who do not see the page what has changed. */
export class Announcer {
  readonly #region = found('announcer', HTMLParagraphElement);
  #saidAt = Number.NEGATIVE_INFINITY;
  #due: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    this.#due = text;
    const wait = this.#saidAt + PACE - performance.now();
    if (wait <= 0) this.#speak();
    else this.#timer ??= setTimeout(() => this.#speak(), wait);
  }

  #speak(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saidAt = performance.now();
    this.#region.textContent = this.#due ?? '';
    this.#due = undefined;
  }
}
