import { Observable, type Subscriber } from 'rxjs';
import { type Chunk, chunkBytes, chunkCount, countCovered, splitChunk } from '../messages/chunk.ts';

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

/** Stands in that prefix, which would keep the read of every settled chunk alive. */
const SETTLED: Chunk = { source: '', through: 0, messages: [] };

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
    this.#push(whole);
    this.#pump();
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
    if (chunkCount(chunk) > 0) {
      this.#queue.push(chunk);
      count(this.#waiting, chunk, 1);
      return;
    }
    // Empty ranges are joined, so that a source of which everything is filtered costs no memory.
    for (let at = this.#queue.length - 1; at >= this.#fresh; at -= 1) {
      const last = this.#queue[at];
      if (last?.source === chunk.source) {
        this.#queue[at] = { source: last.source, through: chunk.through, messages: last.messages };
        return;
      }
      if (last && chunkCount(last) > 0) break;
    }
    this.#queue.push(chunk);
  }

  /** A survivor of a filter would keep its whole 64 KiB read alive. */
  #detach(chunk: Chunk): Chunk {
    const covered = chunk.through - (this.#appended.get(chunk.source) ?? 0);
    if (chunkCount(chunk) * 2 >= covered) return chunk;
    const { source, through } = chunk;
    return { source, through, messages: chunk.messages.map((message) => message.detached()) };
  }

  /** More waits than may. One event that is larger than the whole buffer passes when alone: max-payload bounds it. */
  #isOver(): boolean {
    const { waiting } = this.#options;
    return this.#waiting.events > waiting.events || (this.#waiting.bytes > waiting.bytes && this.#waiting.events > 1);
  }

  #dropNewest(): void {
    while (this.#isOver()) {
      const at = this.#queue.findLastIndex((chunk) => chunkCount(chunk) > 0);
      const newest = this.#queue[at];
      if (!newest) break;
      let kept = chunkCount(newest);
      while (kept > 0 && this.#isOver()) {
        kept -= 1;
        this.#waiting.events -= 1;
        this.#waiting.bytes -= newest.messages[kept]?.bytes ?? 0;
        this.#dropped += 1;
      }
      const { source, through } = newest;
      const rest = { source, through, messages: newest.messages.slice(0, kept) };
      this.#queue[at] = rest;
      if (kept > 0 || at < this.#queue.length - 1) continue;
      this.#queue.pop();
      this.#push(rest);
    }
  }

  #dropOldest(): void {
    const gaps = new Map<string, number>();
    let at = this.#fresh;
    while (this.#isOver()) {
      const oldest = this.#queue[at];
      if (!oldest) break;
      if (chunkCount(oldest) === 0) {
        gaps.set(oldest.source, oldest.through);
        at += 1;
        continue;
      }
      const [dropped, rest] = splitChunk(oldest, 1);
      count(this.#waiting, dropped, -1);
      this.#dropped += 1;
      gaps.set(dropped.source, dropped.through);
      if (chunkCount(rest) === 0) at += 1;
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
    this.#keepBound();
    if (this.#ended && this.#next === this.#queue.length) this.#reader?.complete();
  }

  /** Only what the reader leaves waits, so only that is measured. */
  #keepBound(): void {
    const { whenFull } = this.#options;
    if (whenFull === 'block') this.#judgeFull();
    else if (whenFull === 'drop-oldest') this.#dropOldest();
    else this.#dropNewest();
  }

  #takeNext(): Chunk | undefined {
    const { inFlight } = this.#options;
    const room = inFlight.events - this.#inFlight.events;
    let chunk = this.#queue[this.#next];
    if (!chunk || room <= 0 || this.#inFlight.bytes >= inFlight.bytes) return undefined;
    // Filtered ranges at the end settle after what is in flight; until then they stay, to be joined by the next.
    const onlyRanges = this.#next >= this.#fresh && this.#waiting.events === 0;
    if (onlyRanges && this.#inFlight.events > 0 && !this.#ended) return undefined;
    if (chunkCount(chunk) > room) chunk = this.#split(chunk, room);
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
      this.#queue[this.#head] = SETTLED;
      this.#head += 1;
      if (unread) this.#next = this.#head;
      return true;
    }
    const done = countCovered(chunk, settled);
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
    const { waiting } = this.#options;
    const { events, bytes } = this.#waiting;
    const full = this.#full
      ? events > waiting.events / 2 || bytes > waiting.bytes / 2
      : events >= waiting.events || bytes >= waiting.bytes;
    if (full === this.#full) return;
    this.#full = full;
    this.#options.onFull?.(full);
  }
}

function count(tally: { events: number; bytes: number }, chunk: Chunk, sign: 1 | -1): void {
  tally.events += sign * chunkCount(chunk);
  tally.bytes += sign * chunkBytes(chunk);
}
