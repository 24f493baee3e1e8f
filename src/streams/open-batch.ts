import type { Clock } from '../environment.ts';
import type { Batch, BatchReason } from '../messages/batch.ts';
import type { Message } from '../messages/message.ts';

/** A batch that still takes events. Its time runs from the first of them. */
export class OpenBatch {
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #expired: () => void;
  #through = new Map<string, number>();
  #messages: Message[] = [];
  #bytes = 0;
  #timer: unknown;

  /** `expired` runs `timeout` milliseconds after the first event. */
  constructor(clock: Clock, timeout: number, expired: () => void) {
    this.#clock = clock;
    this.#timeout = timeout;
    this.#expired = expired;
  }

  get events(): number {
    return this.#messages.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `bytes`: of the message, which whoever asks whether it fits has counted already. */
  add(message: Message, bytes: number): void {
    if (this.#messages.length === 0) this.#timer = this.#clock.setTimeout(this.#expired, this.#timeout);
    this.#messages.push(message);
    this.#bytes += bytes;
  }

  /** It settles its source up to here. */
  cover(source: string, through: number): void {
    this.#through.set(source, through);
  }

  /** What it has taken, which leaves it empty; undefined when that is nothing. */
  close(reason: BatchReason): Batch | undefined {
    this.drop();
    if (this.#through.size === 0) return undefined;
    const batch = { through: this.#through, messages: this.#messages, reason };
    this.#through = new Map();
    this.#messages = [];
    this.#bytes = 0;
    return batch;
  }

  /** Stops its time. */
  drop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
