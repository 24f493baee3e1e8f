import { Observable, type Subscriber } from 'rxjs';
import type { Chunk } from '../messages/chunk.ts';
import type { Message } from '../messages/message.ts';
import { type Bound, ChunkQueue } from './chunk-queue.ts';

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
  /** Events that are not settled: waiting, in flight, or to be sent again. */
  readonly owed: number;
  /** Of these, events that are durable: the next start delivers them. Only of a buffer on disk. */
  readonly kept?: number;
  /** Events that were durable and cannot be read any more. Only of a buffer on disk. */
  readonly lost?: number;
}

/** An event, by its source and its number there. */
export interface EventPlace {
  readonly source: string;
  readonly sequence: number;
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
  /** Most events in flight, instead of the option's; undefined: the option's again. */
  narrow(events: number | undefined): void;
  /** The first event that is not settled. */
  readonly head: EventPlace | undefined;
  isSettled(place: EventPlace): boolean;
  /** What a transform has made of an event that is not settled, all of it. */
  parts(place: EventPlace): readonly Message[];
  readonly full: boolean;
  /** Ended, and everything is settled. */
  readonly drained: boolean;
  readonly empty: boolean;
  counts(): BufferCounts;
}

export class MemoryBuffer implements EventBuffer {
  readonly chunks$: Observable<Chunk>;
  readonly #options: BufferOptions;
  readonly #queue = new ChunkQueue();
  #inFlight: Bound;
  #dropped = 0;
  #full = false;
  #held = false;
  #ended = false;
  #pumping = false;
  #reader: Subscriber<Chunk> | undefined;

  constructor(options: BufferOptions) {
    this.#options = options;
    this.#inFlight = options.inFlight;
    this.chunks$ = new Observable((reader) => {
      this.#queue.rewind();
      this.#reader = reader;
      this.#pump();
      return () => {
        if (this.#reader === reader) this.#reader = undefined;
      };
    });
  }

  append(chunk: Chunk): void {
    this.#queue.push(chunk);
    this.#pump();
  }

  /** What no reader has taken yet. */
  get waiting(): Bound {
    return this.#queue.waiting;
  }

  /** Events that were settled, ever. */
  get settledEvents(): number {
    return this.#queue.settledEvents;
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
    this.#queue.settle(through);
    this.#pump();
  }

  narrow(events: number | undefined): void {
    const { inFlight } = this.#options;
    this.#inFlight = events === undefined ? inFlight : { events, bytes: inFlight.bytes };
    this.#pump();
  }

  isSettled({ source, sequence }: EventPlace): boolean {
    return this.#queue.isSettled(source, sequence);
  }

  get head(): EventPlace | undefined {
    return this.#queue.first;
  }

  parts({ source, sequence }: EventPlace): readonly Message[] {
    return this.#queue.parts(source, sequence);
  }

  get full(): boolean {
    return this.#full;
  }

  get empty(): boolean {
    return this.#queue.empty;
  }

  get drained(): boolean {
    return this.#ended && this.empty;
  }

  counts(): BufferCounts {
    const { waiting, inFlight, unsettled } = this.#queue;
    return { waiting: { ...waiting }, inFlight: { ...inFlight }, dropped: this.#dropped, owed: unsettled };
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#reader && !this.#held) {
        const chunk = this.#queue.take(this.#inFlight, this.#ended);
        if (!chunk) break;
        this.#reader.next(chunk);
      }
    } finally {
      this.#pumping = false;
    }
    this.#keepBound();
    if (this.#ended && this.#queue.read) this.#reader?.complete();
  }

  /** Only what the reader leaves waits, so only that is measured. */
  #keepBound(): void {
    const { whenFull, waiting } = this.#options;
    if (whenFull === 'block') this.#judgeFull();
    else if (whenFull === 'drop-oldest') this.#dropped += this.#queue.dropOldest(waiting);
    else this.#dropped += this.#queue.dropNewest(waiting);
  }

  #judgeFull(): void {
    const { waiting } = this.#options;
    const full = isFull(this.#queue.waiting, waiting, this.#full);
    if (full === this.#full) return;
    this.#full = full;
    this.#options.onFull?.(full);
  }
}

/** At its bound; once full, it is so until it is half empty. */
export function isFull({ events, bytes }: Bound, bound: Bound, was: boolean): boolean {
  if (was) return events > bound.events / 2 || bytes > bound.bytes / 2;
  return events >= bound.events || bytes >= bound.bytes;
}
