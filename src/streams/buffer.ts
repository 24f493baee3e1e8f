import { Observable, type Subscriber } from 'rxjs';
import { type Chunk, chunkBytes, splitChunk } from '../messages/chunk.ts';

export interface Bound {
  /** Largest number of events. */
  readonly events: number;
  /** Largest sum of payload bytes. */
  readonly bytes: number;
}

/** What happens to an event that finds the buffer full (option `buffer.when-full`). */
export type WhenFull = 'block' | 'drop-oldest' | 'drop-newest';

export interface BufferOptions {
  /** What may wait. A blocking buffer goes over by the rest of the read turn that filled it, not further. */
  readonly waiting: Bound;
  readonly whenFull: WhenFull;
  /** What may be read and not yet settled. */
  readonly inFlight: Bound;
  /** Edges of a blocking buffer: full, and free again once it is half empty. */
  readonly onFull?: (full: boolean) => void;
}

export interface BufferCounts {
  readonly waiting: Bound;
  readonly inFlight: Bound;
  readonly dropped: number;
}

/**
 * What a sink has still to deliver, in order: the events that wait and, before them, those that were read and are not
 * settled. It outlives the sink's actor, so a new reader starts at the first unsettled event (go-back-N).
 */
export interface EventBuffer {
  append(chunk: Chunk): void;
  /** No more will be appended: readers complete when they have read everything. */
  end(): void;
  /** From the first unsettled event on; one subscriber at a time. Emits while the in-flight bound has room. */
  readonly chunks$: Observable<Chunk>;
  /** The reader's own backpressure. */
  hold(): void;
  release(): void;
  /** Everything of these sources up to these sequences is delivered. */
  settle(through: ReadonlyMap<string, number>): void;
  readonly full: boolean;
  /** Ended, and everything is settled. */
  readonly drained: boolean;
  readonly empty: boolean;
  counts(): BufferCounts;
}

/** A settled prefix is cut off the queue's array only when it is this long, so that settling stays O(1). */
const COMPACT_AT = 1024;

export function createBuffer(options: BufferOptions): EventBuffer {
  return new MemoryBuffer(options);
}

class MemoryBuffer implements EventBuffer {
  readonly chunks$: Observable<Chunk>;
  readonly #options: BufferOptions;
  /** Unsettled chunks: [head, next) were read by this reader, [next, fresh) by an earlier one, the rest never. */
  #queue: Chunk[] = [];
  #head = 0;
  #next = 0;
  #fresh = 0;
  readonly #waiting = { events: 0, bytes: 0 };
  readonly #inFlight = { events: 0, bytes: 0 };
  readonly #settled = new Map<string, number>();
  readonly #appended = new Map<string, number>();
  #dropped = 0;
  #full = false;
  #held = false;
  #ended = false;
  #pumping = false;
  #reader: Subscriber<Chunk> | undefined;

  constructor(options: BufferOptions) {
    this.#options = options;
    this.chunks$ = new Observable((reader) => {
      this.#rewind();
      this.#reader = reader;
      this.#pump();
      return () => {
        if (this.#reader === reader) this.#reader = undefined;
      };
    });
  }

  append(chunk: Chunk): void {
    const whole = this.#detach(chunk);
    this.#appended.set(chunk.source, chunk.through);
    const kept = this.#options.whenFull === 'drop-newest' ? this.#cutToRoom(whole) : whole;
    this.#push(kept);
    if (this.#options.whenFull === 'drop-oldest') this.#dropOldest();
    this.#pump();
    this.#judgeFull();
  }

  end(): void {
    this.#ended = true;
    this.#pump();
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#pump();
  }

  settle(through: ReadonlyMap<string, number>): void {
    for (const [source, sequence] of through) {
      this.#settled.set(source, Math.max(sequence, this.#settled.get(source) ?? 0));
    }
    while (this.#head < this.#fresh && this.#settleHead());
    this.#compact();
    this.#pump();
    this.#judgeFull();
  }

  get full(): boolean {
    return this.#full;
  }

  get empty(): boolean {
    return this.#head === this.#queue.length;
  }

  get drained(): boolean {
    return this.#ended && this.empty;
  }

  counts(): BufferCounts {
    return { waiting: { ...this.#waiting }, inFlight: { ...this.#inFlight }, dropped: this.#dropped };
  }

  #push(chunk: Chunk): void {
    if (chunk.messages.length > 0) {
      this.#queue.push(chunk);
      count(this.#waiting, chunk, 1);
      return;
    }
    // Empty ranges are joined, so that a source of which everything is filtered costs no memory.
    for (let at = this.#queue.length - 1; at >= this.#fresh; at -= 1) {
      const last = this.#queue[at];
      if (last?.source === chunk.source) {
        this.#queue[at] = { ...last, through: chunk.through };
        return;
      }
      if (last && last.messages.length > 0) break;
    }
    this.#queue.push(chunk);
  }

  /** A survivor of a filter would keep its whole 64 KiB read alive. */
  #detach(chunk: Chunk): Chunk {
    const covered = chunk.through - (this.#appended.get(chunk.source) ?? 0);
    if (chunk.messages.length * 2 >= covered) return chunk;
    return { ...chunk, messages: chunk.messages.map((message) => message.detached()) };
  }

  #cutToRoom(chunk: Chunk): Chunk {
    const { waiting } = this.#options;
    let events = this.#waiting.events;
    let bytes = this.#waiting.bytes;
    let fits = 0;
    for (const message of chunk.messages) {
      events += 1;
      bytes += message.bytes;
      // One event that is larger than the whole buffer passes when it is alone: max-payload bounds it already.
      if (events > waiting.events || (bytes > waiting.bytes && events > 1)) break;
      fits += 1;
    }
    this.#dropped += chunk.messages.length - fits;
    return fits === chunk.messages.length ? chunk : { ...chunk, messages: chunk.messages.slice(0, fits) };
  }

  #dropOldest(): void {
    const { waiting } = this.#options;
    const gaps = new Map<string, number>();
    let at = this.#fresh;
    while (this.#waiting.events > waiting.events || (this.#waiting.bytes > waiting.bytes && this.#waiting.events > 1)) {
      const oldest = this.#queue[at];
      if (!oldest) break;
      if (oldest.messages.length === 0) {
        gaps.set(oldest.source, oldest.through);
        at += 1;
        continue;
      }
      const [dropped, rest] = splitChunk(oldest, 1);
      count(this.#waiting, dropped, -1);
      this.#dropped += 1;
      gaps.set(dropped.source, dropped.through);
      if (rest.messages.length === 0) at += 1;
      else this.#queue[at] = rest;
    }
    if (gaps.size === 0) return;
    const ranges = [...gaps].map(([source, through]) => ({ source, through, messages: [] }));
    this.#queue.splice(this.#fresh, at - this.#fresh, ...ranges);
  }

  #rewind(): void {
    this.#next = this.#head;
    this.#inFlight.events = 0;
    this.#inFlight.bytes = 0;
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#reader && !this.#held && this.#next < this.#queue.length) {
        const chunk = this.#takeNext();
        if (!chunk) break;
        this.#reader.next(chunk);
      }
    } finally {
      this.#pumping = false;
    }
    if (this.#ended && this.#next === this.#queue.length) this.#reader?.complete();
  }

  #takeNext(): Chunk | undefined {
    const { inFlight } = this.#options;
    const room = inFlight.events - this.#inFlight.events;
    let chunk = this.#queue[this.#next];
    if (!chunk || room <= 0 || this.#inFlight.bytes >= inFlight.bytes) return undefined;
    if (chunk.messages.length > room) chunk = this.#split(chunk, room);
    count(this.#inFlight, chunk, 1);
    if (this.#next === this.#fresh) {
      count(this.#waiting, chunk, -1);
      this.#fresh += 1;
    }
    this.#next += 1;
    return chunk;
  }

  #split(chunk: Chunk, room: number): Chunk {
    const [head, tail] = splitChunk(chunk, room);
    this.#queue.splice(this.#next, 1, head, tail);
    if (this.#next < this.#fresh) this.#fresh += 1;
    return head;
  }

  /** Takes what is settled off the first chunk; true when nothing of it is left and the next may follow. */
  #settleHead(): boolean {
    const chunk = this.#queue[this.#head];
    if (!chunk) return false;
    const settled = this.#settled.get(chunk.source) ?? 0;
    const unread = this.#head >= this.#next;
    if (chunk.through <= settled) {
      if (!unread) count(this.#inFlight, chunk, -1);
      this.#head += 1;
      if (unread) this.#next = this.#head;
      return true;
    }
    const done = chunk.messages.findIndex((message) => message.sequence > settled);
    if (done > 0) {
      const [head, tail] = splitChunk(chunk, done);
      if (!unread) count(this.#inFlight, head, -1);
      this.#queue[this.#head] = tail;
    }
    return false;
  }

  #compact(): void {
    if (this.#head < COMPACT_AT && this.#head < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#next -= this.#head;
    this.#fresh -= this.#head;
    this.#head = 0;
  }

  #judgeFull(): void {
    if (this.#options.whenFull !== 'block') return;
    const { waiting } = this.#options;
    const level = this.#full ? 0.5 : 1;
    const full = this.#waiting.events >= waiting.events * level || this.#waiting.bytes >= waiting.bytes * level;
    if (full === this.#full) return;
    this.#full = full;
    this.#options.onFull?.(full);
  }
}

function count(tally: { events: number; bytes: number }, chunk: Chunk, sign: 1 | -1): void {
  tally.events += sign * chunk.messages.length;
  tally.bytes += sign * chunkBytes(chunk);
}
