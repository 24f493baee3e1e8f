import type { OperatorFunction, Subscription } from 'rxjs';
import { type Clock, DRAIN_MARK, type Frame, type Logger, type PackedFrames } from '../environment.ts';
import { type Batch, batchCount } from '../messages/batch.ts';
import type { Chunk } from '../messages/chunk.ts';
import { encodePayload, type PayloadForm } from '../messages/payload.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import { type Guard, type Progress, progressOf, type Traffic, type Wire } from '../transport/traffic.ts';
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
  /** Events that may be unacknowledged. */
  readonly window: number;
  /** Milliseconds that an acknowledgement ping may stay unanswered. */
  readonly ackTimeout: number;
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
  return new AcknowledgedTraffic(options);
}

/** Distinguishes our acknowledgement pings from heartbeat pings, whose payload is the user's to choose. */
const PING = 'hawser-ack-';

class AcknowledgedTraffic implements Traffic {
  readonly #options: WebSocketSinkOptions;
  #wire: Wire | undefined;
  #guard: Guard = (handler) => handler;
  #reading: Subscription | undefined;
  /** Written and not acknowledged, in order. */
  #unacknowledged: WrittenBatch[] = [];
  #counter = 0;
  /** The one ping that is unanswered, and how many batches its pong will settle. */
  #ping: { readonly payload: string; readonly covers: number } | undefined;
  #pingedAt = Number.NEGATIVE_INFINITY;
  #eventsSincePing = 0;
  #pingTimer: unknown;
  #answerTimer: unknown;
  #everAnswered = false;

  constructor(options: WebSocketSinkOptions) {
    this.#options = options;
  }

  get owing(): boolean {
    return !this.#options.stream.idle;
  }

  live(wire: Wire, guard: Guard): void {
    const { stream, batched } = this.#options;
    this.#wire = wire;
    this.#guard = guard;
    stream.release();
    this.#reading = stream.chunks$.pipe(batched).subscribe(guard((batch: Batch) => this.#deliver(wire, batch)));
  }

  frames(): void {}

  pong(payload: string): void {
    if (payload !== this.#ping?.payload) return;
    const { covers } = this.#ping;
    this.#forgetPing();
    this.#everAnswered = true;
    this.#settle(this.#unacknowledged.splice(0, covers));
    this.#askSoon();
  }

  drained(): void {
    this.#options.stream.release();
  }

  lost(): void {
    this.#wire = undefined;
    this.#reading?.unsubscribe();
    this.#reading = undefined;
    this.#unacknowledged = [];
    this.#eventsSincePing = 0;
    this.#forgetPing();
    this.#options.clock.clearTimeout(this.#pingTimer);
    this.#pingTimer = undefined;
  }

  #deliver(wire: Wire, batch: Batch): void {
    const { stream, ack } = this.#options;
    if (ack === 'pong' && batchCount(batch) === 0 && this.#unacknowledged.length === 0) {
      // A filtered range with nothing before it has nothing that the peer could acknowledge.
      stream.settle([batch]);
      return;
    }
    const { frames, written } = this.#encode(batch);
    if (ack === 'written') {
      const settle = this.#guard(() => {
        if (this.#wire === wire) this.#settle([written]);
      });
      wire.write(frames, settle);
    } else {
      wire.write(frames);
      this.#unacknowledged.push(written);
      this.#eventsSincePing += batchCount(batch);
      this.#askSoon();
    }
    if (wire.queuedBytes > DRAIN_MARK) stream.hold();
  }

  #settle(written: readonly WrittenBatch[]): void {
    settleBatches(written, this.#options.stream, this.#options.logger);
  }

  #encode(batch: Batch): { readonly frames: readonly Frame[] | PackedFrames; readonly written: WrittenBatch } {
    const { payload, framePerBatch } = this.#options;
    // Text that is passed on as text is neither read nor made into messages.
    if (payload === 'text' && batch.packed?.origin.encoding === 'text') {
      return { frames: batch.packed.frames, written: { batch, rejects: [] } };
    }
    const { encoded, written } = encodeBatch(batch, (message) => encodePayload(message, payload));
    const joined = framePerBatch && encoded.length > 0 ? [encoded.join('\n')] : encoded;
    return { frames: joined.map((data) => ({ data, binary: false })), written };
  }

  /** One ping at a time, `ackInterval` apart, sooner when half the window waits for it. */
  #askSoon(): void {
    const { clock, ackInterval, window } = this.#options;
    if (this.#ping || this.#unacknowledged.length === 0) return;
    const wait = this.#pingedAt + ackInterval - clock.now();
    if (wait <= 0 || this.#eventsSincePing * 2 >= window) {
      this.#ask();
      return;
    }
    const ask = this.#guard(() => {
      this.#pingTimer = undefined;
      if (!this.#ping) this.#ask();
    });
    this.#pingTimer ??= clock.setTimeout(ask, wait);
  }

  #ask(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#pingTimer);
    this.#pingTimer = undefined;
    this.#counter += 1;
    const ping = { payload: `${PING}${this.#counter}`, covers: this.#unacknowledged.length };
    this.#ping = ping;
    this.#pingedAt = clock.now();
    this.#eventsSincePing = 0;
    this.#wire?.ping(
      ping.payload,
      this.#guard(() => this.#awaitAnswer(ping)),
    );
    this.#awaitAnswer(ping);
  }

  /** The time starts when the ping is queued, anew when it has left our queue, and anew while a slow peer still reads. */
  #awaitAnswer(ping: object): void {
    const { clock, ackTimeout, unacknowledged } = this.#options;
    if (this.#ping !== ping || !this.#wire) return;
    clock.clearTimeout(this.#answerTimer);
    const hasProgressed: Progress = progressOf(this.#wire);
    const judge = this.#guard(() => {
      if (hasProgressed()) this.#awaitAnswer(ping);
      else unacknowledged(this.#explain());
    });
    this.#answerTimer = clock.setTimeout(judge, ackTimeout);
  }

  #forgetPing(): void {
    this.#options.clock.clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
    this.#ping = undefined;
  }

  #explain(): string {
    if (this.#everAnswered) return 'the peer stopped answering acknowledgement pings';
    return 'the peer has never answered a ping; if it cannot, set ack: written and heartbeat: off';
  }
}
