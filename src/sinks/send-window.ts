/** Bytes that may be unacknowledged before anything is known of the peer. */
export const INITIAL_WINDOW = 256 * 1024;
/** The window never falls below this many bytes. */
export const LEAST_WINDOW = 16 * 1024;

/**
 * How many bytes may be unacknowledged. The system takes megabytes for a peer that reads slowly, and a ping waits behind
 * them all: what is in front of it must be read well before its patience ends, or a slow peer looks like a dead one,
 * for ever, since everything would be sent again. So the window doubles while acknowledgements come quickly and halves
 * when one takes long, as TCP does for the network.
 */
export class SendWindow {
  readonly #most: number;
  readonly #patience: number;
  #bytes: number;

  /** `most` bytes at the most; `patience`: milliseconds after which an unanswered ping ends the connection. */
  constructor(most: number, patience: number) {
    this.#most = most;
    this.#patience = patience;
    this.#bytes = Math.min(most, INITIAL_WINDOW);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** An acknowledgement came `delay` milliseconds after it was asked for. */
  acknowledged(delay: number): void {
    if (delay * 8 < this.#patience) this.#bytes = Math.min(this.#most, this.#bytes * 2);
    else if (delay * 4 > this.#patience) this.#shrink();
  }

  /** The connection was lost with something unacknowledged. */
  lost(): void {
    this.#shrink();
  }

  #shrink(): void {
    this.#bytes = Math.min(this.#most, Math.max(LEAST_WINDOW, this.#bytes / 2));
  }
}
