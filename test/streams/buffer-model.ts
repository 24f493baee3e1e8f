import type { Subscription } from 'rxjs';
import type { Chunk } from '../../src/messages/chunk.ts';
import { PackedChunk, packFrames } from '../../src/messages/packed-chunk.ts';
import { MemoryBuffer, type WhenFull } from '../../src/streams/buffer.ts';
import type { Bound } from '../../src/streams/chunk-queue.ts';
import { event } from './events.ts';

export const SOURCES = ['a', 'b'] as const;
export type Source = (typeof SOURCES)[number];

export interface BufferSetup {
  readonly whenFull: WhenFull;
  readonly waiting: Bound;
  readonly inFlight: Bound;
}

interface Entry {
  readonly id: string;
  readonly source: Source;
  readonly sequence: number;
  readonly size: number;
}

/**
 * A buffer beside a list of what it owes. Each event waits, was read by the present reader, or was read by an earlier
 * one; what the buffer emits and counts must agree with the list after every step.
 */
export class BufferModel {
  readonly #setup: BufferSetup;
  readonly #buffer;
  readonly #edges: boolean[] = [];
  readonly #misgiven: string[] = [];
  /** Appended and neither settled nor dropped, in order. */
  #owed: Entry[] = [];
  /** How many of `owed` some reader has read. */
  #everRead = 0;
  /** How many of `owed` this reader has read. */
  #read = 0;
  #dropped = 0;
  #largestChunk = 0;
  readonly #through: Record<Source, number> = { a: 0, b: 0 };
  readonly #settled: Record<Source, number> = { a: 0, b: 0 };
  /** Chunks that this reader was given and has not settled. */
  #given: Chunk[] = [];
  #reader: Subscription | undefined;

  constructor(setup: BufferSetup) {
    this.#setup = setup;
    this.#buffer = new MemoryBuffer({ ...setup, onFull: (full) => this.#edges.push(full) });
  }

  /** `sizes`: bytes of each event; 0 stands for one that a filter has dropped. Packed when none is. */
  append(source: Source, sizes: readonly number[], packed = false): void {
    const from = this.#through[source];
    const messages = sizes.flatMap((size, at) => (size === 0 ? [] : [event(source, from + at + 1, 'x'.repeat(size))]));
    for (const { sequence, bytes } of messages) {
      this.#owed.push({ id: `${source}${sequence}`, source, sequence, size: bytes });
    }
    this.#through[source] = from + sizes.length;
    this.#largestChunk = Math.max(this.#largestChunk, messages.length);
    const chunk = { source, through: this.#through[source], messages };
    this.#buffer.append(packed && !sizes.includes(0) ? pack(source, from + 1, sizes) : chunk);
    this.#drop();
  }

  /** A new reader, which must be given everything from the first unsettled event on. */
  resubscribe(): void {
    this.#reader?.unsubscribe();
    this.#given = [];
    this.#read = 0;
    this.#reader = this.#buffer.chunks$.subscribe((chunk) => this.#take(chunk));
  }

  leave(): void {
    this.#reader?.unsubscribe();
    this.#reader = undefined;
  }

  hold(): void {
    this.#buffer.hold();
  }

  /** At most so many events in flight, or as many as it was made for. */
  narrow(events: number | undefined): void {
    this.#buffer.narrow(events);
  }

  release(): void {
    this.#buffer.release();
  }

  /** Settles the first of what was given: whole chunks, then `events` of the next one. */
  settle(chunks: number, events: number): void {
    const through = new Map<string, number>();
    for (const chunk of this.#given.splice(0, chunks)) through.set(chunk.source, chunk.through);
    const [next] = this.#given;
    const last = next?.messages[events - 1];
    if (next && last && events < next.messages.length) {
      through.set(next.source, last.sequence);
      this.#given[0] = { ...next, messages: next.messages.slice(events) };
    }
    for (const source of SOURCES) this.#settled[source] = Math.max(this.#settled[source], through.get(source) ?? 0);
    const left = this.#owed.filter(({ source, sequence }) => sequence > this.#settled[source]);
    const gone = this.#owed.length - left.length;
    this.#owed = left;
    this.#read = Math.max(0, this.#read - gone);
    this.#everRead -= gone;
    this.#buffer.settle(through);
  }

  /** What the buffer owes in the end must come, and everything that was appended is then settled. */
  finish(): void {
    this.#buffer.end();
    this.#buffer.release();
    this.resubscribe();
    while (this.#given.length > 0) this.settle(1, 0);
  }

  /** What differs between the buffer and the list, as sentences. */
  faults(): string[] {
    const { waiting, inFlight, dropped } = this.#buffer.counts();
    const unread = this.#owed.slice(this.#everRead);
    const mine = this.#owed.slice(0, this.#read);
    const faults = [...this.#misgiven];
    const expectEqual = (what: string, actual: unknown, expected: unknown) => {
      if (actual !== expected) faults.push(`${what} is ${actual}, not ${expected}`);
    };
    expectEqual('waiting events', waiting.events, unread.length);
    expectEqual('waiting bytes', waiting.bytes, bytesOf(unread));
    expectEqual('events in flight', inFlight.events, mine.length);
    expectEqual('bytes in flight', inFlight.bytes, bytesOf(mine));
    expectEqual('dropped', dropped, this.#dropped);
    const head = this.#buffer.head;
    expectEqual('the first event', head && `${head.source}${head.sequence}`, this.#owed[0]?.id);
    const { events } = this.#setup.waiting;
    const most = this.#setup.whenFull === 'block' ? Number.POSITIVE_INFINITY : events;
    if (waiting.events > most) faults.push(`${waiting.events} wait, more than ${most}`);
    if (inFlight.events > this.#setup.inFlight.events) faults.push(`${inFlight.events} are in flight`);
    if (this.#edges.some((full, at) => full === (at % 2 === 1))) faults.push('an edge was told twice');
    expectEqual('full', this.#buffer.full, this.#edges.at(-1) ?? false);
    return faults;
  }

  get full(): boolean {
    return this.#buffer.full;
  }

  /** Events that a blocking buffer may hold when its sources stop at its edge. */
  get overshoot(): number {
    return this.#buffer.counts().waiting.events - (this.#setup.waiting.events - 1) - this.#largestChunk;
  }

  get drained(): boolean {
    return this.#buffer.drained;
  }

  get settledAll(): boolean {
    return SOURCES.every((source) => this.#settled[source] === this.#through[source]);
  }

  /** The buffer must give exactly the next owed events, in order. */
  #take(chunk: Chunk): void {
    this.#given.push(chunk);
    for (const { source, sequence } of chunk.messages) {
      const expected = this.#owed[this.#read]?.id;
      if (expected !== `${source}${sequence}`) this.#misgiven.push(`gave ${source}${sequence}, not ${expected}`);
      this.#read += 1;
    }
    this.#everRead = Math.max(this.#everRead, this.#read);
  }

  #drop(): void {
    const { whenFull, waiting } = this.#setup;
    if (whenFull === 'block') return;
    for (;;) {
      const unread = this.#owed.slice(this.#everRead);
      const over = unread.length > waiting.events || (bytesOf(unread) > waiting.bytes && unread.length > 1);
      if (!over) return;
      this.#owed.splice(whenFull === 'drop-oldest' ? this.#everRead : -1, 1);
      this.#dropped += 1;
    }
  }
}

function pack(source: Source, first: number, sizes: readonly number[]): PackedChunk {
  const frames = packFrames(sizes.map((size) => ({ data: Buffer.alloc(size, 'x') })));
  return new PackedChunk({ source, epoch: 'e1', receivedAt: 0, encoding: 'text' }, first, frames);
}

function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}
