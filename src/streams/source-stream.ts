import { defer, EMPTY, merge, mergeMap, type Observable, of, Subject } from 'rxjs';
import type { Clock } from '../environment.ts';
import type { Chunk } from '../messages/chunk.ts';
import { type Attributes, type Encoding, Message } from '../messages/message.ts';
import { PackedChunk, packFrames } from '../messages/packed-chunk.ts';
import type { Bound } from './chunk-queue.ts';
import type { Ledger } from './ledger.ts';

export interface SourceStreamOptions {
  readonly name: string;
  readonly epoch: string;
  readonly encoding: Encoding;
  /** Milliseconds between hand-ons; 0 hands on at once (option `emit-interval`). */
  readonly emitInterval: number;
  /** What may wait for the interval before the source is held. */
  readonly waiting: Bound;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly now: () => number;
}

/** What arrived, before it has a number. */
export interface Received {
  readonly data: Buffer | string;
  readonly attributes?: Attributes;
  /** Instead of the source's own. */
  readonly encoding?: Encoding;
}

/**
 * A source's side of the data plane: numbers what arrives and hands it on, a chunk per turn. It belongs to the
 * pipeline, so numbers go on and subscribers stay when the source's actor is restarted.
 */
export interface SourceStream {
  readonly name: string;
  readonly epoch: string;
  /** What is handed on to the sinks. */
  readonly chunks$: Observable<Chunk>;
  /** A hot tap: outside the ledger, holds nothing back, survives restarts. */
  readonly messages$: Observable<Message>;
  /** Numbers and hands on what one turn brought. After `end()` it is ignored: the intake is closed. */
  receive(received: readonly Received[]): void;
  /** Emits when somebody wants this source's events: at once when a sink takes them, else at the first subscriber. */
  readonly demand$: Observable<void>;
  /** Counts what came and cannot become events. */
  reject(count: number): void;
  readonly rejected: number;
  /** Some taker has no room: the source must stop reading. */
  readonly held: boolean;
  /** Edges of `held`. */
  readonly held$: Observable<boolean>;
  hold(reason: string | symbol): void;
  release(reason: string | symbol): void;
  /** Closes the intake and hands on what waits. Completes `chunks$`. */
  end(): void;
  readonly ended: boolean;
  readonly received: number;
}

export function createSourceStream(options: SourceStreamOptions): SourceStream {
  return new NumberedStream(options);
}

/** A hold of the source's own, which no sink's name can be. */
const INTERVAL = Symbol('emit-interval');

/** Fewer messages in a turn cost less one by one. */
const WORTH_PACKING = 8;

class NumberedStream implements SourceStream {
  readonly name: string;
  readonly epoch: string;
  readonly chunks$: Observable<Chunk>;
  readonly messages$: Observable<Message>;
  readonly held$ = new Subject<boolean>();
  readonly demand$: Observable<void>;
  readonly #handedOn$ = new Subject<Chunk>();
  readonly #joined$ = new Subject<void>();
  readonly #options: SourceStreamOptions;
  readonly #holds = new Set<string | symbol>();
  #sequence = 0;
  #rejected = 0;
  #ended = false;
  /** Chunks that are being handed on, the one under way first. */
  readonly #leaving: Chunk[] = [];
  #waiting: Message[] = [];
  #waitingBytes = 0;
  #timer: unknown;

  constructor(options: SourceStreamOptions) {
    this.name = options.name;
    this.epoch = options.epoch;
    this.#options = options;
    this.chunks$ = defer(() => {
      queueMicrotask(() => this.#joined$.next());
      return this.#handedOn$;
    });
    this.messages$ = this.chunks$.pipe(mergeMap((chunk) => chunk.messages));
    this.demand$ = defer(() => merge(this.#handedOn$.observed ? of(undefined) : EMPTY, this.#joined$));
  }

  receive(received: readonly Received[]): void {
    if (this.#ended || received.length === 0) return;
    if (this.#options.emitInterval > 0) this.#await(this.#number(received));
    else if (received.length >= WORTH_PACKING && received.every(isPlain)) this.#handOn(this.#pack(received));
    else this.#handOn(this.#chunk(this.#number(received)));
  }

  hold(reason: string | symbol): void {
    if (this.#holds.has(reason)) return;
    this.#holds.add(reason);
    if (this.#holds.size === 1) this.held$.next(true);
  }

  release(reason: string | symbol): void {
    if (this.#holds.delete(reason) && this.#holds.size === 0) this.held$.next(false);
  }

  end(): void {
    if (this.#ended) return;
    this.#handOnWaiting();
    this.#ended = true;
    if (this.#leaving.length === 0) this.#complete();
  }

  get held(): boolean {
    return this.#holds.size > 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  reject(count: number): void {
    this.#rejected += count;
  }

  get rejected(): number {
    return this.#rejected;
  }

  get received(): number {
    return this.#sequence;
  }

  #pack(received: readonly PlainReceived[]): PackedChunk {
    const { name, epoch, encoding, now } = this.#options;
    const first = this.#sequence + 1;
    this.#sequence += received.length;
    return new PackedChunk({ source: name, epoch, receivedAt: now(), encoding }, first, packFrames(received));
  }

  #number(received: readonly Received[]): Message[] {
    const { name, epoch } = this.#options;
    const receivedAt = this.#options.now();
    return received.map(({ data, attributes, encoding = this.#options.encoding }) => {
      this.#sequence += 1;
      return new Message(name, epoch, this.#sequence, receivedAt, data, encoding, attributes);
    });
  }

  #complete(): void {
    this.#handedOn$.complete();
    this.held$.complete();
  }

  #chunk(messages: readonly Message[]): Chunk {
    return { source: this.name, through: this.#sequence, messages };
  }

  #handOn(chunk: Chunk): void {
    this.#options.ledger.handOn(this.name, chunk.through);
    this.#leaving.push(chunk);
    if (this.#leaving.length > 1) return;
    // Who is told may bring the next, or end the source: everyone has this chunk before that.
    for (let next = this.#leaving[0]; next; next = this.#leaving[0]) {
      this.#handedOn$.next(next);
      this.#leaving.shift();
    }
    if (this.#ended) this.#complete();
  }

  #await(messages: readonly Message[]): void {
    const { clock, emitInterval, waiting } = this.#options;
    for (const message of messages) {
      this.#waiting.push(message.detached());
      this.#waitingBytes += message.bytes;
    }
    this.#timer ??= clock.setTimeout(() => this.#handOnWaiting(), emitInterval);
    if (this.#waiting.length >= waiting.events || this.#waitingBytes >= waiting.bytes) this.hold(INTERVAL);
  }

  #handOnWaiting(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const messages = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (messages.length > 0) this.#handOn(this.#chunk(messages));
    this.release(INTERVAL);
  }
}

/** Bytes and nothing else: what a connection brings. */
type PlainReceived = Received & { readonly data: Buffer };

function isPlain(received: Received): received is PlainReceived {
  return typeof received.data !== 'string' && !received.attributes && !received.encoding;
}
