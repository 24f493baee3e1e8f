import { defer, type Observable, tap } from 'rxjs';
import { type Chunk, chunkBytes, chunkCount, splitChunk } from '../messages/chunk.ts';
import type { Message } from '../messages/message.ts';
import {
  type BufferCounts,
  type BufferOptions,
  type EventBuffer,
  type EventPlace,
  isFull,
  MemoryBuffer,
} from './buffer.ts';
import { type Bound, DEFAULT_BOUND } from './chunk-queue.ts';

/** Keeps chunks on disk, in order, and gives them back. */
export interface Backlog {
  /** Appended, and not in memory. */
  readonly waiting: Bound;
  /** Appended, and not durable. */
  readonly unwritten: Bound;
  /** Events that are durable and not settled. */
  readonly kept: number;
  /** Events that were durable and cannot be read. */
  readonly lost: number;
  /** It has been opened: what an earlier run has left waits. */
  readonly opened$: Observable<void>;
  /** Up to which sequence a source's events are durable. */
  readonly durable$: Observable<{ readonly source: string; readonly through: number }>;
  /** True when the chunk is to be taken into memory at once: there is room, and nothing waits before it. */
  append(chunk: Chunk, room: boolean): boolean;
  /** Gives what waits longest, one call at a time. False when it cannot be read. */
  load(take: (chunk: Chunk) => void): Promise<boolean>;
  /** So many more of the events in memory are settled. */
  settle(count: number): void;
}

export interface DiskBufferOptions extends BufferOptions {
  readonly backlog: Backlog;
  /** What is in memory of what waits, and what may be there that is not durable. Default: 10 000 events, 16 MiB. */
  readonly window?: Bound;
  /** What waited last cannot be read, so that the buffer is drained although nothing was settled. */
  readonly onDrained?: () => void;
}

/** A buffer of which the first part is in memory, and all of it on disk. */
export class DiskBuffer implements EventBuffer {
  readonly chunks$: Observable<Chunk>;
  readonly #options: DiskBufferOptions;
  readonly #backlog: Backlog;
  readonly #window: MemoryBuffer;
  /** Events that the backlog knows as settled. */
  #settled = 0;
  #dropped = 0;
  #full = false;
  #loading = false;
  #ended = false;

  constructor(options: DiskBufferOptions) {
    const { inFlight, backlog, window = DEFAULT_BOUND } = options;
    this.#options = options;
    this.#backlog = backlog;
    this.#window = new MemoryBuffer({ waiting: window, whenFull: 'block', inFlight, onFull: () => this.#refill() });
    this.chunks$ = defer(() => {
      this.#refill();
      // What a reader has taken waits no longer.
      return this.#window.chunks$.pipe(tap(() => this.#judgeFull()));
    });
    backlog.opened$.subscribe(() => this.#judgeFull());
    backlog.durable$.subscribe(() => this.#judgeFull());
  }

  append(chunk: Chunk): void {
    const kept = this.#options.whenFull === 'drop-newest' ? this.#cut(chunk) : chunk;
    if (this.#backlog.append(kept, !this.#window.full)) this.#window.append(kept);
    this.#refill();
    this.#judgeFull();
  }

  end(): void {
    this.#ended = true;
    this.#refill();
  }

  hold(): void {
    this.#window.hold();
  }

  release(): void {
    this.#window.release();
  }

  settle(through: ReadonlyMap<string, number>): void {
    this.#window.settle(through);
    const { settledEvents } = this.#window;
    this.#backlog.settle(settledEvents - this.#settled);
    this.#settled = settledEvents;
    this.#refill();
    this.#judgeFull();
  }

  narrow(events: number | undefined): void {
    this.#window.narrow(events);
  }

  isSettled(place: EventPlace): boolean {
    return this.#window.isSettled(place);
  }

  get head(): EventPlace | undefined {
    return this.#window.head;
  }

  parts(place: EventPlace): readonly Message[] {
    return this.#window.parts(place);
  }

  get full(): boolean {
    return this.#full;
  }

  get empty(): boolean {
    return this.#window.empty && this.#backlog.waiting.events === 0;
  }

  get drained(): boolean {
    return this.#ended && this.empty;
  }

  counts(): BufferCounts {
    const { inFlight, owed } = this.#window.counts();
    const { waiting, kept, lost } = this.#backlog;
    return { waiting: this.#waiting, inFlight, dropped: this.#dropped, owed: owed + waiting.events, kept, lost };
  }

  get #waiting(): Bound {
    return sum(this.#window.waiting, this.#backlog.waiting);
  }

  /** What still fits. The rest becomes a range, which settles in its place. */
  #cut(chunk: Chunk): Chunk {
    const { waiting: bound } = this.#options;
    let { events, bytes } = this.#waiting;
    if (events + chunkCount(chunk) <= bound.events && bytes + chunkBytes(chunk) <= bound.bytes) return chunk;
    let fits = 0;
    for (const message of chunk.messages) {
      events += 1;
      bytes += message.bytes;
      // One event that is larger than the whole buffer passes when alone: max-payload bounds it.
      if (events > bound.events || (bytes > bound.bytes && events > 1)) break;
      fits += 1;
    }
    this.#dropped += chunkCount(chunk) - fits;
    if (fits === chunkCount(chunk)) return chunk;
    const { source, through } = chunk;
    return { source, through, messages: fits === 0 ? [] : splitChunk(chunk, fits)[0].messages };
  }

  /** Loads while there is room in memory. */
  #refill(): void {
    if (this.#loading || this.#window.full) return;
    if (this.#backlog.waiting.events > 0) void this.#load();
    else if (this.#ended) this.#window.end();
  }

  async #load(): Promise<void> {
    this.#loading = true;
    // What cannot be read stays on disk; whoever keeps the backlog has said so.
    if (!(await this.#backlog.load((chunk) => this.#window.append(chunk)))) return;
    this.#loading = false;
    this.#refill();
    this.#judgeFull();
    if (this.drained) this.#options.onDrained?.();
  }

  /** Full, and free again once it is half empty. Also when the disk cannot follow. */
  #judgeFull(): void {
    const { waiting: bound, whenFull, onFull, window = DEFAULT_BOUND } = this.#options;
    const full =
      isFull(this.#backlog.unwritten, window, this.#full) ||
      (whenFull === 'block' && isFull(this.#waiting, bound, this.#full));
    if (full === this.#full) return;
    this.#full = full;
    onFull?.(full);
  }
}

function sum(left: Bound, right: Bound): Bound {
  return { events: left.events + right.events, bytes: left.bytes + right.bytes };
}
