import type { WireEvent } from '../../src/inspection/wire.ts';
import { MessageLog } from './message-log.ts';
import { Model } from './model.ts';

/** What a feed tells, shown as it comes or as it was when the view was paused. */
export class Live {
  readonly messages = new MessageLog();
  #model = new Model();
  #paused: { readonly model: Model; readonly at: number } | undefined;
  /** Wall clock of the last event, when no more is to come. */
  #endedAt: number | undefined;

  apply(events: readonly WireEvent[]): void {
    for (const event of events) {
      this.#model.apply(event);
      if (event.type === '@xstate.event') this.messages.add(event);
    }
    this.#endedAt = undefined;
  }

  /** Everything is told again from the beginning. */
  reset(): void {
    this.#model = new Model();
    this.messages.clear();
  }

  pause(now: number): void {
    this.#paused = { model: this.#model.copy(), at: now };
  }

  resume(): void {
    this.#paused = undefined;
  }

  /** Nothing more comes, for now: the clock of what is shown stands still. */
  halt(now: number): void {
    this.#endedAt ??= now;
  }

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** Events that came since it was paused. */
  get unseen(): number {
    return this.#paused ? Math.max(0, this.#model.tally.events - this.#paused.model.tally.events) : 0;
  }

  get model(): Model {
    return this.#paused?.model ?? this.#model;
  }

  /** The moment that is shown. */
  nowAt(now: number): number {
    return this.#paused?.at ?? this.#endedAt ?? now;
  }
}
