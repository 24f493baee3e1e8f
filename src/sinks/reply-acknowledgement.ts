import type { ReceivedFrame } from '../environment.ts';
import { type Guard, type Progress, progressOf, type Wire } from '../transport/traffic.ts';
import type { Acknowledgement, AcknowledgementOptions, Outgoing, Sent } from './acknowledgement.ts';
import { Pacing } from './pacing.ts';
import { Patience } from './patience.ts';
import type { ReplyKey } from './reply-key.ts';
import { SentQueue } from './sent-queue.ts';

interface Awaited extends Sent {
  /** When its time began: it was queued, has left our queue, or reading went on. */
  since: number;
  state: 'queued' | 'out' | 'answered';
}

/** Level `reply`: the peer's application has answered. Replies out of order wait for the first one that is missing. */
export class ReplyAcknowledgement implements Acknowledgement {
  readonly #options: AcknowledgementOptions;
  readonly #keyOf: ReplyKey;
  readonly #pacing: Pacing;
  readonly #patience: Patience;
  readonly #queue = new SentQueue<Awaited>();
  /** By key, in order: several events may have the same. */
  readonly #awaited = new Map<string, Awaited[]>();
  #wire: Wire | undefined;
  #guard: Guard = (handler) => handler;
  #paused = false;
  #everAnswered = false;

  constructor(keyOf: ReplyKey, options: AcknowledgementOptions) {
    this.#options = options;
    this.#keyOf = keyOf;
    this.#pacing = new Pacing(options);
    this.#patience = new Patience(options.clock);
  }

  get first(): Sent | undefined {
    return this.#queue.first;
  }

  get full(): boolean {
    return this.#pacing.full || this.#queue.fills(this.#options.window);
  }

  live(wire: Wire, guard: Guard): void {
    this.#wire = wire;
    this.#guard = guard;
    this.#pacing.live(wire, guard);
  }

  send({ frames, sent }: Outgoing): void {
    const since = this.#options.clock.now();
    const awaited = sent.map(
      (each): Awaited => ({ ...each, since, state: each.key === undefined ? 'answered' : 'queued' }),
    );
    for (const each of awaited) {
      this.#queue.push(each);
      if (each.key !== undefined) this.#await(each, each.key);
    }
    this.#wire?.write(
      frames,
      this.#guard(() => this.#left(awaited)),
    );
    for (const each of awaited) this.#pacing.sent(each);
    this.#settleAnswered();
  }

  pong(payload: string): void {
    this.#pacing.pong(payload);
  }

  take(frames: readonly ReceivedFrame[]): readonly ReceivedFrame[] {
    if (this.#queue.empty) return frames;
    const others = frames.filter(({ data }) => !this.#isReply(data));
    if (others.length < frames.length) this.#settleAnswered();
    return others;
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#pacing.pause(paused);
    if (paused) this.#patience.stop();
    const since = this.#options.clock.now();
    for (const each of this.#queue) each.since = since;
    this.#watch();
  }

  lost(): void {
    this.#wire = undefined;
    this.#queue.clear();
    this.#awaited.clear();
    this.#patience.stop();
    this.#pacing.lost();
  }

  #await(awaited: Awaited, key: string): void {
    const same = this.#awaited.get(key);
    if (same) same.push(awaited);
    else this.#awaited.set(key, [awaited]);
  }

  #isReply(data: Buffer): boolean {
    const key = this.#keyOf(data);
    const same = key === undefined ? undefined : this.#awaited.get(key);
    const awaited = same?.shift();
    if (key === undefined || !awaited) return false;
    if (same?.length === 0) this.#awaited.delete(key);
    awaited.state = 'answered';
    this.#everAnswered = true;
    return true;
  }

  #left(awaited: readonly Awaited[]): void {
    const now = this.#options.clock.now();
    for (const each of awaited) {
      if (each.state !== 'queued') continue;
      each.state = 'out';
      each.since = now;
    }
  }

  #settleAnswered(): void {
    const answered = this.#queue.shiftWhile(({ state }) => state === 'answered');
    if (answered.length > 0) this.#options.settle(answered);
    this.#watch();
  }

  /** One timer stands for all: it is set anew for the first in line when it is due. */
  #watch(): void {
    const { first } = this.#queue;
    if (!first) this.#patience.stop();
    else if (!this.#patience.waits) this.#wait(first.since + this.#options.timeout - this.#options.clock.now());
  }

  #wait(delay: number): void {
    if (!this.#wire || this.#paused) return;
    const hasProgressed = progressOf(this.#wire);
    this.#patience.start(delay, this.#guard, () => this.#judge(hasProgressed));
  }

  #judge(hasProgressed: Progress): void {
    const { timeout, clock, overdue } = this.#options;
    const { first } = this.#queue;
    if (!first) return;
    const left = first.since + timeout - clock.now();
    if (left > 0) this.#wait(left);
    else if (first.state === 'queued' && hasProgressed()) this.#wait(timeout);
    else overdue(this.#everAnswered ? NO_REPLY : NEVER_REPLIED);
  }
}

const NO_REPLY = 'the peer did not reply to an event within retry.timeout';
const NEVER_REPLIED = `${NO_REPLY}, and has never sent a reply that matches one: are reply.pointer and reply.event-pointer right?`;
