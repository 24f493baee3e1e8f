import type { WireEvent, WireMessage } from '../../src/inspection/wire.ts';
import { isConnection } from './connections.ts';
import { foundById, type Messages } from './message-log.ts';
import { Model } from './model.ts';

/** How much is applied anew at most when a recording is searched: an event counts as one, a sample too. */
export const CHECKPOINT_WORK = 10_000;
/** Above it every second checkpoint is given up, and new ones are made half as often. */
export const CHECKPOINTS = 128;
/** Events that are read of one recording; what follows is not shown. */
export const RECORDED_EVENTS = 1_000_000;
/** Marks of lost connections; further ones are not marked. */
export const LOSSES = 5_000;

interface Checkpoint {
  /** How many events it has seen. */
  readonly position: number;
  readonly model: Model;
}

/** A recording that is read event by event, and can then be searched by time. */
export class Recording implements Messages {
  readonly #events: WireEvent[] = [];
  /** When each event was told; where the clock went back, the time of the one before. */
  readonly #times: number[] = [];
  readonly #losses: number[] = [];
  readonly #steps = new Map<string, number[]>();
  readonly #end = new Model();
  #checkpoints: Checkpoint[] = [{ position: 0, model: new Model() }];
  #interval = CHECKPOINT_WORK;
  #work = 0;
  #omitted = 0;
  #firstSampled: number | undefined;
  readonly #bound: number;

  constructor(bound: number = RECORDED_EVENTS) {
    this.#bound = bound;
  }

  /** Events beyond the bound are counted only. */
  add(event: WireEvent): void {
    if (this.#events.length >= this.#bound) {
      this.#omitted += 1;
      return;
    }
    this.#note(event);
    this.#events.push(event);
    this.#times.push(Math.max(Number(event.createdAt), this.#times.at(-1) ?? Number.NEGATIVE_INFINITY));
    if (event.type === '@hawser.samples') this.#firstSampled ??= this.until;
    this.#work += event.type === '@hawser.samples' ? 1 + event.samples.length : 1;
    if (this.#work >= this.#interval) this.#keepCheckpoint();
  }

  get length(): number {
    return this.#events.length;
  }

  /** Events that were not read, because the bound was reached. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Time of the first event, in milliseconds since the epoch. */
  get from(): number {
    return this.#times[0] ?? 0;
  }

  /** The first moment with something to be seen: everything was started by then, and has been counted once. */
  get opening(): number {
    return this.#firstSampled ?? this.from;
  }

  get until(): number {
    return this.#times.at(-1) ?? 0;
  }

  /** When connections were lost, in order. */
  get losses(): readonly number[] {
    return this.#losses;
  }

  /** How many events had been told by then. */
  positionAt(time: number): number {
    return firstAbove(this.#times, time);
  }

  /** When the event before this position was told. */
  timeOf(position: number): number {
    return this.#times[position - 1] ?? this.from;
  }

  /** The position just behind the next step of an actor, or behind the one before. */
  nextStep(actor: string, position: number): number | undefined {
    const steps = this.#steps.get(actor) ?? [];
    return steps[firstAbove(steps, position)];
  }

  previousStep(actor: string, position: number): number | undefined {
    const steps = this.#steps.get(actor) ?? [];
    return steps[firstAbove(steps, position - 1) - 1];
  }

  /** The model after so many events; `from`: one that is to be gone on with when that is nearer. It is changed then. */
  modelAt(position: number, from?: { readonly model: Model; readonly position: number }): Model {
    const near = this.#checkpoints[firstAbove(this.#checkpoints, position, (each) => each.position) - 1];
    const start = near?.position ?? 0;
    const goesOn = from !== undefined && from.position >= start && from.position <= position;
    const model = goesOn ? from.model : (near?.model.copy() ?? new Model());
    for (const event of this.#events.slice(goesOn ? from.position : start, position)) model.apply(event);
    return model;
  }

  find(id: string): WireMessage | undefined {
    const found = foundById(id, this.#events.length, (index) => this.#events[index]);
    return found?.type === '@xstate.event' ? found : undefined;
  }

  #note(event: WireEvent): void {
    const before = 'sessionId' in event ? this.#end.actorOf(event.sessionId) : undefined;
    this.#end.apply(event);
    const after = before && this.#end.actors.get(before.key);
    if (!before || !after || before.timeline === after.timeline) return;
    const steps = this.#steps.get(after.key);
    if (steps) steps.push(this.#events.length + 1);
    else this.#steps.set(after.key, [this.#events.length + 1]);
    const lost = isConnection(after) && before.word === 'live' && ['waiting', 'failed'].includes(after.word);
    if (lost && this.#losses.length < LOSSES) this.#losses.push(Number(event.createdAt));
  }

  #keepCheckpoint(): void {
    this.#work = 0;
    this.#checkpoints.push({ position: this.#events.length, model: this.#end.copy() });
    if (this.#checkpoints.length <= CHECKPOINTS) return;
    this.#checkpoints = this.#checkpoints.filter((_, index) => index % 2 === 0);
    this.#interval *= 2;
  }
}

/** A place in a recording, and what the model was then. */
export class Playback {
  readonly recording: Recording;
  #model: Model;
  #position: number;
  #time: number;

  /** It begins where something is to be seen. */
  constructor(recording: Recording) {
    this.recording = recording;
    this.#time = recording.opening;
    this.#position = recording.positionAt(recording.opening);
    this.#model = recording.modelAt(this.#position);
  }

  get model(): Model {
    return this.#model;
  }

  /** Milliseconds since the epoch. */
  get time(): number {
    return this.#time;
  }

  get isAtEnd(): boolean {
    return this.#time >= this.recording.until;
  }

  seek(time: number): void {
    const { recording } = this;
    this.#time = Math.max(recording.from, Math.min(recording.until, time));
    this.#moveTo(recording.positionAt(this.#time));
  }

  /** Goes to the next or the previous step of an actor; false when there is none. */
  step(actor: string, direction: 1 | -1): boolean {
    const { recording } = this;
    const position =
      direction === 1 ? recording.nextStep(actor, this.#position) : recording.previousStep(actor, this.#position);
    if (position === undefined) return false;
    this.#time = recording.timeOf(position);
    this.#moveTo(position);
    return true;
  }

  #moveTo(position: number): void {
    this.#model = this.recording.modelAt(position, { model: this.#model, position: this.#position });
    this.#position = position;
  }
}

/** How many of what is sorted come up to a value. */
function firstAbove(sorted: readonly number[], value: number): number;
function firstAbove<T>(sorted: readonly T[], value: number, of: (item: T) => number): number;
function firstAbove<T>(sorted: readonly T[], value: number, of: (item: T) => number = Number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && of(item) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
