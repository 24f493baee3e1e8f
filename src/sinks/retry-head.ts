import type { Batch } from '../messages/batch.ts';
import type { Message } from '../messages/message.ts';
import type { SinkStream } from '../streams/sink-stream.ts';

type Place = NonNullable<SinkStream['head']>;

/**
 * Counts how often the first unsettled event of a sink was tried in vain, over all connections (option `retry.retries`).
 * Only the head is ever blamed: what is behind it may fail because of it.
 */
export class RetryHead {
  readonly #stream: Pick<SinkStream, 'head' | 'isSettled' | 'narrow'>;
  readonly #retries: number;
  #blamed: { readonly place: Place; readonly tries: number } | undefined;
  /** Its failure, and those of its batch, are not settled yet. */
  #givenUp: readonly Message[] = [];

  /** `retries`: tries after the first one; without it there is no end of them. */
  constructor(stream: Pick<SinkStream, 'head' | 'isSettled' | 'narrow'>, retries = Number.POSITIVE_INFINITY) {
    this.#stream = stream;
    this.#retries = retries;
  }

  /** Tries of the head that were in vain. */
  get tries(): number {
    return this.#blamed?.tries ?? 0;
  }

  /**
   * The head was tried once more in vain; true when that was the last time. `alone`: nothing else is to be in flight
   * until it settles, so that the next verdict of the peer is about this event.
   */
  blame(alone: boolean): boolean {
    const place = this.#stream.head;
    if (!place || this.#givenUp.length > 0) return false;
    const tries = this.#isBlamed(place) ? this.tries + 1 : 1;
    this.#blamed = { place, tries };
    if (alone) this.#stream.narrow(1);
    return tries > this.#retries;
  }

  /** These are not to be written any more; they settle when somebody has taken their failures. */
  giveUp(messages: readonly Message[]): void {
    this.#givenUp = messages;
  }

  /** A batch without what was given up. */
  strip(batch: Batch): Batch {
    if (this.#givenUp.length === 0) return batch;
    const messages = batch.messages.filter((message) => !this.#givenUp.some((given) => isSame(given, message)));
    return { through: batch.through, messages, reason: batch.reason };
  }

  /** Something was settled. */
  settled(): void {
    // It may have been given up behind an event whose failure is owed too.
    this.#givenUp = this.#givenUp.filter((message) => !this.#stream.isSettled(message));
    if (!this.#blamed || this.#isBlamed(this.#stream.head)) return;
    this.#blamed = undefined;
    this.#stream.narrow(undefined);
  }

  #isBlamed(place: SinkStream['head']): boolean {
    return this.#blamed !== undefined && place !== undefined && isSame(this.#blamed.place, place);
  }
}

function isSame(a: Place, b: Place): boolean {
  return a.source === b.source && a.sequence === b.sequence;
}
