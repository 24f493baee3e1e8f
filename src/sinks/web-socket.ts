import type { OperatorFunction, Subscription } from 'rxjs';
import {
  type Clock,
  DRAIN_MARK,
  type Frame,
  type Logger,
  type PackedFrames,
  type ReceivedFrame,
} from '../environment.ts';
import { type Batch, batchCount } from '../messages/batch.ts';
import type { Chunk } from '../messages/chunk.ts';
import { encodePayload, type PayloadForm } from '../messages/payload.ts';
import type { Bound } from '../streams/chunk-queue.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import type { Guard, Traffic, Wire } from '../transport/traffic.ts';
import { PongAcknowledgement } from './acknowledgement.ts';
import { encodeBatch, settleBatches, type WrittenBatch } from './rejects.ts';

export interface WebSocketSinkOptions {
  readonly stream: SinkStream;
  readonly payload: PayloadForm;
  /** A batch is one frame, its events joined by newlines; else each event is a frame. */
  readonly framePerBatch: boolean;
  readonly batched: OperatorFunction<Chunk, Batch>;
  /** `written`: the system took it. `pong`: the peer answered a ping sent behind it. */
  readonly ack: 'written' | 'pong';
  /** Least milliseconds between two acknowledgement pings, unless half the window is used. */
  readonly ackInterval: number;
  /** What may be unacknowledged. */
  readonly window: Bound;
  /** Milliseconds that an acknowledgement ping may stay unanswered. */
  readonly ackTimeout: number;
  /** Milliseconds after which the heartbeat ends a silent connection; none when it is off. */
  readonly heartbeatTimeout: number | undefined;
  /** Told when the peer does not acknowledge: the connection must be dialled anew. */
  readonly unacknowledged: (message: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes a sink's batches to a connection and settles them once the peer has acknowledged them. When the connection
 * is lost everything unacknowledged is written again, in order, to the next one (go-back-N).
 */
export function webSocketSink(options: WebSocketSinkOptions): Traffic {
  return new SinkTraffic(options);
}

class SinkTraffic implements Traffic {
  readonly #options: WebSocketSinkOptions;
  readonly #acknowledgement: PongAcknowledgement;
  #wire: Wire | undefined;
  #guard: Guard = (handler) => handler;
  #reading: Subscription | undefined;

  constructor(options: WebSocketSinkOptions) {
    const { ackInterval, window, ackTimeout, heartbeatTimeout, unacknowledged, clock, stream, logger } = options;
    this.#options = options;
    this.#acknowledgement = new PongAcknowledgement({
      interval: ackInterval,
      window,
      timeout: ackTimeout,
      heartbeat: heartbeatTimeout,
      unacknowledged,
      settle: (written) => settleBatches(written, stream, logger),
      clock,
    });
  }

  get owing(): boolean {
    return !this.#options.stream.idle;
  }

  live(wire: Wire, guard: Guard): void {
    const { stream, batched } = this.#options;
    this.#wire = wire;
    this.#guard = guard;
    this.#acknowledgement.live(wire, guard);
    stream.release();
    this.#reading = stream.chunks$.pipe(batched).subscribe(guard((batch: Batch) => this.#deliver(wire, batch)));
  }

  frames(frames: readonly ReceivedFrame[]): void {
    this.#options.stream.ignore(frames.length);
  }

  pong(payload: string): void {
    this.#acknowledgement.pong(payload);
    this.#releaseWithRoom();
  }

  drained(): void {
    this.#releaseWithRoom();
  }

  lost(): void {
    this.#wire = undefined;
    this.#reading?.unsubscribe();
    this.#reading = undefined;
    this.#acknowledgement.lost();
  }

  #deliver(wire: Wire, batch: Batch): void {
    const { stream, ack } = this.#options;
    if (ack === 'pong' && batchCount(batch) === 0 && this.#acknowledgement.idle) {
      // A filtered range with nothing before it has nothing that the peer could acknowledge.
      stream.settle([batch]);
      return;
    }
    const { frames, bytes, written } = this.#encode(batch);
    if (ack === 'written') {
      const settle = this.#guard(() => {
        if (this.#wire === wire) settleBatches([written], stream, this.#options.logger);
      });
      wire.write(frames, settle);
    } else {
      wire.write(frames);
      this.#acknowledgement.sent(written, batchCount(batch), bytes);
    }
    if (this.#isFull(wire)) stream.hold();
  }

  #isFull(wire: Wire): boolean {
    return wire.queuedBytes > DRAIN_MARK || this.#acknowledgement.full;
  }

  #releaseWithRoom(): void {
    if (this.#wire && !this.#isFull(this.#wire)) this.#options.stream.release();
  }

  #encode(batch: Batch): EncodedBatch {
    const { payload, framePerBatch } = this.#options;
    // Text that is passed on as text is neither read nor made into messages.
    if (payload === 'text' && batch.packed?.origin.encoding === 'text') {
      return { frames: batch.packed.frames, bytes: batch.packed.bytes, written: { batch, rejects: [] } };
    }
    const { encoded, written } = encodeBatch(batch, (message) => encodePayload(message, payload));
    const joined = framePerBatch && encoded.length > 0 ? [encoded.join('\n')] : encoded;
    // Counted in UTF-16 units where it is text: near enough for a window.
    const bytes = joined.reduce((sum, data) => sum + data.length, 0);
    return { frames: joined.map((data) => ({ data, binary: false })), bytes, written };
  }
}

interface EncodedBatch {
  readonly frames: readonly Frame[] | PackedFrames;
  readonly bytes: number;
  readonly written: WrittenBatch;
}
