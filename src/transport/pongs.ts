/** Answers that may wait for the system to take them. */
const PONG_LIMIT = 32;

/** Sends one pong; `sent` runs when the system has taken it. */
type SendPong = (payload: Buffer, sent: () => void) => void;

/**
 * Answers a peer's pings. A peer that floods and does not read would fill our memory with answers, and one that pinged
 * while we did not read has many of them waiting: then the latest ping alone is answered (RFC 6455, section 5.5.3).
 */
export class Pongs {
  readonly #send: SendPong;
  #waiting = 0;
  #latest: Buffer | undefined;

  constructor(send: SendPong) {
    this.#send = send;
  }

  answer(ping: Buffer): void {
    if (this.#waiting < PONG_LIMIT) this.#answer(ping);
    // A copy: the ping is a view of a whole read.
    else this.#latest = Buffer.from(ping);
  }

  #answer(ping: Buffer): void {
    this.#waiting += 1;
    this.#send(ping, () => {
      this.#waiting -= 1;
      const latest = this.#latest;
      if (latest === undefined) return;
      this.#latest = undefined;
      this.#answer(latest);
    });
  }
}
