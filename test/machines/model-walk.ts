import { type Actor, type AnyActorRef, type AnyStateMachine, createActor, type InspectionEvent } from 'xstate';
import type { Clock } from '../../src/environment.ts';
import { createStepClock, type StepClock } from '../../src/testing/step-clock.ts';
import { commandsOf, type MachineModel, type Path, type Step } from './model.ts';
import { describe, heard, inWords, type Outcome } from './model-prediction.ts';
import { Stage } from './model-stage.ts';

/** Walks paths of a model with actors that run. */
export class Walker {
  readonly #stage = new Stage();
  readonly #machine: AnyStateMachine;
  readonly #commands: ReadonlySet<string>;
  readonly #inspect: (event: InspectionEvent) => void;

  constructor(model: MachineModel, inspect: (event: InspectionEvent) => void) {
    this.#machine = model.staged(this.#stage);
    this.#commands = commandsOf(model.events);
    this.#inspect = inspect;
  }

  /** Says what went otherwise than predicted; undefined: nothing. */
  async walk(path: Path): Promise<string | undefined> {
    this.#stage.clear(path.start.answers);
    const walk = new Walk(this.#machine, this.#stage, this.#commands, path.input, this.#inspect);
    try {
      await walk.start(path.start);
      for (const step of path.steps) await walk.take(step);
      await walk.end();
      return undefined;
    } catch (error) {
      const way = path.steps.map(({ type }) => `  ${type}`).join('\n');
      return `${error instanceof Error ? error.message : String(error)}\non the way\n${way}\nwith ${JSON.stringify(path.input)}`;
    }
  }
}

class Walk {
  readonly #stage: Stage;
  readonly #commands: ReadonlySet<string>;
  readonly #timers = new TimersAtWill();
  readonly #told = new Map<unknown, string[]>();
  readonly #actor: Actor<AnyStateMachine>;

  constructor(
    machine: AnyStateMachine,
    stage: Stage,
    commands: ReadonlySet<string>,
    input: unknown,
    inspect: (event: InspectionEvent) => void,
  ) {
    this.#stage = stage;
    this.#commands = commands;
    this.#actor = createActor(machine, { clock: this.#timers, input, inspect });
    this.#actor.system.inspect((event) => this.#noteCommand(event));
    this.#actor.subscribe({ error: () => {} });
    this.#timers.system = this.#actor.system;
  }

  async start({ to }: Outcome): Promise<void> {
    this.#actor.start();
    await this.#timers.settle();
    this.#compare('the start', describe(to));
  }

  async take(step: Step): Promise<void> {
    this.#stage.setAnswers(step.answers);
    await this.#make(step);
    await this.#timers.settle();
    this.#compare(step.type, describe(step.to));
  }

  /** Nothing may be left of a machine that is stopped. */
  async end(): Promise<void> {
    this.#actor.stop();
    await this.#timers.settle();
    const left = [...this.#stage.running, ...this.#timers.waiting];
    if (left.length > 0) throw new Error(`left at the end: ${left.join(', ')}`);
  }

  #noteCommand(event: InspectionEvent): void {
    if (event.type !== '@xstate.event' || event.sourceRef !== this.#actor || !this.#commands.has(event.event.type))
      return;
    this.#told.set(event.actorRef, [...(this.#told.get(event.actorRef) ?? []), event.event.type]);
  }

  /** Ids of the doubles that run, and what they were told. */
  get #running(): string[] {
    const { children } = this.#actor.getSnapshot();
    return this.#stage.running.map((id) => heard(id, this.#told.get(children[id]) ?? []));
  }

  async #make({ occurrence: { from, event } }: Step): Promise<void> {
    if (from === 'timer') return this.#timers.pass(event.type);
    if (from === 'parent') return this.#actor.send(event);
    const { say, finish, crash } = this.#stage.double(from.child);
    if (event.type === `xstate.error.actor.${from.child}`) return crash(event.error);
    const act = event.type === `xstate.done.actor.${from.child}` ? finish : say;
    if (!act) throw new Error(`${from.child} cannot bring ${event.type}`);
    act(act === finish ? event.output : event);
  }

  #compare(after: string, expected: string): void {
    const actual = inWords(this.#actor.getSnapshot(), this.#running, this.#timers.waiting);
    if (actual !== expected) throw new Error(`after ${after}\nexpected ${expected}\nbut was  ${actual}`);
  }
}

interface WaitingTimer {
  readonly type: string;
  readonly run: () => void;
  readonly delay: number;
}

/**
 * A step clock whose timers come due in the order that a path asks for. Durations are settings, chance and what is left
 * of them, so each of the timers that wait may be the next one.
 */
class TimersAtWill implements Clock {
  system: AnyActorRef['system'] | undefined;
  readonly #clock: StepClock = createStepClock();
  readonly #waiting = new Set<WaitingTimer>();
  readonly #scheduled = new WeakSet<object>();

  /** What waits, by the types of its events. */
  get waiting(): string[] {
    return [...this.#waiting].map(({ type }) => type);
  }

  now(): number {
    return this.#clock.now();
  }

  setTimeout(run: () => void, delay: number): WaitingTimer {
    if (!(delay >= 0)) throw new Error(`a timer of ${delay} ms`);
    const timer = { type: this.#scheduledType(), run, delay };
    this.#waiting.add(timer);
    return timer;
  }

  clearTimeout(timer: WaitingTimer): void {
    this.#waiting.delete(timer);
  }

  /** Lets the time pass up to the first timer with this event. */
  async pass(type: string): Promise<void> {
    const timer = [...this.#waiting].find((each) => each.type === type);
    if (!timer) throw new Error(`no timer waits for ${type}`);
    this.#waiting.delete(timer);
    this.#clock.setTimeout(timer.run, timer.delay);
    await this.#clock.advance(timer.delay);
  }

  async settle(): Promise<void> {
    await this.#clock.settle();
  }

  /** A clock is not told what a timer is for; the system has written it down just before. */
  #scheduledType(): string {
    const events = Object.values(this.system?.getSnapshot()._scheduledEvents ?? {});
    const scheduled = events.find((each) => !this.#scheduled.has(each));
    if (!scheduled) throw new Error('a timer that the system does not know');
    this.#scheduled.add(scheduled);
    return scheduled.event.type;
  }
}
