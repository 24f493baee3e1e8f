import type { Clock } from '../environment.ts';
import type { Segment, WireFrame } from './memory-outbox.ts';

/** What both ends of a connection in a memory network share. */
export interface WireOptions {
  readonly clock: Clock;
  /** One way, in milliseconds. */
  readonly latency: number;
  /** What the systems at both ends hold of one direction, in bytes. */
  readonly bufferBytes: number;
}

/** Who a stream tells. */
export interface StreamEvents {
  /** One read turn: what has arrived whole, in order. */
  read(frames: readonly WireFrame[]): void;
  /** The other end has read: there is room again. */
  room(): void;
}

/** The TCP connection below one end: it carries bytes to the other end, holds what is not read, and can be disturbed. */
export class MemoryStream {
  readonly #wire: WireOptions;
  readonly #events: StreamEvents;
  readonly #timers = new Set<unknown>();
  #inbox: Segment[] = [];
  #peer: MemoryStream | undefined;
  #travelling = 0;
  #opened = false;
  #starved = false;
  #wakeDue = false;
  #paused = false;
  #deaf = false;
  #stopped = false;
  #ended = false;

  constructor(wire: WireOptions, events: StreamEvents) {
    this.#wire = wire;
    this.#events = events;
  }

  get opened(): boolean {
    return this.#opened;
  }

  /** Sends, and has a process that runs. */
  get works(): boolean {
    return this.#opened && !this.#stopped && !this.#ended;
  }

  /** How many bytes the system would take now. */
  get free(): number {
    return this.#wire.bufferBytes - this.#travelling;
  }

  tie(peer: MemoryStream): void {
    this.#peer = peer;
  }

  open(): void {
    this.#opened = true;
    this.after(0, () => this.#read());
  }

  /** A timer that ends with the stream. */
  after(delay: number, run: () => void): void {
    if (this.#ended) return;
    const timer = this.#wire.clock.setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delay);
    this.#timers.add(timer);
  }

  /** One write. `more`: something waits for room. */
  send(segments: readonly Segment[], more = false): void {
    this.#starved = more;
    if (segments.length === 0 || this.#peer === undefined) return;
    for (const segment of segments) this.#travelling += segment.bytes;
    this.#peer.#arrive(segments);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    queueMicrotask(() => this.#read());
  }

  /** Deaf: what arrives stays unread. Stopped: nothing leaves either. */
  disturb(deaf: boolean, stopped: boolean): void {
    this.#deaf = deaf;
    this.#stopped = stopped;
    this.after(0, () => this.#read());
    this.after(0, () => this.#events.room());
  }

  /** Drops what has arrived or is about to. */
  drop(): void {
    for (const timer of this.#timers) this.#wire.clock.clearTimeout(timer);
    this.#timers.clear();
    this.#inbox = [];
  }

  end(): void {
    this.drop();
    this.#ended = true;
  }

  /** Segments of one write arrive together after the latency, in order. */
  #arrive(segments: readonly Segment[]): void {
    this.after(this.#wire.latency, () => {
      this.#inbox.push(...segments);
      this.#read();
    });
  }

  #read(): void {
    if (!this.#opened || this.#ended || this.#paused || this.#deaf || this.#inbox.length === 0) return;
    const segments = this.#inbox;
    this.#inbox = [];
    let bytes = 0;
    const frames: WireFrame[] = [];
    for (const segment of segments) {
      bytes += segment.bytes;
      if (segment.frame !== undefined) frames.push(segment.frame);
    }
    if (this.#peer !== undefined) this.#peer.#released(bytes);
    this.#events.read(frames);
  }

  /** The other end hears of the room that a read makes after the latency. */
  #released(bytes: number): void {
    this.#travelling -= bytes;
    if (this.#wakeDue || !this.#starved) return;
    this.#wakeDue = true;
    this.after(this.#wire.latency, () => {
      this.#wakeDue = false;
      this.#events.room();
    });
  }
}
