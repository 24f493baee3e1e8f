import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Time between two reads, in milliseconds, at rates of which a byte does not take longer. */
const TICK = 20;

/** A TCP connection that is read at a bounded rate, evenly; writing is not slowed. Ends with the socket below it. */
export class SlowStream extends Duplex {
  readonly #socket: Socket;
  readonly #rate: number;
  #timer: NodeJS.Timeout | undefined;
  #wanted = false;

  /** `rate`: bytes per second. */
  constructor(socket: Socket, rate: number) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#rate = rate;
    socket.on('readable', () => this.#advance());
    socket.once('end', () => this.push(null));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#wanted = true;
    this.#advance();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#socket.destroy();
    done(error);
  }

  #advance(): void {
    if (!this.#wanted || this.#timer !== undefined || this.destroyed) return;
    const most = Math.max(1, Math.floor((this.#rate * TICK) / 1000));
    // Asking for more than there is would give nothing; asking for nothing tells the socket to fetch.
    const slice: Buffer | null = this.#socket.read(Math.min(most, this.#socket.readableLength));
    if (slice === null || slice.length === 0) return;
    this.#wanted = false;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#advance();
      },
      Math.ceil((slice.length * 1000) / this.#rate),
    );
    this.push(slice);
  }
}
