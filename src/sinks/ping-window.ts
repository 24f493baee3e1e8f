import type { Clock } from '../environment.ts';
import { type Guard, progressOf, type Wire } from '../transport/traffic.ts';
import { Patience } from './patience.ts';
import { SendWindow } from './send-window.ts';

export interface PingWindowOptions {
  /** Least milliseconds between two pings, unless half the window waits for one. Left out: only then one is sent. */
  readonly interval?: number;
  /** Most of what may be behind a ping. */
  readonly most: { readonly events: number; readonly bytes: number };
  /** Milliseconds that a ping may stay unanswered. */
  readonly timeout: number;
  /** Milliseconds after which the heartbeat ends a silent connection; none when it is off. */
  readonly heartbeat: number | undefined;
  /** The peer has read what this many calls of `sent` told of. */
  readonly read: (calls: number) => void;
  /** The peer does not answer; `ever`: it has done so before, on whatever connection. */
  readonly silent: (ever: boolean) => void;
  readonly clock: Clock;
}

/** Distinguishes our pings from those of the heartbeat, whose payload is the user's to choose. */
const PING = 'hawser-ack-';

interface Amount {
  readonly events: number;
  readonly bytes: number;
}

/**
 * Bounds what the peer has not read, by pings sent behind it. One ping is unanswered at a time, and only its own pong
 * tells of what was sent before it: a peer may answer the latest ping alone (RFC 6455, section 5.5.3).
 */
export class PingWindow {
  readonly #options: PingWindowOptions;
  readonly #window: SendWindow;
  readonly #patience: Patience;
  /** Without one nothing is measured. */
  #wire: Wire | undefined;
  #guard: Guard = (handler) => handler;
  #paused = false;
  /** In order; the sums are of all bytes, and of what no ping asks for yet. */
  #sent: Amount[] = [];
  #bytes = 0;
  #unasked = { events: 0, bytes: 0 };
  /** Not reset with the connection, so that no late pong fits. */
  #counter = 0;
  #ping: { readonly payload: string; readonly covers: number } | undefined;
  #pingedAt = Number.NEGATIVE_INFINITY;
  #pingTimer: unknown;
  #everAnswered = false;

  constructor(options: PingWindowOptions) {
    this.#options = options;
    this.#window = new SendWindow(options.most.bytes, Math.min(options.timeout, options.heartbeat ?? options.timeout));
    this.#patience = new Patience(options.clock);
  }

  get full(): boolean {
    return this.#bytes >= this.#window.bytes;
  }

  live(wire: Wire, guard: Guard): void {
    this.#wire = wire;
    this.#guard = guard;
  }

  sent(events: number, bytes: number): void {
    if (!this.#wire) return;
    this.#sent.push({ events, bytes });
    this.#bytes += bytes;
    this.#unasked.events += events;
    this.#unasked.bytes += bytes;
    this.#askSoon();
  }

  pong(payload: string): void {
    if (payload !== this.#ping?.payload) return;
    const read = this.#sent.splice(0, this.#ping.covers);
    this.#forgetPing();
    this.#everAnswered = true;
    this.#window.acknowledged(this.#options.clock.now() - this.#pingedAt);
    for (const { bytes } of read) this.#bytes -= bytes;
    this.#options.read(read.length);
    this.#askSoon();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#patience.stop();
    else if (this.#ping) this.#awaitAnswer(this.#ping);
  }

  lost(): void {
    if (this.#sent.length > 0) this.#window.lost();
    this.open();
  }

  /** Measures nothing any more until the next connection, so that there is room without end. */
  open(): void {
    this.#wire = undefined;
    this.#sent = [];
    this.#bytes = 0;
    this.#unasked = { events: 0, bytes: 0 };
    this.#forgetPing();
    this.#options.clock.clearTimeout(this.#pingTimer);
    this.#pingTimer = undefined;
  }

  #askSoon(): void {
    const { clock, interval, most } = this.#options;
    if (this.#ping || this.#sent.length === 0) return;
    const { events, bytes } = this.#unasked;
    const wait = interval === undefined ? undefined : this.#pingedAt + interval - clock.now();
    const half = events * 2 >= most.events || bytes * 2 >= this.#window.bytes;
    if (half || (wait !== undefined && wait <= 0)) this.#ask();
    else if (wait !== undefined)
      this.#pingTimer ??= clock.setTimeout(
        this.#guard(() => this.#askDue()),
        wait,
      );
  }

  #askDue(): void {
    this.#pingTimer = undefined;
    if (!this.#ping) this.#ask();
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
    if (this.#ping !== ping || !this.#wire || this.#paused) return;
    const hasProgressed = progressOf(this.#wire);
    this.#patience.start(this.#options.timeout, this.#guard, () => {
      if (hasProgressed()) this.#awaitAnswer(ping);
      else this.#options.silent(this.#everAnswered);
    });
  }

  #forgetPing(): void {
    this.#patience.stop();
    this.#ping = undefined;
  }
}
