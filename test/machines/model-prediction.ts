import {
  type AnyActorRef,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyTransitionDefinition,
  createEmptyActor,
  type ExecutableActionObject,
} from 'xstate';
import { pathsOf } from './connection-bench.ts';
import type { Answers, Stage } from './model-stage.ts';

/** A machine between two events: its state, the children that run below it, the timers that it waits for. */
export interface Configuration {
  readonly snapshot: AnyMachineSnapshot;
  /** Children that have come to their end by themselves; the machine still knows them. */
  readonly over: readonly AnyActorRef[];
  readonly timers: readonly Timer[];
  /** What the children were told, as far as it makes a difference. */
  readonly told: readonly Command[];
}

interface Timer {
  readonly id: unknown;
  readonly event: AnyEventObject;
}

interface Command {
  readonly to: unknown;
  readonly event: AnyEventObject;
}

/** What an event comes to, and what the outside was asked and answered on the way. */
export interface Outcome {
  readonly answers: Answers;
  readonly taken: readonly AnyTransitionDefinition[];
  /** What was asked of the outside and told to children, in order: `announceLive`, `socket: ping`. */
  readonly did: readonly string[];
  readonly to: Configuration;
}

/** Says what a machine comes to, without running an actor. */
export class Prediction {
  readonly #machine: AnyStateMachine;
  readonly #stage: Stage;
  readonly #commands: ReadonlySet<string>;
  readonly #scope: AnyActorScope;
  #timers: Timer[] = [];
  #did: (string | Command)[] = [];
  #taken: AnyTransitionDefinition[] = [];

  /** Of what the children are told, `commands` make a difference to what happens later. */
  constructor(machine: AnyStateMachine, stage: Stage, commands: ReadonlySet<string>) {
    this.#machine = machine;
    this.#stage = stage;
    this.#commands = commands;
    this.#scope = this.#createScope();
  }

  /** What starting with an input comes to, for all that the outside may answer. */
  start(input: unknown): Outcome[] {
    return this.#alternatives(NOTHING, () => this.#machine.getInitialSnapshot(this.#scope, input));
  }

  /** What the event comes to, for all that the outside may answer. */
  after(from: Configuration, event: AnyEventObject): Outcome[] {
    const { snapshot, told } = from;
    const timers = from.timers.filter((timer) => timer.event !== event);
    const ended = isEnd(event) ? [snapshot.children[event.actorId]] : [];
    const over = [...from.over, ...ended].filter((child) => child !== undefined);
    return this.#alternatives({ over, timers, told }, () => this.#machine.transition(snapshot, event, this.#scope));
  }

  /** Each guard of the outside that is asked is answered both ways; within one event it does not change its mind. */
  #alternatives(from: Omit<Configuration, 'snapshot'>, run: () => AnyMachineSnapshot): Outcome[] {
    const outcomes: Outcome[] = [];
    const open: Answers[] = [{}];
    for (let given = open.pop(); given; given = open.pop()) {
      this.#stage.setAnswers(given);
      this.#timers = [...from.timers];
      this.#did = [];
      this.#taken = [];
      const snapshot = run();
      const answers: Record<string, boolean> = { ...given };
      for (const guard of this.#stage.asked.filter((each) => !(each in answers))) {
        open.push({ ...answers, [guard]: true });
        answers[guard] = false;
      }
      const sent = this.#did.filter((each) => typeof each !== 'string');
      const told = [...from.told, ...sent.filter(({ event }) => this.#commands.has(event.type))];
      const to = { snapshot, over: from.over, timers: this.#timers, told };
      outcomes.push({ answers, taken: this.#taken, did: this.#did.map(wordOf), to });
    }
    return outcomes;
  }

  #createScope(): AnyActorScope {
    const self: AnyActorRef = createEmptyActor();
    const { system } = self;
    system.inspect((event) => {
      if (event.type === '@xstate.microstep') this.#taken.push(...event._transitions);
    });
    return {
      self,
      system,
      id: '',
      sessionId: '',
      logger: () => {},
      defer: () => {},
      emit: () => {},
      stopChild: () => {},
      actionExecutor: (action) => this.#note(action),
    };
  }

  #note({ type, params }: ExecutableActionObject): void {
    if (type === 'xstate.cancel' && isCancelled(params)) {
      this.#timers = this.#timers.filter(({ id }) => id !== params.sendId);
    }
    if (type === 'xstate.raise' && isDelayed(params)) this.#timers.push(params);
    if (type === 'xstate.sendTo' && isCommand(params)) this.#did.push(params);
    if (!type.startsWith('xstate.')) this.#did.push(type);
  }
}

const NOTHING = { over: [], timers: [], told: [] };

/** The configuration as text, in one order for all that are equal. */
export function describe(configuration: Configuration): string {
  const { snapshot, timers } = configuration;
  const running = runningOf(configuration).map((id) => heard(id, commandsTo(configuration, id)));
  return inWords(snapshot, running, snapshot.status === 'active' ? timers.map(({ event }) => event.type) : []);
}

export function inWords(snapshot: AnyMachineSnapshot, running: readonly string[], timers: readonly string[]): string {
  return `${snapshot.status} in ${stateOf(snapshot)} | running: ${listOf(running)} | timers: ${listOf(timers)}`;
}

export function stateOf({ value }: AnyMachineSnapshot): string {
  return listOf(pathsOf(value));
}

function listOf(words: readonly string[]): string {
  return words.toSorted().join(', ') || 'none';
}

/** A child and what it was told: `socket (ping, live)`. */
export function heard(id: string, commands: Iterable<string>): string {
  const words = [...new Set(commands)].sort().join(', ');
  return words === '' ? id : `${id} (${words})`;
}

/** Ids of the children that run. */
export function runningOf({ snapshot, over }: Configuration): string[] {
  if (snapshot.status !== 'active') return [];
  return Object.keys(snapshot.children).filter((id) => !over.includes(snapshot.children[id]));
}

/** What the child was told since it began. */
export function commandsTo({ snapshot, told }: Configuration, id: string): string[] {
  return told.filter(({ to }) => to === snapshot.children[id]).map(({ event }) => event.type);
}

function wordOf(did: string | Command): string {
  if (typeof did === 'string') return did;
  const { to, event } = did;
  return `${typeof to === 'object' && to !== null && 'id' in to ? to.id : to}: ${event.type}`;
}

function isEnd({ type }: AnyEventObject): boolean {
  return type.startsWith('xstate.done.actor.') || type.startsWith('xstate.error.actor.');
}

function isCancelled(params: unknown): params is { sendId: unknown } {
  return typeof params === 'object' && params !== null && 'sendId' in params;
}

function isCommand(params: unknown): params is Command {
  return typeof params === 'object' && params !== null && 'to' in params && 'event' in params;
}

function isDelayed(params: unknown): params is Timer {
  return typeof params === 'object' && params !== null && 'delay' in params && typeof params.delay === 'number';
}
