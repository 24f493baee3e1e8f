import { type Chunk, chunkBytes, chunkCount, countCovered, firstSequence, splitChunk } from '../messages/chunk.ts';
import type { Message } from '../messages/message.ts';
import { PackedChunk } from '../messages/packed-chunk.ts';

export interface Bound {
  /** Largest number of events. */
  readonly events: number;
  /** Largest sum of payload bytes. */
  readonly bytes: number;
}

/** What may wait or be in flight where no option says so; the defaults of `buffer` and `max-in-flight`. */
export const DEFAULT_BOUND: Bound = { events: 10_000, bytes: 16 * 1024 * 1024 };

/** A settled prefix is cut off the queue's array only when it is this long, so that settling stays O(1). */
const COMPACT_AT = 1024;

/** Stands in that prefix, which would keep the read of every settled chunk alive. */
const SETTLED: Chunk = { source: '', through: 0, messages: [] };

/**
 * Chunks in order, from the first that is not settled: those that a reader has taken, then those that wait. Settled
 * prefixes, filtered ranges and what a bound drops leave it in their place.
 */
export class ChunkQueue {
  /** [head, next) were taken by this reader, [next, fresh) by an earlier one, the rest by none. */
  #queue: Chunk[] = [];
  #head = 0;
  #next = 0;
  #fresh = 0;
  readonly #waiting = { events: 0, bytes: 0 };
  readonly #inFlight = { events: 0, bytes: 0 };
  #settledEvents = 0;
  readonly #settled = new Map<string, number>();
  readonly #pushed = new Map<string, number>();

  /** What no reader has taken yet. */
  get waiting(): Bound {
    return this.#waiting;
  }

  /** What this reader has taken and is not settled. */
  get inFlight(): Bound {
    return this.#inFlight;
  }

  /** Events that are not settled, taken or not. */
  get unsettled(): number {
    let events = 0;
    for (let at = this.#head; at < this.#queue.length; at += 1) {
      const chunk = this.#queue[at];
      if (chunk) events += chunkCount(chunk);
    }
    return events;
  }

  /** Events that were settled, ever. */
  get settledEvents(): number {
    return this.#settledEvents;
  }

  /** Nothing is unsettled. */
  get empty(): boolean {
    return this.#head === this.#queue.length;
  }

  /** This reader has taken everything. */
  get read(): boolean {
    return this.#next === this.#queue.length;
  }

  /** The first event that is not settled. */
  get first(): { readonly source: string; readonly sequence: number } | undefined {
    for (let at = this.#head; at < this.#queue.length; at += 1) {
      const chunk = this.#queue[at];
      const sequence = chunk && firstSequence(chunk);
      if (chunk && sequence !== undefined) return { source: chunk.source, sequence };
    }
    return undefined;
  }

  /** What a transform has made of an event that is not settled, all of it. */
  parts(source: string, sequence: number): readonly Message[] {
    const parts: Message[] = [];
    for (let at = this.#head; at < this.#queue.length; at += 1) {
      const chunk = this.#queue[at];
      // What is packed has been through no transform.
      if (chunk?.source !== source || chunk instanceof PackedChunk) continue;
      if ((firstSequence(chunk) ?? 0) > sequence) break;
      parts.push(...chunk.messages.filter((message) => message.sequence === sequence));
    }
    return parts;
  }

  push(chunk: Chunk): void {
    const whole = this.#detach(chunk);
    this.#pushed.set(chunk.source, chunk.through);
    this.#append(whole);
  }

  /** A new reader: it starts at the first unsettled event. */
  rewind(): void {
    this.#next = this.#head;
    this.#inFlight.events = 0;
    this.#inFlight.bytes = 0;
  }

  /** The next chunk, cut to the room in flight. Ranges at the end wait to be joined by the next, unless `last`. */
  take(bound: Bound, last: boolean): Chunk | undefined {
    const room = bound.events - this.#inFlight.events;
    let chunk = this.#queue[this.#next];
    if (!chunk || room <= 0 || this.#inFlight.bytes >= bound.bytes) return undefined;
    // Filtered ranges at the end settle after what is in flight; until then they stay, to be joined by the next.
    const onlyRanges = this.#next >= this.#fresh && this.#waiting.events === 0;
    if (onlyRanges && this.#inFlight.events > 0 && !last) return undefined;
    if (chunkCount(chunk) > room) {
      // A part of an event settles with what is before it, so it leaves with nothing before it or not at all.
      const fits = wholeEvents(chunk, room);
      if (fits === 0 && this.#next > this.#head) return undefined;
      chunk = this.#split(chunk, fits === 0 ? room : fits);
    }
    tally(this.#inFlight, chunk, 1);
    if (this.#next === this.#fresh) {
      tally(this.#waiting, chunk, -1);
      this.#fresh += 1;
    }
    this.#next += 1;
    return chunk;
  }

  isSettled(source: string, sequence: number): boolean {
    return sequence <= (this.#settled.get(source) ?? 0);
  }

  settle(through: ReadonlyMap<string, number>): void {
    for (const [source, sequence] of through) {
      this.#settled.set(source, Math.max(sequence, this.#settled.get(source) ?? 0));
    }
    while (this.#head < this.#fresh && this.#settleHead());
    this.#compact();
  }

  /** Drops what came last and does not fit; answers with how many events. Never touches what a reader has taken. */
  dropNewest(bound: Bound): number {
    let dropped = 0;
    while (this.#isOver(bound)) {
      const at = this.#queue.findLastIndex((chunk) => chunkCount(chunk) > 0);
      const newest = this.#queue[at];
      if (!newest) break;
      let kept = chunkCount(newest);
      while (kept > 0 && this.#isOver(bound)) {
        kept -= 1;
        this.#waiting.events -= 1;
        this.#waiting.bytes -= newest.messages[kept]?.bytes ?? 0;
        dropped += 1;
      }
      const { source, through } = newest;
      const rest = { source, through, messages: newest.messages.slice(0, kept) };
      this.#queue[at] = rest;
      if (kept > 0 || at < this.#queue.length - 1) continue;
      this.#queue.pop();
      this.#append(rest);
    }
    return dropped;
  }

  /** Drops what waits longest until the rest fits; answers with how many events. Never touches what was taken. */
  dropOldest(bound: Bound): number {
    let count = 0;
    const gaps = new Map<string, number>();
    let at = this.#fresh;
    while (this.#isOver(bound)) {
      const oldest = this.#queue[at];
      if (!oldest) break;
      if (chunkCount(oldest) === 0) {
        gaps.set(oldest.source, oldest.through);
        at += 1;
        continue;
      }
      const [dropped, rest] = splitChunk(oldest, 1);
      tally(this.#waiting, dropped, -1);
      count += 1;
      gaps.set(dropped.source, dropped.through);
      if (chunkCount(rest) === 0) at += 1;
      else this.#queue[at] = rest;
    }
    if (gaps.size === 0) return 0;
    const ranges = [...gaps].map(([source, through]) => ({ source, through, messages: [] }));
    this.#queue.splice(this.#fresh, at - this.#fresh, ...ranges);
    return count;
  }

  #append(chunk: Chunk): void {
    if (chunkCount(chunk) > 0) {
      this.#queue.push(chunk);
      tally(this.#waiting, chunk, 1);
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
    const covered = chunk.through - (this.#pushed.get(chunk.source) ?? 0);
    if (chunkCount(chunk) * 2 >= covered) return chunk;
    const { source, through } = chunk;
    return { source, through, messages: chunk.messages.map((message) => message.detached()) };
  }

  /** More waits than may. One event that is larger than the whole buffer passes when alone: max-payload bounds it. */
  #isOver(bound: Bound): boolean {
    return this.#waiting.events > bound.events || (this.#waiting.bytes > bound.bytes && this.#waiting.events > 1);
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
      this.#settledEvents += chunkCount(chunk);
      if (!unread) tally(this.#inFlight, chunk, -1);
      this.#queue[this.#head] = SETTLED;
      this.#head += 1;
      if (unread) this.#next = this.#head;
      return true;
    }
    const done = countCovered(chunk, settled);
    if (done > 0) {
      const [head, tail] = splitChunk(chunk, done);
      this.#settledEvents += done;
      if (!unread) tally(this.#inFlight, head, -1);
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
}

/** How many of a chunk's first messages, at most `room`, are all of their events. */
function wholeEvents(chunk: Chunk, room: number): number {
  if (chunk instanceof PackedChunk) return room;
  let count = room;
  while (count > 0 && chunk.messages[count - 1]?.sequence === chunk.messages[count]?.sequence) count -= 1;
  return count;
}

function tally(sum: { events: number; bytes: number }, chunk: Chunk, sign: 1 | -1): void {
  sum.events += sign * chunkCount(chunk);
  sum.bytes += sign * chunkBytes(chunk);
}
