import type { Clock } from '../environment.ts';
import { type Guard, type Progress, progressOf, type Wire } from '../transport/traffic.ts';
import type { WrittenBatch } from './rejects.ts';
import { SendWindow } from './send-window.ts';

export interface AcknowledgementOptions {
  /** Least milliseconds between two pings, unless half the window waits for one. */
  readonly interval: number;
  /** What may be unacknowledged. */
  readonly window: { readonly events: number; readonly bytes: number };
  /** Milliseconds that a ping may stay unanswered. */
  readonly timeout: number;
  /** Milliseconds after which the heartbeat ends a silent connection; none when it is off. */
  readonly heartbeat: number | undefined;
  /** Told when the peer does not answer: the connection must be dialled anew. */
  readonly unacknowledged: (message: string) => void;
  readonly settle: (written: readonly WrittenBatch[]) => void;
  readonly clock: Clock;
}

/** Distinguishes our pings from those of the heartbeat, whose payload is the user's to choose. */
const PING = 'hawser-ack-';

interface Sent {
  readonly written: WrittenBatch;
  readonly events: number;
  readonly bytes: number;
}

/**
 * Receipt by the peer's endpoint, proved by a ping sent behind the frames (level `pong`). One ping is unanswered at a
 * time, and only its own pong settles what was sent before it: a peer may answer the latest ping alone (RFC 6455,
 * section 5.5.3).
 */
export class PongAcknowledgement {
  readonly #options: AcknowledgementOptions;
  readonly #window: SendWindow;
  #wire: Wire | undefined;
  #guard: Guard = (handler) => handler;
  /** In order; the counts are of all of it, and of what no ping asks for yet. */
  #sent: Sent[] = [];
  #bytes = 0;
  #unasked = { events: 0, bytes: 0 };
  /** Not reset with the connection, so that no late pong fits. */
  #counter = 0;
  #ping: { readonly payload: string; readonly covers: number } | undefined;
  #pingedAt = Number.NEGATIVE_INFINITY;
  #pingTimer: unknown;
  #answerTimer: unknown;
  #everAnswered = false;

  constructor(options: AcknowledgementOptions) {
    this.#options = options;
    this.#window = new SendWindow(
      options.window.bytes,
      Math.min(options.timeout, options.heartbeat ?? options.timeout),
    );
  }

  get idle(): boolean {
    return this.#sent.length === 0;
  }

  /** No more may be sent before something is acknowledged. */
  get full(): boolean {
    return this.#bytes >= this.#window.bytes;
  }

  live(wire: Wire, guard: Guard): void {
    this.#wire = wire;
    this.#guard = guard;
  }

  sent(written: WrittenBatch, events: number, bytes: number): void {
    this.#sent.push({ written, events, bytes });
    this.#bytes += bytes;
    this.#unasked.events += events;
    this.#unasked.bytes += bytes;
    this.#askSoon();
  }

  pong(payload: string): void {
    if (payload !== this.#ping?.payload) return;
    const settled = this.#sent.splice(0, this.#ping.covers);
    this.#forgetPing();
    this.#everAnswered = true;
    this.#window.acknowledged(this.#options.clock.now() - this.#pingedAt);
    for (const { bytes } of settled) this.#bytes -= bytes;
    this.#options.settle(settled.map(({ written }) => written));
    this.#askSoon();
  }

  lost(): void {
    this.#wire = undefined;
    if (this.#sent.length > 0) this.#window.lost();
    this.#sent = [];
    this.#bytes = 0;
    this.#unasked = { events: 0, bytes: 0 };
    this.#forgetPing();
    this.#options.clock.clearTimeout(this.#pingTimer);
    this.#pingTimer = undefined;
  }

  #askSoon(): void {
    const { clock, interval, window } = this.#options;
    if (this.#ping || this.#sent.length === 0) return;
    const wait = this.#pingedAt + interval - clock.now();
    const { events, bytes } = this.#unasked;
    if (wait <= 0 || events * 2 >= window.events || bytes * 2 >= this.#window.bytes) {
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
    const ping = { payload: `${PING}${this.#counter}`, covers: this.#sent.length };
    this.#ping = ping;
    this.#pingedAt = clock.now();
    this.#unasked = { events: 0, bytes: 0 };
    this.#wire?.ping(
      ping.payload,
      this.#guard(() => this.#awaitAnswer(ping)),
    );
    this.#awaitAnswer(ping);
  }

  /** The time starts when the ping is queued, anew when it has left our queue, and anew while a slow peer still reads. */
  #awaitAnswer(ping: object): void {
    const { clock, timeout, unacknowledged } = this.#options;
    if (this.#ping !== ping || !this.#wire) return;
    clock.clearTimeout(this.#answerTimer);
    const hasProgressed: Progress = progressOf(this.#wire);
    const judge = this.#guard(() => {
      if (hasProgressed()) this.#awaitAnswer(ping);
      else unacknowledged(this.#explain());
    });
    this.#answerTimer = clock.setTimeout(judge, timeout);
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
