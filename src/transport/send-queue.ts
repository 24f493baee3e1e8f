import type { Piece } from './broadcast.ts';

export interface SendQueueOptions {
  /** Most messages that wait (option `server.send-buffer-capacity`). */
  readonly messages: number;
  /** Most bytes that wait (option `server.send-buffer-bytes`); one larger message passes when it is alone. */
  readonly bytes: number;
  /** What happens to a message that finds no room. Conflating may not make room: then the oldest leave. */
  readonly whenFull: 'disconnect' | 'drop-oldest' | 'drop-newest' | 'conflate';
  /** JSON pointer to what says that two messages are about the same: the newer goes to the end, the older leaves. */
  readonly conflateBy?: string | undefined;
}

/** What waits for one slow peer, in order, within its bounds. */
export class SendQueue {
  readonly #options: SendQueueOptions;
  /** In order, by conflation key; those without one by a number of their own. */
  #waiting = new Map<string | number, Piece>();
  /** Goes on where it stood: a fresh one would pass over all that has left since the map was last rebuilt. */
  #oldest = this.#waiting.keys();
  #pushed = 0;
  #bytes = 0;
  #dropped = 0;
  #conflated = 0;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#waiting.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get conflated(): number {
    return this.#conflated;
  }

  get halfFull(): boolean {
    return this.length * 2 >= this.#options.messages || this.#bytes * 2 >= this.#options.bytes;
  }

  /** A message that finds no room ends the connection. */
  get disconnects(): boolean {
    return this.#options.whenFull === 'disconnect';
  }

  /** False when there is no room and the policy is to disconnect; then nothing has changed. */
  push(piece: Piece): boolean {
    const { whenFull } = this.#options;
    const key = this.#keyOf(piece);
    if (this.#remove(key)) this.#conflated += 1;
    while (!this.#fits(piece)) {
      if (whenFull === 'disconnect') return false;
      this.#dropped += 1;
      if (whenFull === 'drop-newest') return true;
      this.#remove(this.#oldest.next().value);
    }
    this.#waiting.set(key, piece);
    this.#bytes += piece.bytes;
    return true;
  }

  /** Everything that waits, in order; the queue is empty afterwards. */
  takeAll(): Piece[] {
    const pieces = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#oldest = this.#waiting.keys();
    this.#bytes = 0;
    return pieces;
  }

  /** Drops everything that waits. */
  clear(): void {
    this.#dropped += this.takeAll().length;
  }

  /** Counts messages that were never queued here. */
  miss(count: number): void {
    this.#dropped += count;
  }

  #fits(piece: Piece): boolean {
    if (this.length === 0) return true;
    return this.length < this.#options.messages && this.#bytes + piece.bytes <= this.#options.bytes;
  }

  #remove(key: string | number | undefined): boolean {
    const piece = key === undefined ? undefined : this.#waiting.get(key);
    if (key === undefined || !piece) return false;
    this.#waiting.delete(key);
    this.#bytes -= piece.bytes;
    return true;
  }

  #keyOf(piece: Piece): string | number {
    const { conflateBy } = this.#options;
    this.#pushed += 1;
    return (conflateBy === undefined ? undefined : piece.keyAt(conflateBy)) ?? this.#pushed;
  }
}
