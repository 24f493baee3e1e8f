import type { OperatorFunction, Subscription } from 'rxjs';
import { type Clock, DRAIN_MARK, type Frame, type FrameSocket, type Logger } from '../environment.ts';
import type { Batch } from '../messages/batch.ts';
import type { Chunk } from '../messages/chunk.ts';
import { encodePayload, type PayloadForm } from '../messages/payload.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import type { Guard, Traffic } from '../transport/traffic.ts';
import { encodeEach } from './rejects.ts';

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
  #socket: FrameSocket | undefined;
  #guard: Guard = (handler) => handler;
  #reading: Subscription | undefined;
  /** Written and not acknowledged, in order. */
  #unacknowledged: Batch[] = [];
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

  get awaitsPong(): boolean {
    return this.#ping !== undefined;
  }

  live(socket: FrameSocket, guard: Guard): void {
    const { stream, batched } = this.#options;
    this.#socket = socket;
    this.#guard = guard;
    stream.release();
    this.#reading = stream.chunks$.pipe(batched).subscribe(guard((batch: Batch) => this.#deliver(socket, batch)));
  }

  frames(): void {}

  pong(payload: string): void {
    if (payload !== this.#ping?.payload) return;
    const { covers } = this.#ping;
    this.#forgetPing();
    this.#everAnswered = true;
    for (const batch of this.#unacknowledged.splice(0, covers)) this.#options.stream.settle(batch);
    this.#askSoon();
  }

  drained(): void {
    this.#options.stream.release();
  }

  lost(): void {
    this.#socket = undefined;
    this.#reading?.unsubscribe();
    this.#reading = undefined;
    this.#unacknowledged = [];
    this.#eventsSincePing = 0;
    this.#forgetPing();
    this.#options.clock.clearTimeout(this.#pingTimer);
    this.#pingTimer = undefined;
  }

  #deliver(socket: FrameSocket, batch: Batch): void {
    const { stream, ack } = this.#options;
    const frames = this.#encode(batch);
    if (ack === 'written') {
      const settle = this.#guard(() => {
        if (this.#socket === socket) stream.settle(batch);
      });
      socket.write(frames, settle);
    } else {
      socket.write(frames);
      this.#unacknowledged.push(batch);
      this.#eventsSincePing += batch.messages.length;
      this.#askSoon();
    }
    if (socket.queuedBytes > DRAIN_MARK) stream.hold();
  }

  #encode(batch: Batch): Frame[] {
    const { payload, stream, logger, framePerBatch } = this.#options;
    const encoded = encodeEach(batch.messages, (message) => encodePayload(message, payload), stream, logger);
    if (framePerBatch && encoded.length > 0) return [{ data: encoded.join('\n'), binary: false }];
    return encoded.map((data) => ({ data, binary: false }));
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
    const { clock, ackTimeout } = this.#options;
    clock.clearTimeout(this.#pingTimer);
    this.#pingTimer = undefined;
    this.#counter += 1;
    this.#ping = { payload: `${PING}${this.#counter}`, covers: this.#unacknowledged.length };
    this.#pingedAt = clock.now();
    this.#eventsSincePing = 0;
    this.#socket?.ping(this.#ping.payload);
    this.#answerTimer = clock.setTimeout(() => this.#options.unacknowledged(this.#explain()), ackTimeout);
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
