import { frameSize } from '../transport/frame-header.ts';

/** What travels between the ends of a connection in a memory network. */
export type WireFrame =
  | { readonly kind: 'data'; readonly data: Buffer; readonly binary: boolean }
  | { readonly kind: 'ping' | 'pong'; readonly payload: string }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  /** The end of the stream. */
  | { readonly kind: 'end' };

/** A part of a frame in the buffers between the ends. Its last part carries the frame. */
export interface Segment {
  readonly frame: WireFrame | undefined;
  readonly bytes: number;
}

/** What one write to the system came to. */
export interface Write {
  readonly segments: readonly Segment[];
  /** Callbacks of what the system took whole, in order. */
  readonly taken: readonly (() => void)[];
}

interface Waiting {
  readonly frame: WireFrame | undefined;
  /** False for what an endpoint sends by itself. */
  readonly counted: boolean;
  readonly taken: (() => void) | undefined;
  left: number;
  begun: boolean;
}

/** What one end of a connection has yet to hand to its simulated system, which may take a frame in parts. */
export class MemoryOutbox {
  readonly #masked: boolean;
  #queue: Waiting[] = [];
  #answers: Waiting[] = [];
  #queuedBytes = 0;
  #takenBytes = 0;

  /** `masked`: true on the client's side, whose frames are 4 bytes longer (RFC 6455, section 5.2). */
  constructor(masked: boolean) {
    this.#masked = masked;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  get empty(): boolean {
    return this.#queue.length === 0 && this.#answers.length === 0;
  }

  /** What the owner of the socket sends; it counts as queued until the system has it. */
  add(frame: WireFrame, taken?: () => void): void {
    const left = this.#sizeOf(frame);
    this.#queuedBytes += left;
    this.#queue.push({ frame, counted: true, taken, left, begun: false });
  }

  /** A callback that is due when all before it is taken. */
  mark(taken: () => void): void {
    this.#queue.push({ frame: undefined, counted: false, taken, left: 0, begun: false });
  }

  /** A close frame goes behind all that waits. */
  addClose(frame: WireFrame, taken: () => void): void {
    this.#queue.push({ frame, counted: false, taken, left: this.#sizeOf(frame), begun: false });
  }

  /** An answer to a ping goes before what waits, but never into the middle of a frame. */
  addAnswer(frame: WireFrame): void {
    this.#answers.push({ frame, counted: false, taken: undefined, left: this.#sizeOf(frame), begun: false });
  }

  /** Takes what fits into `room` bytes. */
  take(room: number): Write {
    const segments: Segment[] = [];
    const taken: (() => void)[] = [];
    let free = room;
    for (let line = this.#nextLine(); line[0] !== undefined; line = this.#nextLine()) {
      const next = line[0];
      const bytes = Math.min(next.left, free);
      if (bytes === 0 && next.left > 0) break;
      free -= bytes;
      next.left -= bytes;
      next.begun = true;
      if (next.counted) this.#took(bytes);
      if (bytes > 0) segments.push({ frame: next.left === 0 ? next.frame : undefined, bytes });
      if (next.left > 0) break;
      line.shift();
      if (next.taken !== undefined) taken.push(next.taken);
    }
    return { segments, taken };
  }

  clear(): void {
    this.#queue = [];
    this.#answers = [];
    this.#queuedBytes = 0;
  }

  #nextLine(): Waiting[] {
    const begun = this.#queue[0]?.begun ?? false;
    return begun || this.#answers.length === 0 ? this.#queue : this.#answers;
  }

  #took(bytes: number): void {
    this.#queuedBytes -= bytes;
    this.#takenBytes += bytes;
  }

  #sizeOf(frame: WireFrame): number {
    return frameSize(payloadSize(frame), this.#masked);
  }
}

function payloadSize(frame: WireFrame): number {
  if (frame.kind === 'data') return frame.data.length;
  if (frame.kind === 'close') return frame.code === 1005 ? 0 : 2 + Buffer.byteLength(frame.reason);
  return frame.kind === 'end' ? 0 : Buffer.byteLength(frame.payload);
}
