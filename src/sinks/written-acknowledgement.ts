import type { ReceivedFrame } from '../environment.ts';
import type { Guard, Wire } from '../transport/traffic.ts';
import type { Acknowledgement, AcknowledgementOptions, Outgoing, Sent } from './acknowledgement.ts';
import { Pacing } from './pacing.ts';
import { SentQueue } from './sent-queue.ts';

/** Level `written`: the operating system took it. */
export class WrittenAcknowledgement implements Acknowledgement {
  readonly #options: AcknowledgementOptions;
  readonly #pacing: Pacing | undefined;
  readonly #queue = new SentQueue();
  #wire: Wire | undefined;
  #guard: Guard = (handler) => handler;

  constructor(options: AcknowledgementOptions) {
    this.#options = options;
    // Without a heartbeat nobody takes a slow peer for a dead one.
    this.#pacing = options.heartbeat === undefined ? undefined : new Pacing(options);
  }

  get first(): Sent | undefined {
    return this.#queue.first;
  }

  get full(): boolean {
    return (this.#pacing?.full ?? false) || this.#queue.fills(this.#options.window);
  }

  live(wire: Wire, guard: Guard): void {
    this.#wire = wire;
    this.#guard = guard;
    this.#pacing?.live(wire, guard);
  }

  send({ frames, sent }: Outgoing): void {
    const wire = this.#wire;
    for (const each of sent) this.#queue.push(each);
    const taken = this.#guard(() => {
      if (this.#wire === wire) this.#options.settle(this.#queue.shift(sent.length));
    });
    wire?.write(frames, taken);
    for (const each of sent) this.#pacing?.sent(each);
  }

  pong(payload: string): void {
    this.#pacing?.pong(payload);
  }

  take(frames: readonly ReceivedFrame[]): readonly ReceivedFrame[] {
    return frames;
  }

  pause(paused: boolean): void {
    this.#pacing?.pause(paused);
  }

  lost(): void {
    this.#wire = undefined;
    this.#queue.clear();
    this.#pacing?.lost();
  }
}
