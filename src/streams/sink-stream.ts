import { defer, EMPTY, merge, type Observable, of, Subject, type Subscription } from 'rxjs';
import type { Clock, Logger } from '../environment.ts';
import type { Batch } from '../messages/batch.ts';
import { type Chunk, chunkCount } from '../messages/chunk.ts';
import type { Reject } from '../messages/failure.ts';
import type { Message } from '../messages/message.ts';
import { type BufferCounts, type BufferOptions, type EventBuffer, type EventPlace, MemoryBuffer } from './buffer.ts';
import { type Backlog, DiskBuffer } from './disk-buffer.ts';
import { FailureExit, type FailureTaker } from './failure-exit.ts';
import type { Ledger } from './ledger.ts';
import { type Settled, Settlements } from './settlements.ts';
import { SinkIntake } from './sink-intake.ts';
import type { SourceStream } from './source-stream.ts';
import type { Transform } from './transforms.ts';

export type { Reject } from '../messages/failure.ts';

export interface SinkStreamOptions {
  readonly name: string;
  readonly inputs: readonly SourceStream[];
  /** Chunks for which it answers false settle in their place: nobody sees their messages. Default: all. */
  readonly take?: ((chunk: Chunk) => boolean) | undefined;
  readonly transform?: Transform;
  readonly buffer: Omit<BufferOptions, 'onFull'>;
  /** Keeps what waits on disk. What is durable there is settled towards its source. Default: all of it is in memory. */
  readonly backlog?: Backlog | undefined;
  /** Takes what this sink cannot deliver. Left out: it is counted as rejected and logged. */
  readonly failures?: FailureTaker | undefined;
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'error'>;
}

export interface SinkCounts extends BufferCounts {
  /** Events that the peer or the system has acknowledged. */
  readonly delivered: number;
  /** Events that this sink cannot deliver, with no taker for its failures. */
  readonly rejected: number;
  /** Events that it cannot deliver and has handed to its failure stream. */
  readonly failed: number;
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
   * These batches are done with, in order; `rejects` are those of their events that will never be delivered. They
   * settle when the failures of these are settled, and what comes after them settles after them. What an
   * acknowledgement covers is settled in one call: the room that each batch alone would make cuts what waits into ever
   * smaller pieces.
   */
  settle(batches: readonly Batch[], rejects?: readonly Reject[]): void;
  /** What was settled, in order. */
  readonly settled$: Observable<Settled>;
  /** Most events in flight, instead of the option's; undefined: the option's again. */
  narrow(events: number | undefined): void;
  /** The first event that is not settled. */
  readonly head: EventPlace | undefined;
  isSettled(place: EventPlace): boolean;
  /** What the transform has made of an event that is not settled, all of it; nothing without a transform. */
  parts(place: EventPlace): readonly Message[];
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

const NO_REJECTS: readonly Reject[] = [];

class BufferedStream implements SinkStream {
  readonly name: string;
  readonly chunks$: Observable<Chunk>;
  readonly progress$ = new Subject<void>();
  readonly settled$ = new Subject<Settled>();
  readonly demand$: Observable<void>;
  readonly #appended$ = new Subject<void>();
  readonly #options: SinkStreamOptions;
  readonly #intake: SinkIntake;
  readonly #buffer: EventBuffer;
  readonly #exit: FailureExit;
  readonly #settlements: Settlements;
  #full = false;
  #delivered = 0;
  #unconsumed = 0;

  constructor(options: SinkStreamOptions) {
    const { name, inputs, take, transform, ledger } = options;
    this.name = name;
    this.#options = options;
    this.#exit = new FailureExit(options);
    this.#settlements = new Settlements(name, this.#exit, (settled) => this.#settle(settled));
    this.#buffer = this.#createBuffer();
    this.chunks$ = this.#buffer.chunks$;
    this.demand$ = defer(() => merge(this.#buffer.empty ? EMPTY : of(undefined), this.#appended$));
    this.#intake = new SinkIntake({
      name,
      inputs,
      take,
      transform,
      append: (chunk) => this.#append(chunk),
      ended: () => {
        this.#buffer.end();
        this.#progress();
      },
      changed: () => this.#judge(),
    });
    ledger.addTaker(
      name,
      inputs.map((source) => source.name),
    );
    this.#intake.connect();
  }

  open(crash: (error: unknown) => void): Subscription {
    return this.#intake.open(crash);
  }

  hold(): void {
    this.#buffer.hold();
  }

  release(): void {
    this.#buffer.release();
  }

  settle(batches: readonly Batch[], rejects: readonly Reject[] = NO_REJECTS): void {
    this.#settlements.add(batches, rejects);
  }

  narrow(events: number | undefined): void {
    this.#buffer.narrow(events);
  }

  ignore(count: number): void {
    this.#unconsumed += count;
  }

  end(): void {
    this.#intake.end();
  }

  leave(): void {
    this.#intake.leave();
    this.#options.ledger.removeTaker(this.name);
    for (const source of this.#options.inputs) source.release(this.name);
    this.#exit.end();
  }

  isSettled(place: EventPlace): boolean {
    return this.#buffer.isSettled(place);
  }

  get head(): EventPlace | undefined {
    return this.#buffer.head;
  }

  parts(place: EventPlace): readonly Message[] {
    return this.#buffer.parts(place);
  }

  get idle(): boolean {
    return this.#buffer.empty && this.#intake.empty;
  }

  get drained(): boolean {
    return this.#buffer.drained;
  }

  counts(): SinkCounts {
    const counts = this.#buffer.counts();
    return {
      ...counts,
      owed: counts.owed + this.#intake.events,
      delivered: this.#delivered,
      rejected: this.#exit.rejected,
      failed: this.#exit.failed,
      unconsumed: this.#unconsumed,
    };
  }

  /** The buffer last: it hands on what comes next, which may be settled at once. */
  #settle(settled: Settled): void {
    const { batches, through } = settled;
    this.#delivered += settled.delivered;
    for (const [source, sequence] of through) this.#options.ledger.settle(this.name, source, sequence);
    if (batches.length > 0) this.settled$.next(settled);
    this.#buffer.settle(through);
    this.#progress();
  }

  #createBuffer(): EventBuffer {
    const { name, buffer, backlog, ledger } = this.#options;
    const options = { ...buffer, onFull: (full: boolean) => this.#judge(full) };
    if (!backlog) return new MemoryBuffer(options);
    backlog.durable$.subscribe(({ source, through }) => ledger.settle(name, source, through));
    return new DiskBuffer({ ...options, backlog, onDrained: () => this.#progress() });
  }

  #progress(): void {
    if (this.drained) this.#exit.end();
    this.progress$.next();
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

  /** The slowest blocking sink governs its sources: they are held while this one has no room or no transform. */
  #judge(full: boolean = this.#full): void {
    this.#full = full;
    const hold = full || !this.#intake.empty;
    for (const source of this.#options.inputs) {
      if (hold) source.hold(this.name);
      else source.release(this.name);
    }
  }
}
