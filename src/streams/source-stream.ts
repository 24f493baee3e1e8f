import { mergeMap, type Observable } from 'rxjs';
import type { Clock, Logger } from '../environment.ts';
import type { Chunk } from '../messages/chunk.ts';
import type { Fault } from '../messages/failure.ts';
import { type Attributes, type Encoding, Message } from '../messages/message.ts';
import { PackedChunk, packFrames } from '../messages/packed-chunk.ts';
import { type Arrival, arrivalOf, isPlain, type PlainReceived, type Received } from './arrival.ts';
import type { Bound } from './chunk-queue.ts';
import { Departures } from './departures.ts';
import { type DocumentKind, Documents } from './documents.ts';
import type { FailureTaker } from './failure-exit.ts';
import { type Hold, Holds } from './holds.ts';
import type { Ledger } from './ledger.ts';
import { SourceFailures } from './source-failures.ts';
import { WaitingTurns } from './waiting-turns.ts';

export type { Received } from './arrival.ts';

/** What a source gets for the sake of those who take from it. */
export interface SourceEquipment {
  /** Gives each event its place in a document. Left out: none. */
  readonly documents?: DocumentKind | undefined;
  /** Takes what fails here. Left out: it is counted as rejected and logged. */
  readonly failures?: FailureTaker | undefined;
}

export interface SourceStreamOptions extends SourceEquipment {
  readonly name: string;
  readonly epoch: string;
  readonly encoding: Encoding;
  /** Milliseconds between hand-ons; 0 hands on at once (option `emit-interval`). */
  readonly emitInterval: number;
  /** Of each interval only the last message is handed on, with all of its parts (option `latest-only`). */
  readonly latestOnly?: boolean | undefined;
  /** What an event's payload becomes when it is handed on, `at` the wall clock then. */
  readonly stamp?: ((text: string, at: number) => string) | undefined;
  /** What may wait for the interval before the source is held. */
  readonly waiting: Bound;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly now: () => number;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * A source's side of the data plane: numbers what arrives and hands it on, a chunk per turn. It belongs to the
 * pipeline, so numbers go on and subscribers stay when the source's actor is restarted. It is held while some taker
 * has no room, and must not read meanwhile.
 */
export interface SourceStream extends Hold {
  readonly name: string;
  readonly epoch: string;
  readonly encoding: Encoding;
  /** Instead of what the options say, before anything is received: its takers may be known late. */
  equip(equipment: SourceEquipment): void;
  /**
   * Numbers go on behind `sequence`: what was numbered in an earlier run is kept.
   * @throws RangeError once something was received.
   */
  resume(sequence: number): void;
  /** The number before the first one of this run. */
  readonly start: number;
  /** What is handed on to the sinks. A chunk without messages covers what failed. */
  readonly chunks$: Observable<Chunk>;
  /** A hot tap: outside the ledger, holds nothing back, survives restarts. */
  readonly messages$: Observable<Message>;
  /**
   * Numbers and hands on what one turn brought. `attributes` are those of all of its messages. After `end()` it is
   * ignored: the intake is closed.
   */
  receive(received: readonly Received[], attributes?: Attributes): void;
  /** What came and cannot become an event. It takes a number, which is settled when the failure is. */
  fail(received: Received, error: Fault): void;
  /**
   * The document that a file or stdin is has come to its end, or is cut off and will be read anew. Until then, or until
   * `end()`, its last line is kept back: only the last line of a complete document is marked as such.
   */
  endDocument(end: 'complete' | 'cut'): void;
  /** Emits when somebody wants this source's events: at once when a sink takes them, else at the first subscriber. */
  readonly demand$: Observable<void>;
  /** Failures that nobody takes. */
  readonly rejected: number;
  /** Failures that were handed to the failure stream. */
  readonly failed: number;
  /** The same without one holder: what brings this source its events may have to read on to make room itself. */
  heldBesides(reason: string): Hold;
  hold(reason: string | symbol): void;
  release(reason: string | symbol): void;
  /** Closes the intake and hands on what waits. Completes `chunks$`, and ends the failure stream. */
  end(): void;
  readonly ended: boolean;
  /** Events that have a number. */
  readonly received: number;
  /** Of these, events that are not handed on because a later one of their interval is. */
  readonly pruned: number;
}

export function createSourceStream(options: SourceStreamOptions): SourceStream {
  return new NumberedStream(options);
}

/** Holds of the source's own, which no sink's name can be. */
const INTERVAL = Symbol('emit-interval');
const FAILURES = Symbol('failures');

/** Fewer messages in a turn cost less one by one. */
const WORTH_PACKING = 8;

class NumberedStream implements SourceStream {
  readonly name: string;
  readonly epoch: string;
  readonly encoding: Encoding;
  readonly chunks$: Observable<Chunk>;
  readonly messages$: Observable<Message>;
  readonly held$: Observable<boolean>;
  readonly demand$: Observable<void>;
  readonly #options: SourceStreamOptions;
  readonly #holds = new Holds();
  readonly #departures = new Departures(() => this.#holds.complete());
  #failures: SourceFailures;
  #documents: Documents | undefined;
  readonly #waiting = new WaitingTurns();
  #start = 0;
  #sequence = 0;
  #pruned = 0;
  #ended = false;
  #timer: unknown;

  constructor(options: SourceStreamOptions) {
    this.name = options.name;
    this.epoch = options.epoch;
    this.encoding = options.encoding;
    this.held$ = this.#holds.held$;
    this.#options = options;
    this.#failures = this.#takeFailures(options.failures);
    this.#documents = options.documents && new Documents(options.documents, this.epoch);
    this.chunks$ = this.#departures.chunks$;
    this.demand$ = this.#departures.demand$;
    this.messages$ = this.chunks$.pipe(mergeMap((chunk) => chunk.messages));
  }

  equip({ documents, failures }: SourceEquipment): void {
    this.#failures = this.#takeFailures(failures);
    this.#documents = documents && new Documents(documents, this.epoch);
  }

  resume(sequence: number): void {
    if (this.received > 0) throw new RangeError(`source ${this.name} has given numbers already`);
    this.#start = sequence;
    this.#sequence = sequence;
    this.#options.ledger.resume(this.name, sequence);
  }

  receive(received: readonly Received[], attributes?: Attributes): void {
    if (this.#ended || received.length === 0) return;
    const { emitInterval, latestOnly, stamp, now } = this.#options;
    const packs = received.length >= WORTH_PACKING && emitInterval === 0 && !this.#documents && !stamp;
    if (packs && received.every(isPlain)) {
      this.#handOn([this.#pack(received, attributes)]);
      return;
    }
    const receivedAt = now();
    const taken = latestOnly ? this.#prune(received) : received;
    const arrivals = taken.map((each) => arrivalOf(each, attributes, receivedAt));
    this.#pass(this.#documents ? this.#documents.place(arrivals, this.#sequence + 1) : arrivals, attributes);
  }

  fail(received: Received, error: Fault): void {
    if (this.#ended) return;
    this.#releaseKept('open');
    this.#sequence += 1;
    const { name, epoch } = this;
    const receivedAt = this.#options.now();
    const failure = { source: name, id: `${epoch}/${this.#sequence}`, receivedAt, ...error, payload: received.data };
    this.#failures.take(this.#sequence, failure);
    // What waits for the interval covers it.
    if (this.#waiting.empty) this.#handOn([this.#chunk([])]);
  }

  endDocument(end: 'complete' | 'cut'): void {
    if (!this.#ended) this.#releaseKept(end);
  }

  heldBesides(reason: string): Hold {
    return this.#holds.besides(reason);
  }

  hold(reason: string | symbol): void {
    this.#holds.hold(reason);
  }

  release(reason: string | symbol): void {
    this.#holds.release(reason);
  }

  end(): void {
    if (this.#ended) return;
    this.#releaseKept('cut');
    this.#handOnWaiting();
    this.#ended = true;
    this.#failures.exit.end();
    this.#departures.end();
  }

  get held(): boolean {
    return this.#holds.held;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get rejected(): number {
    return this.#failures.exit.rejected;
  }

  get failed(): number {
    return this.#failures.exit.failed;
  }

  get received(): number {
    return this.#sequence - this.#start;
  }

  get start(): number {
    return this.#start;
  }

  get pruned(): number {
    return this.#pruned;
  }

  #takeFailures(failures: FailureTaker | undefined): SourceFailures {
    const { ledger, clock, logger } = this.#options;
    failures?.held$.subscribe((held) => (held ? this.hold(FAILURES) : this.release(FAILURES)));
    return new SourceFailures({ source: this.name, failures, ledger, clock, logger });
  }

  #pack(received: readonly PlainReceived[], attributes: Attributes | undefined): PackedChunk {
    const { name, epoch, encoding } = this;
    const origin = { source: name, epoch, receivedAt: this.#options.now(), encoding, attributes };
    const first = this.#sequence + 1;
    this.#sequence += received.length;
    return new PackedChunk(origin, first, packFrames(received));
  }

  #pass(arrivals: readonly Arrival[], turn?: Attributes): void {
    if (arrivals.length === 0) return;
    const messages = arrivals.map((arrival) => this.#number(arrival));
    if (this.#options.emitInterval > 0) this.#await(messages, turn);
    else this.#handOn([this.#stamped(this.#chunk(messages))]);
  }

  /** Its last message. What goes before it, also what waits, has a number, which is covered by that of the last. */
  #prune(received: readonly Received[]): readonly Received[] {
    const start = received.findLastIndex(({ part }) => !part || part.index === 0);
    this.#pruned += start + this.#waiting.clear();
    this.#sequence += start;
    return received.slice(start);
  }

  #number({ data, attributes, encoding = this.encoding, decode, receivedAt }: Arrival): Message {
    this.#sequence += 1;
    return new Message(this.name, this.epoch, this.#sequence, receivedAt, data, encoding, attributes, decode);
  }

  #stamped(chunk: Chunk): Chunk {
    const { stamp, now } = this.#options;
    if (!stamp) return chunk;
    const at = now();
    return { ...chunk, messages: chunk.messages.map((message) => message.rewritten(stamp(message.text, at))) };
  }

  #releaseKept(end: 'complete' | 'cut' | 'open'): void {
    this.#pass(this.#documents?.release(this.#sequence + 1, end) ?? []);
  }

  #chunk(messages: readonly Message[]): Chunk {
    return { source: this.name, through: this.#sequence, messages };
  }

  #handOn(chunks: readonly Chunk[]): void {
    for (const { through } of chunks) this.#options.ledger.handOn(this.name, through);
    this.#failures.settle();
    this.#departures.handOn(chunks);
  }

  #await(messages: readonly Message[], attributes: Attributes | undefined): void {
    const { clock, emitInterval, latestOnly, waiting } = this.#options;
    this.#waiting.add(messages, attributes);
    this.#timer ??= clock.setTimeout(() => this.#handOnWaiting(), emitInterval);
    // The latest message takes the place of what waits, so there is never more than that.
    if (!latestOnly && this.#waiting.reaches(waiting)) this.hold(INTERVAL);
  }

  #handOnWaiting(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#handOn(this.#waiting.take(this.name, this.#sequence).map((chunk) => this.#stamped(chunk)));
    this.release(INTERVAL);
  }
}
