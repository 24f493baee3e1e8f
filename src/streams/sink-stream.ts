import { defer, EMPTY, merge, type Observable, of, Subject, Subscription } from 'rxjs';
import { type Batch, batchCount } from '../messages/batch.ts';
import { type Chunk, chunkCount } from '../messages/chunk.ts';
import { type BufferCounts, type BufferOptions, createBuffer, type EventBuffer } from './buffer.ts';
import type { Ledger } from './ledger.ts';
import type { SourceStream } from './source-stream.ts';
import type { Transform } from './transforms.ts';

export interface SinkStreamOptions {
  readonly name: string;
  readonly inputs: readonly SourceStream[];
  readonly transform?: Transform;
  readonly buffer: Omit<BufferOptions, 'onFull'>;
  readonly ledger: Ledger;
}

export interface SinkCounts extends BufferCounts {
  /** Events that the peer or the system has acknowledged. */
  readonly delivered: number;
  /** Events that this sink cannot write, with no taker for its failures. */
  readonly rejected: number;
  /** Messages that the peer has sent to this sink: nobody takes them. */
  readonly unconsumed: number;
}

/**
 * A sink's side of the data plane: its inputs, its transform, its buffer. It belongs to the pipeline: when the sink's
 * actor is restarted, the new one reads on at the first unsettled event, and a chunk on which the transform threw is
 * tried again.
 */
export interface SinkStream {
  readonly name: string;
  /** Starts to take from the inputs. `crash` hears of a transform that threw; then the sink must open anew. */
  open(crash: (error: unknown) => void): Subscription;
  /** From the first unsettled event on, while there is room in flight. */
  readonly chunks$: Observable<Chunk>;
  /** The sink's own backpressure: no chunk is emitted between `hold` and `release`. */
  hold(): void;
  release(): void;
  /** Emits when there is something to deliver: at once when something waits, else when it comes. */
  readonly demand$: Observable<void>;
  /**
   * These batches are done with, in order; `rejected` of their events will never be delivered. What an acknowledgement
   * covers is settled in one call: the room that each batch alone would make cuts what waits into ever smaller pieces.
   */
  settle(batches: readonly Batch[], rejected?: number): void;
  /** Counts messages that came the other way. */
  ignore(count: number): void;
  /** No more input: readers complete once they have read everything. */
  end(): void;
  /** Takes part no longer: what it owed is owed by nobody, and its sources are not held for it. */
  leave(): void;
  /** Everything handed to this sink is settled. */
  readonly idle: boolean;
  /** Ended, and everything is settled. */
  readonly drained: boolean;
  /** Emits when something was settled, and at the end. */
  readonly progress$: Observable<void>;
  counts(): SinkCounts;
}

export function createSinkStream(options: SinkStreamOptions): SinkStream {
  return new BufferedStream(options);
}

class BufferedStream implements SinkStream {
  readonly name: string;
  readonly chunks$: Observable<Chunk>;
  readonly progress$ = new Subject<void>();
  readonly demand$: Observable<void>;
  readonly #appended$ = new Subject<void>();
  readonly #options: SinkStreamOptions;
  readonly #buffer: EventBuffer;
  /** Taken from a source and not yet through the transform: what a crash of the transform leaves behind. */
  readonly #untransformed: Chunk[] = [];
  readonly #taking = new Subscription();
  #input: Subject<Chunk> | undefined;
  #openInputs: number;
  #full = false;
  #delivered = 0;
  #rejected = 0;
  #unconsumed = 0;

  constructor(options: SinkStreamOptions) {
    this.name = options.name;
    this.#options = options;
    this.#buffer = createBuffer({ ...options.buffer, onFull: (full) => this.#judge(full) });
    this.chunks$ = this.#buffer.chunks$;
    this.demand$ = defer(() => merge(this.#buffer.empty ? EMPTY : of(undefined), this.#appended$));
    this.#openInputs = options.inputs.length;
    options.ledger.addTaker(
      options.name,
      options.inputs.map((source) => source.name),
    );
    for (const source of options.inputs) {
      this.#taking.add(
        source.chunks$.subscribe({ next: (chunk) => this.#take(chunk), complete: () => this.#inputEnded() }),
      );
    }
  }

  open(crash: (error: unknown) => void): Subscription {
    const input = new Subject<Chunk>();
    const { transform } = this.#options;
    const subscription = (transform ? input.pipe(transform) : input).subscribe({
      next: (chunk) => this.#append(chunk),
      error: (error) => this.#shut(input, () => crash(error)),
      complete: () => {
        if (this.#openInputs === 0) this.#buffer.end();
        else this.#shut(input, () => crash(new Error(`the transform of ${this.name} ended before its sources did`)));
        this.progress$.next();
      },
    });
    subscription.add(() => this.#shut(input));
    this.#input = input;
    this.#retake();
    return subscription;
  }

  hold(): void {
    this.#buffer.hold();
  }

  release(): void {
    this.#buffer.release();
  }

  settle(batches: readonly Batch[], rejected = 0): void {
    const through = new Map<string, number>();
    for (const batch of batches) {
      this.#delivered += batchCount(batch);
      for (const [source, sequence] of batch.through) through.set(source, sequence);
    }
    this.#delivered -= rejected;
    this.#rejected += rejected;
    this.#buffer.settle(through);
    for (const [source, sequence] of through) this.#options.ledger.settle(this.name, source, sequence);
    this.progress$.next();
  }

  ignore(count: number): void {
    this.#unconsumed += count;
  }

  end(): void {
    this.#openInputs = 0;
    this.#input?.complete();
  }

  leave(): void {
    this.#taking.unsubscribe();
    this.#options.ledger.removeTaker(this.name);
    for (const source of this.#options.inputs) source.release(this.name);
  }

  get idle(): boolean {
    return this.#buffer.empty && this.#untransformed.length === 0;
  }

  get drained(): boolean {
    return this.#buffer.drained;
  }

  counts(): SinkCounts {
    const counts = this.#buffer.counts();
    const untransformed = this.#untransformed.reduce((sum, chunk) => sum + chunkCount(chunk), 0);
    return {
      ...counts,
      owed: counts.owed + untransformed,
      delivered: this.#delivered,
      rejected: this.#rejected,
      unconsumed: this.#unconsumed,
    };
  }

  #append(chunk: Chunk): void {
    if (chunkCount(chunk) === 0 && this.#buffer.empty) {
      // Nothing is owed before this filtered range, so it settles without waking a lazy connection.
      this.settle([{ through: new Map([[chunk.source, chunk.through]]), messages: [], reason: 'turn' }]);
      return;
    }
    this.#buffer.append(chunk);
    this.#appended$.next();
  }

  #take(chunk: Chunk): void {
    this.#untransformed.push(chunk);
    if (this.#untransformed.length === 1) this.#retake();
    this.#judge();
  }

  /** Feeds what waits in front of the transform. A chunk leaves the list only when the transform survived it. */
  #retake(): void {
    const input = this.#input;
    while (input && input === this.#input) {
      const chunk = this.#untransformed[0];
      if (!chunk) break;
      input.next(this.#options.transform ? plainChunk(chunk) : chunk);
      if (input !== this.#input) return;
      this.#untransformed.shift();
    }
    this.#judge();
    if (this.#openInputs === 0) input?.complete();
  }

  #inputEnded(): void {
    this.#openInputs = Math.max(0, this.#openInputs - 1);
    if (this.#openInputs === 0 && this.#untransformed.length === 0) this.#input?.complete();
  }

  #shut(input: Subject<Chunk>, then?: () => void): void {
    if (this.#input !== input) return;
    this.#input = undefined;
    then?.();
  }

  /** The slowest blocking sink governs its sources: they are held while this one has no room or no transform. */
  #judge(full: boolean = this.#full): void {
    this.#full = full;
    const hold = full || this.#untransformed.length > 0;
    for (const source of this.#options.inputs) {
      if (hold) source.hold(this.name);
      else source.release(this.name);
    }
  }
}

/** An app's transform may spread a chunk, and a packed one has its messages behind a getter. */
function plainChunk({ source, through, messages }: Chunk): Chunk {
  return { source, through, messages };
}
