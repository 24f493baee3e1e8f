import type { Clock } from '../environment.ts';

/** Least milliseconds between two logs of the same kind. */
const LOG_INTERVAL = 1000;

/**
 * Logs what may come often: at most once per second, and then with how many others it stands for, as the field
 * `suppressed`. What is logged is kept until then, so it should be small.
 */
export class SampledLog {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #write: (fields: object, message: string) => void;
  #loggedAt = Number.NEGATIVE_INFINITY;
  /** Not logged since then, and the last of them. */
  #suppressed = 0;
  #latest: { readonly fields: object; readonly message: string } | undefined;

  constructor(clock: Pick<Clock, 'now'>, write: (fields: object, message: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  log(fields: object, message: string): void {
    if (this.#clock.now() - this.#loggedAt >= LOG_INTERVAL) {
      this.#log(fields, message, this.#suppressed);
      return;
    }
    this.#suppressed += 1;
    this.#latest = { fields, message };
  }

  /** Nothing more will come: the last one is logged, if it was not. */
  end(): void {
    if (this.#latest) this.#log(this.#latest.fields, this.#latest.message, this.#suppressed - 1);
  }

  #log(fields: object, message: string, suppressed: number): void {
    this.#loggedAt = this.#clock.now();
    this.#suppressed = 0;
    this.#latest = undefined;
    this.#write(suppressed > 0 ? { ...fields, suppressed } : fields, message);
  }
}
