import type { ReceivedFrame } from '../environment.ts';
import type { Guard, Wire } from '../transport/traffic.ts';
import type { Acknowledgement, AcknowledgementOptions, Outgoing, Sent } from './acknowledgement.ts';
import { PingWindow } from './ping-window.ts';
import { SentQueue } from './sent-queue.ts';

/** Level `pong`: receipt by the peer's endpoint, proved by a ping sent behind the frames. */
export class PongAcknowledgement implements Acknowledgement {
  readonly #options: AcknowledgementOptions;
  readonly #pings: PingWindow;
  readonly #queue = new SentQueue();
  #wire: Wire | undefined;

  /** `interval`: least milliseconds between two pings, unless half the window waits for one. */
  constructor(interval: number, options: AcknowledgementOptions) {
    const { window, timeout, heartbeat, settle, overdue, clock } = options;
    this.#options = options;
    this.#pings = new PingWindow({
      interval,
      most: window,
      timeout,
      heartbeat,
      read: (calls) => settle(this.#queue.shift(calls)),
      silent: (ever) => overdue(ever ? STOPPED : NEVER),
      clock,
    });
  }

  get first(): Sent | undefined {
    return this.#queue.first;
  }

  get full(): boolean {
    return this.#pings.full || this.#queue.fills(this.#options.window);
  }

  live(wire: Wire, guard: Guard): void {
    this.#wire = wire;
    this.#pings.live(wire, guard);
  }

  send({ frames, sent }: Outgoing): void {
    this.#wire?.write(frames);
    for (const each of sent) {
      this.#queue.push(each);
      this.#pings.sent(each.events, each.bytes);
    }
  }

  pong(payload: string): void {
    this.#pings.pong(payload);
  }

  take(frames: readonly ReceivedFrame[]): readonly ReceivedFrame[] {
    return frames;
  }

  pause(paused: boolean): void {
    this.#pings.pause(paused);
  }

  lost(): void {
    this.#wire = undefined;
    this.#queue.clear();
    this.#pings.lost();
  }
}

const STOPPED = 'the peer stopped answering acknowledgement pings';
const NEVER = 'the peer has never answered a ping; if it cannot, set ack: written and heartbeat: off';
