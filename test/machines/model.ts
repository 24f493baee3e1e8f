import type { ActorLogic, AnyEventObject, AnyMachineSnapshot, AnyStateMachine, Snapshot } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { chartTransitions } from '../../src/inspection/chart.ts';
import {
  type Configuration,
  commandsTo,
  describe,
  type Outcome,
  Prediction,
  runningOf,
  stateOf,
} from './model-prediction.ts';
import { type Answers, Stage } from './model-stage.ts';

/** A machine and what may happen to it. */
export interface MachineModel {
  readonly machine: AnyStateMachine;
  /** Each is walked by itself. */
  readonly inputs: readonly unknown[];
  /** What may happen, from whom, besides the machine's own timers. */
  readonly events: readonly Occurrence[];
  /** What holds whatever happens, each by its sentence. The paths come from the machine itself; these do not. */
  readonly laws: Readonly<Record<string, Law>>;
  /** The machine between doubles: of all that it runs, and of all that only the outside can answer. */
  readonly staged: (stage: Stage) => AnyStateMachine;
}

/** Events tried from one input. A machine that remembers without bound is noticed by it. */
const LIMIT = 50_000;

export type Law = (moment: Moment) => boolean;

/**
 * An event, heeded or not, with what was before it and what is after it. The start is the event `xstate.init`, with what
 * it comes to on both sides.
 */
export interface Moment {
  readonly before: AnyMachineSnapshot;
  readonly event: AnyEventObject;
  readonly answers: Answers;
  readonly after: AnyMachineSnapshot;
  /** What was asked of the outside and told to children, in order: `announceLive`, `socket: ping`. */
  readonly did: readonly string[];
  /** Ids of the children that run after it. */
  readonly running: readonly string[];
  /** Types of the events that timers wait with after it. */
  readonly timers: readonly string[];
}

/** Something that happens to a machine. */
export interface Occurrence {
  readonly from: 'parent' | 'timer' | { readonly child: string };
  readonly event: AnyEventObject;
  /** Only a child that was told one of these since it began brings it. Default: any child. */
  readonly repliesTo?: readonly string[];
  /** Whether it may happen there. Default: whenever who it comes from is there. */
  readonly when?: (snapshot: AnyMachineSnapshot) => boolean;
}

/** One event of a path: what the outside answers meanwhile, and what it comes to. */
export interface Step extends Outcome {
  readonly occurrence: Occurrence;
  /** Names the event and the answers. */
  readonly type: string;
}

/** A path from the start of a machine: the shortest one to a configuration, and one event more. */
export interface Path {
  readonly input: unknown;
  readonly start: Outcome;
  readonly steps: readonly Step[];
}

export function fromParent(event: AnyEventObject): Occurrence {
  return { from: 'parent', event };
}

/** The child reports to the machine, by itself or when it was told something. */
export function said(child: string, event: AnyEventObject, ...repliesTo: readonly string[]): Occurrence {
  return { from: { child }, event, ...(repliesTo.length > 0 ? { repliesTo } : {}) };
}

/** The child comes to its end: a promise resolves, a machine is final. */
export function done(child: string, output?: unknown, ...repliesTo: readonly string[]): Occurrence {
  return said(child, { type: `xstate.done.actor.${child}`, actorId: child, output }, ...repliesTo);
}

/** The child throws, or its promise rejects. */
export function crashed(child: string): Occurrence {
  const error = new Error(`${child} crashed`);
  return said(child, { type: `xstate.error.actor.${child}`, actorId: child, error });
}

export interface Exploration {
  readonly paths: readonly Path[];
  /** What breaks a law, once each. */
  readonly faults: readonly string[];
}

/**
 * All shortest paths, each with every event that has a transition where it ends: for all inputs, and all that the
 * outside may answer. Of paths that take the same transitions through the same configurations, one.
 */
export function explore(model: MachineModel): Exploration {
  const search = new Search(model);
  const found = new Map<string, Path>();
  for (const input of model.inputs) for (const path of search.from(input)) found.set(search.trace(path), path);
  return { paths: [...found.values()], faults: [...search.faults] };
}

/** A configuration as the search of XState wants it. */
type Node = Snapshot<undefined> & { readonly configuration: Configuration };

class Search {
  readonly faults = new Set<string>();
  readonly #laws: readonly (readonly [string, Law])[];
  readonly #events: readonly Occurrence[];
  readonly #prediction: Prediction;
  readonly #numbers: ReadonlyMap<unknown, number>;
  readonly #logic: ActorLogic<Node, Step>;

  constructor({ staged, events, laws }: MachineModel) {
    this.#laws = Object.entries(laws);
    const stage = new Stage();
    const machine = staged(stage);
    this.#events = events;
    this.#prediction = new Prediction(machine, stage, commandsOf(events));
    this.#numbers = new Map(chartTransitions(machine).map((transition, index) => [transition, index]));
    this.#logic = {
      transition: (_, { to }) => nodeOf(to),
      getInitialSnapshot: () => {
        throw new Error('each search says where it starts');
      },
      getPersistedSnapshot: (node) => node,
    };
  }

  from(input: unknown): Path[] {
    return this.#prediction.start(input).flatMap((start) => {
      this.#judge(start.to, { ...start, occurrence: START, type: 'the start' });
      return getShortestPaths(this.#logic, {
        fromState: nodeOf(start.to),
        events: ({ configuration }) => this.#happenings(configuration).filter(isHeeded),
        serializeState: ({ configuration }) => describe(configuration),
        serializeEvent: ({ type }) => type,
        limit: LIMIT,
      }).flatMap((found) => {
        // The first of them stands for the start.
        const steps = found.steps.slice(1).map(({ event }) => event);
        const last = steps.at(-1)?.to ?? start.to;
        const happened = this.#happenings(last);
        for (const step of happened) this.#judge(last, step);
        return happened.filter(isHeeded).map((step) => ({ input, start, steps: [...steps, step] }));
      });
    });
  }

  /** Tells apart paths that differ in what happens, not in what they were given. */
  trace({ start, steps }: Path): string {
    const lines = steps.map(({ type, ...outcome }) => `${type} | ${this.#describe(outcome)}`);
    return [this.#describe(start), ...lines].join('\n');
  }

  #describe({ taken, to }: Outcome): string {
    return `${taken.map((transition) => this.#numbers.get(transition))} | ${describe(to)}`;
  }

  #judge({ snapshot: before }: Configuration, { occurrence, answers, did, to, type }: Step): void {
    const timers = to.timers.map(({ event }) => event.type);
    const moment = {
      before,
      event: occurrence.event,
      answers,
      after: to.snapshot,
      did,
      running: runningOf(to),
      timers,
    };
    for (const [title, holds] of this.#laws) {
      if (!holds(moment))
        this.faults.add(`${title}: in ${stateOf(before)} after ${type} comes ${stateOf(to.snapshot)}`);
    }
  }

  /** What may happen in a configuration, with all that it may come to. */
  #happenings(from: Configuration): Step[] {
    if (from.snapshot.status !== 'active') return [];
    const timers = from.timers.map(({ event }): Occurrence => ({ from: 'timer', event }));
    const possible = this.#events.filter((each) => mayHappen(each, from));
    return [...timers, ...possible].flatMap((occurrence) =>
      this.#prediction
        .after(from, occurrence.event)
        .map((outcome) => ({ ...outcome, occurrence, type: nameOf(occurrence, outcome.answers) })),
    );
  }
}

const START = fromParent({ type: 'xstate.init' });

function isHeeded({ taken }: Step): boolean {
  return taken.length > 0;
}

function mayHappen({ from, repliesTo, when }: Occurrence, there: Configuration): boolean {
  if (when && !when(there.snapshot)) return false;
  if (typeof from === 'string') return true;
  const told = commandsTo(there, from.child);
  return runningOf(there).includes(from.child) && (repliesTo?.some((command) => told.includes(command)) ?? true);
}

/** What children are told that anything replies to. */
export function commandsOf(events: readonly Occurrence[]): ReadonlySet<string> {
  return new Set(events.flatMap(({ repliesTo }) => repliesTo ?? []));
}

function nodeOf(configuration: Configuration): Node {
  return { status: 'active', output: undefined, error: undefined, configuration };
}

/** As a failing test shows it: `socket: socket.lost {"cause":…}, isHeld: yes`. */
function nameOf({ from, event }: Occurrence, answers: Answers): string {
  const { type, error, actorId, ...rest } = event;
  const origin = typeof from === 'string' ? from : from.child;
  const content = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
  const answered = Object.entries(answers).map(([guard, answer]) => `, ${guard}: ${answer ? 'yes' : 'no'}`);
  return `${origin}: ${type}${content}${answered.join('')}`;
}
