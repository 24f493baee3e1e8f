import { NEVER, type Observable, type OperatorFunction, Subscription } from 'rxjs';
import { type Clock, DRAIN_MARK, type ReceivedFrame } from '../environment.ts';
import { type Batch, batchCount } from '../messages/batch.ts';
import type { FrameEncoder } from '../messages/batch-encoder.ts';
import type { Chunk } from '../messages/chunk.ts';
import type { PayloadForm } from '../messages/payload.ts';
import type { Bound } from '../streams/chunk-queue.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import type { Guard, Traffic, TrafficEdges, Wire } from '../transport/traffic.ts';
import type { Acknowledgement, AcknowledgementOptions, Sent } from './acknowledgement.ts';
import { Congestion } from './congestion.ts';
import { giveUp } from './given-up.ts';
import { type Outgo, repliedBatches, repliedEvents, wholeBatches } from './outgoing.ts';
import { PongAcknowledgement } from './pong-acknowledgement.ts';
import { ReplyAcknowledgement } from './reply-acknowledgement.ts';
import { replyKey } from './reply-key.ts';
import { RetryHead } from './retry-head.ts';
import { keepSinkCursor, type SinkCursor } from './sink-cursor.ts';
import { WrittenAcknowledgement } from './written-acknowledgement.ts';

/**
 * When an event counts as delivered. `written`: the system took it. `pong`: the peer answered a ping sent behind it.
 * `reply`: the peer's application sent a message that holds at `pointer` what the event holds at `event-pointer`.
 */
export type AcknowledgementLevel =
  | { readonly ack: 'written' }
  /** `interval`: least milliseconds between two acknowledgement pings, unless half the window is used. */
  | { readonly ack: 'pong'; readonly interval: number }
  | { readonly ack: 'reply'; readonly pointer: string; readonly 'event-pointer': string };

export interface WebSocketSinkOptions {
  readonly stream: SinkStream;
  readonly payload: PayloadForm;
  readonly encode: FrameEncoder;
  /** A batch is one frame; else each event is one. */
  readonly framePerBatch: boolean;
  readonly batched: OperatorFunction<Chunk, Batch>;
  readonly level: AcknowledgementLevel;
  /** What may be unacknowledged. */
  readonly window: Bound;
  /** `timeout`: milliseconds that an acknowledgement may take. `retries`: tries after the first; left out: no end. */
  readonly retry: { readonly timeout: number; readonly retries?: number | undefined };
  /** Milliseconds after which the heartbeat ends a silent connection; none when it is off. */
  readonly heartbeatTimeout: number | undefined;
  readonly edges: TrafficEdges;
  /** Takes the peer's messages that acknowledge nothing. Left out: they are counted as unconsumed. */
  readonly frames?: ((frames: readonly ReceivedFrame[]) => void) | undefined;
  /** While the socket is not read no acknowledgement can be seen, so none is missed. Left out: it is always read. */
  readonly hold?: { readonly held: boolean; readonly held$: Observable<boolean> } | undefined;
  /** Follows what is settled. */
  readonly cursor?: SinkCursor | undefined;
  readonly clock: Clock;
}

/**
 * Writes a sink's batches to a connection and settles them once the peer has acknowledged them. When the connection
 * is lost everything unacknowledged is written again, in order, to the next one (go-back-N). It outlives connections
 * and actors.
 */
export function webSocketSink(options: WebSocketSinkOptions): Traffic {
  return new SinkTraffic(options);
}

/** Close codes by which a peer says that it cannot take a message (RFC 6455, section 7.4.1). */
const REFUSALS: ReadonlySet<number | undefined> = new Set([1003, 1007, 1009]);

const ALWAYS_READ = { held: false, held$: NEVER };

class SinkTraffic implements Traffic {
  readonly #options: WebSocketSinkOptions;
  readonly #acknowledgement: Acknowledgement;
  readonly #outgo: Outgo;
  readonly #retry: RetryHead;
  readonly #congestion: Congestion;
  #wire: Wire | undefined;
  #guard: Guard = (handler) => handler;
  /** What lasts as long as the connection. */
  #following = new Subscription();

  constructor(options: WebSocketSinkOptions) {
    const { stream, edges, clock, cursor, payload, retry } = options;
    this.#options = options;
    this.#outgo = outgoOf(options);
    this.#acknowledgement = acknowledgementOf(options, {
      window: options.window,
      timeout: retry.timeout,
      heartbeat: options.heartbeatTimeout,
      settle: (sent) => this.#settle(sent),
      room: () => this.#judgeRoom(),
      overdue: (message) => this.#overdue(message),
      clock,
    });
    this.#retry = new RetryHead(stream, retry.retries);
    this.#congestion = new Congestion(clock, (full) => (full ? edges.blocked() : edges.unblocked()));
    stream.progress$.subscribe(() => this.#retry.settled());
    if (cursor) keepSinkCursor(stream, payload, cursor);
  }

  get owing(): boolean {
    return !this.#options.stream.idle;
  }

  live(wire: Wire, guard: Guard): void {
    const { stream, batched, hold = ALWAYS_READ } = this.#options;
    this.#wire = wire;
    this.#guard = guard;
    this.#acknowledgement.live(wire, guard);
    this.#acknowledgement.pause(hold.held);
    this.#following = hold.held$.subscribe(guard((held: boolean) => this.#acknowledgement.pause(held)));
    stream.release();
    this.#following.add(stream.chunks$.pipe(batched).subscribe(guard((batch: Batch) => this.#deliver(batch))));
  }

  frames(frames: readonly ReceivedFrame[]): void {
    const { stream, frames: take } = this.#options;
    const others = this.#acknowledgement.take(frames);
    if (others.length === 0) return;
    if (take) take(others);
    else stream.ignore(others.length);
  }

  pong(payload: string): void {
    this.#acknowledgement.pong(payload);
  }

  drained(): void {
    this.#judgeRoom();
  }

  lost(closeCode?: number): void {
    const { first } = this.#acknowledgement;
    this.#leave();
    if (first && REFUSALS.has(closeCode)) this.#blame(first, `the peer closed with ${closeCode}`, true);
  }

  #deliver(read: Batch): void {
    const batch = this.#retry.strip(read);
    if (batchCount(batch) === 0 && !this.#acknowledgement.first) {
      // A filtered range with nothing before it has nothing that the peer could acknowledge.
      this.#options.stream.settle([batch]);
      return;
    }
    this.#acknowledgement.send(this.#outgo(batch));
    this.#judgeRoom();
  }

  #settle(sent: readonly Sent[]): void {
    this.#options.stream.settle(
      sent.map(({ batch }) => batch),
      sent.flatMap(({ rejects }) => rejects),
    );
    this.#judgeRoom();
  }

  #judgeRoom(): void {
    const { stream } = this.#options;
    if (!this.#wire) return;
    const full = this.#wire.queuedBytes > DRAIN_MARK || this.#acknowledgement.full;
    if (full) stream.hold();
    else stream.release();
    this.#congestion.judge(full, this.#guard);
  }

  /** Nothing more is written to this connection; the next one begins with the first that is not acknowledged. */
  #overdue(message: string): void {
    const { first } = this.#acknowledgement;
    this.#leave();
    if (first) this.#blame(first, message, false);
    this.#options.edges.unacknowledged(message);
  }

  #blame(head: Sent, cause: string, alone: boolean): void {
    if (!this.#retry.blame(alone)) return;
    const { stream, framePerBatch, edges } = this.#options;
    const { tries } = this.#retry;
    const explanation = `given up after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${cause}`;
    const { batch, rejects } = giveUp(head, { stream, framePerBatch, explanation });
    this.#retry.giveUp(batch.messages);
    stream.settle([batch], rejects);
    edges.rejected();
  }

  #leave(): void {
    this.#wire = undefined;
    this.#following.unsubscribe();
    this.#acknowledgement.lost();
    this.#congestion.lost();
  }
}

function outgoOf({ level, encode, framePerBatch, payload }: WebSocketSinkOptions): Outgo {
  if (level.ack !== 'reply') return wholeBatches(encode);
  const pointer = level['event-pointer'];
  return framePerBatch ? repliedBatches(encode, payload, pointer) : repliedEvents(encode, pointer);
}

function acknowledgementOf({ level }: WebSocketSinkOptions, options: AcknowledgementOptions): Acknowledgement {
  switch (level.ack) {
    case 'written':
      return new WrittenAcknowledgement(options);
    case 'pong':
      return new PongAcknowledgement(level.interval, options);
    case 'reply':
      return new ReplyAcknowledgement(replyKey(level.pointer), options);
  }
}
