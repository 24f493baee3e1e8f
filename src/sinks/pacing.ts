import type { Guard, Wire } from '../transport/traffic.ts';
import type { AcknowledgementOptions, Sent } from './acknowledgement.ts';
import { PingWindow } from './ping-window.ts';

/** Bytes that a frame takes besides its payload: many empty ones are not nothing. */
const FRAME = 8;

/**
 * Keeps what a slow peer has still to read small, for levels that settle by something else than pongs: the system
 * takes megabytes, and the heartbeat's ping would wait behind them until the peer is taken for dead. A ping is sent
 * when half the window is used. A peer that does not answer it is not paced any more on this connection; whether it
 * lives, others judge.
 */
export class Pacing {
  readonly #pings: PingWindow;

  constructor({ window, timeout, heartbeat, room, clock }: PacingOptions) {
    this.#pings = new PingWindow({
      most: { events: Number.POSITIVE_INFINITY, bytes: window.bytes },
      timeout: Math.min(timeout, heartbeat ?? timeout),
      heartbeat,
      read: room,
      silent: () => {
        this.#pings.open();
        room();
      },
      clock,
    });
  }

  get full(): boolean {
    return this.#pings.full;
  }

  live(wire: Wire, guard: Guard): void {
    this.#pings.live(wire, guard);
  }

  /** Told after it was written, so that the ping follows it. */
  sent({ events, bytes }: Sent): void {
    this.#pings.sent(events, bytes + events * FRAME);
  }

  pong(payload: string): void {
    this.#pings.pong(payload);
  }

  pause(paused: boolean): void {
    this.#pings.pause(paused);
  }

  lost(): void {
    this.#pings.lost();
  }
}

type PacingOptions = Pick<AcknowledgementOptions, 'window' | 'timeout' | 'heartbeat' | 'room' | 'clock'>;
