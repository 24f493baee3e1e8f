import { type AnyActorLogic, assign, enqueueActions, raise, setup } from 'xstate';

/** What the children run, by child id: known where they are, not here. */
const children: Record<string, AnyActorLogic> = {};

/** A child as data; what it runs is found by its id. Durations in milliseconds; `null`: without limit. */
export interface ChildSpec {
  /** Its path, unique in the tree: `ticks/warehouse`. */
  id: string;
  /** permanent: always restarted; transient: after a crash; temporary: never. */
  restart: 'permanent' | 'transient' | 'temporary';
  /** How long it may take to end when asked to; then it is stopped. */
  shutdown: number | null;
  /** How long it may take to be ready; then start-up fails. */
  startTimeout: number | null;
}

export interface SupervisorInput {
  strategy: 'one-for-one' | 'one-for-all' | 'rest-for-one';
  /** Restarts allowed within `period`; one more is passed upwards as a failure. */
  intensity: number;
  period: number;
  /** Ends itself once all its children have ended by themselves. */
  autoShutdown: 'never' | 'all';
  children: ChildSpec[];
}

/** Why a supervisor gave up, or a child that it does not restart ended. */
export interface SupervisorCause {
  child: string;
  reason: 'restart intensity exceeded' | 'failed' | 'not ready in time';
  error: unknown;
}

export interface SupervisorOutput {
  outcome: 'ended' | 'failed';
  cause: SupervisorCause | null;
}

export type SupervisorEvent =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'child.add'; spec: ChildSpec }
  | { type: 'child.start'; id: string }
  | { type: 'child.ready'; id: string }
  | { type: 'child.ended'; id: string; outcome: 'ended' | 'failed'; cause: unknown }
  | { type: 'restart.forgotten' };

/** Starts its children in order, restarts those that crash, stops them in reverse. */
export const supervisorMachine = setup({
  types: {
    context: {} as {
      settings: SupervisorInput;
      /** All children, in order of start. */
      specs: ChildSpec[];
      /** Index of the child whose readiness is awaited. */
      next: number;
      /** Ids of the children that have not ended, in order of start. */
      alive: string[];
      /** Restarts within the period. */
      restarts: number;
      cause: SupervisorCause | null;
    },
    events: {} as SupervisorEvent,
    input: {} as SupervisorInput,
    output: {} as SupervisorOutput,
    tags: {} as 'idle' | 'starting' | 'running' | 'failing' | 'stopping' | 'ended' | 'failed',
  },
  actors: children,
  actions: {
    /** Spawns the logic that belongs to `event.id`, under that id. */
    startChild: () => {},
    announceReady: () => {},
    announceFailing: () => {},
    logRestart: () => {},
    logLoss: () => {},
    addSpec: assign(({ context, event }) =>
      event.type === 'child.add' ? { specs: [...context.specs, event.spec] } : {},
    ),
    noteStarted: assign(({ context, event }) =>
      event.type === 'child.start' && !context.alive.includes(event.id) ? { alive: [...context.alive, event.id] } : {},
    ),
    awaitNext: assign({ next: ({ context }) => context.next + 1 }),
    startNext: enqueueActions(({ context, enqueue }) => {
      const spec = context.specs[context.next];
      if (spec) enqueue.raise({ type: 'child.start', id: spec.id });
    }),
    startAdded: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'child.add') return;
      enqueue.assign({ next: context.next + 1 });
      enqueue.raise({ type: 'child.start', id: event.spec.id });
    }),
    forgetChild: enqueueActions(({ context, event, enqueue }) => {
      const id = childOf(event);
      const at = context.specs.findIndex((spec) => spec.id === id);
      enqueue.assign({ alive: context.alive.filter((child) => child !== id) });
      // A temporary child never comes back. One that is still awaited stays: what follows it starts by its place.
      if (context.specs[at]?.restart === 'temporary' && at < context.next) {
        enqueue.assign({ specs: context.specs.toSpliced(at, 1), next: context.next - 1 });
      }
      enqueue.stopChild(id);
      // A child that ended before it was ready must not keep the others from starting.
      enqueue.raise({ type: 'child.ready', id });
    }),
    restartChild: enqueueActions(({ context, event, enqueue }) => {
      const { alive, settings } = context;
      const at = alive.indexOf(childOf(event));
      const first = { 'one-for-one': at, 'one-for-all': 0, 'rest-for-one': at }[settings.strategy];
      const affected = alive.slice(first, settings.strategy === 'one-for-one' ? at + 1 : undefined);
      const leaving = context.specs
        .filter(({ id, restart }) => restart === 'temporary' && affected.includes(id))
        .map(({ id }) => id);
      for (const id of affected.toReversed()) enqueue.stopChild(id);
      enqueue.assign({ restarts: context.restarts + 1, alive: alive.filter((id) => !leaving.includes(id)) });
      enqueue.raise({ type: 'restart.forgotten' }, { delay: settings.period });
      for (const id of affected) enqueue.raise({ type: leaving.includes(id) ? 'child.ready' : 'child.start', id });
    }),
    forgetRestart: assign({ restarts: ({ context }) => context.restarts - 1 }),
    recordExceeded: assign({
      cause: ({ context, event }) =>
        context.cause ?? {
          child: childOf(event),
          reason: 'restart intensity exceeded' as const,
          error: errorOf(event),
        },
    }),
    recordFailure: assign({
      cause: ({ context, event }) =>
        context.cause ?? { child: childOf(event), reason: 'failed' as const, error: errorOf(event) },
    }),
    recordLate: assign({
      cause: ({ context }) => ({
        child: context.specs[context.next]?.id ?? '',
        reason: 'not ready in time' as const,
        error: null,
      }),
    }),
    askLastToStop: enqueueActions(({ context, enqueue }) => {
      const last = context.alive.at(-1);
      if (last !== undefined) enqueue.sendTo(last, { type: 'stop' });
    }),
    /** A child that was restarted is asked once it runs again. */
    askAgain: raise({ type: 'stop' }),
    stopLast: enqueueActions(({ context, enqueue }) => {
      const last = context.alive.at(-1);
      if (last !== undefined) enqueue.stopChild(last);
      enqueue.assign({ alive: context.alive.slice(0, -1) });
    }),
  },
  guards: {
    isAwaited: ({ context, event }) => event.type === 'child.ready' && event.id === context.specs[context.next]?.id,
    allStarted: ({ context }) => context.next >= context.specs.length,
    isTemporary: ({ context, event }) => specOf(context.specs, event)?.restart === 'temporary',
    isFailure: ({ context, event }) =>
      outcomeOf(event) === 'failed' && specOf(context.specs, event)?.restart !== 'temporary',
    isIntensityExceeded: ({ context }) => context.restarts >= context.settings.intensity,
    isPermanent: ({ context, event }) => specOf(context.specs, event)?.restart === 'permanent',
    isPermanentBeyondIntensity: ({ context, event }) =>
      specOf(context.specs, event)?.restart === 'permanent' && context.restarts >= context.settings.intensity,
    allEnded: ({ context }) =>
      context.settings.autoShutdown === 'all' && context.alive.length === 0 && context.next >= context.specs.length,
    noneAlive: ({ context }) => context.alive.length === 0,
    hasCauseAndNoneAlive: ({ context }) => context.cause !== null && context.alive.length === 0,
  },
  delays: {
    startTimeout: ({ context }) => context.specs[context.next]?.startTimeout ?? 2 ** 31 - 1,
    shutdownTimeout: ({ context }) =>
      context.specs.find((spec) => spec.id === context.alive.at(-1))?.shutdown ?? 2 ** 31 - 1,
  },
}).createMachine({
  id: 'supervisor',
  description: 'Children as data: ordered start, restart by strategy within an intensity, reverse stop.',
  context: ({ input }) => ({ settings: input, specs: input.children, next: 0, alive: [], restarts: 0, cause: null }),
  output: ({ context }) => ({ outcome: context.cause === null ? 'ended' : 'failed', cause: context.cause }),
  initial: 'idle',
  on: {
    'child.start': { actions: ['startChild', 'noteStarted'] },
    'restart.forgotten': { actions: 'forgetRestart' },
  },
  states: {
    idle: {
      description: 'Has started nothing yet.',
      tags: 'idle',
      on: { start: 'up', 'child.add': { actions: 'addSpec' }, stop: 'ended' },
    },
    up: {
      description: 'A child that crashes is restarted, until the intensity is used up.',
      initial: 'starting',
      on: {
        'xstate.error.actor.*': [
          { guard: 'isTemporary', actions: ['logLoss', 'forgetChild'] },
          { guard: 'isIntensityExceeded', target: 'failing', actions: ['recordExceeded', 'forgetChild'] },
          { actions: ['logRestart', 'restartChild'] },
        ],
        'xstate.done.actor.*': [
          { guard: 'isFailure', target: 'failing', actions: ['recordFailure', 'forgetChild'] },
          { guard: 'isPermanentBeyondIntensity', target: 'failing', actions: ['recordExceeded', 'forgetChild'] },
          { guard: 'isPermanent', actions: ['logRestart', 'restartChild'] },
          { actions: 'forgetChild' },
        ],
        'child.ended': [
          { guard: 'isFailure', target: 'failing', actions: ['recordFailure', 'forgetChild'] },
          { guard: 'isPermanentBeyondIntensity', target: 'failing', actions: ['recordExceeded', 'forgetChild'] },
          { guard: 'isPermanent', actions: ['logRestart', 'restartChild'] },
          { actions: 'forgetChild' },
        ],
        stop: 'stopping',
      },
      states: {
        starting: {
          description: 'Each child must be ready before the next is started.',
          tags: 'starting',
          entry: 'startNext',
          always: { guard: 'allStarted', target: 'running' },
          after: { startTimeout: { target: '#supervisor.failing', actions: 'recordLate' } },
          on: {
            'child.ready': { guard: 'isAwaited', target: 'starting', reenter: true, actions: 'awaitNext' },
            'child.add': { actions: 'addSpec' },
          },
        },
        running: {
          description: 'Every child has been ready.',
          tags: 'running',
          entry: 'announceReady',
          always: { guard: 'allEnded', target: '#supervisor.ended' },
          on: { 'child.add': { actions: ['addSpec', 'startAdded'] } },
        },
      },
    },
    failing: {
      description: 'Gave up. The other children go on until the one above has stopped what feeds them.',
      tags: 'failing',
      entry: 'announceFailing',
      on: {
        'xstate.error.actor.*': { actions: 'forgetChild' },
        'xstate.done.actor.*': { actions: 'forgetChild' },
        'child.ended': { actions: 'forgetChild' },
        stop: 'stopping',
      },
    },
    stopping: {
      description: 'Asks the last child that runs to end, then the one before it. What crashes still owes its end.',
      tags: 'stopping',
      entry: 'askLastToStop',
      always: [
        { guard: 'hasCauseAndNoneAlive', target: 'failed' },
        { guard: 'noneAlive', target: 'ended' },
      ],
      after: { shutdownTimeout: { target: 'stopping', reenter: true, actions: 'stopLast' } },
      on: {
        'xstate.error.actor.*': [
          { guard: 'isTemporary', target: 'stopping', reenter: true, actions: ['logLoss', 'forgetChild'] },
          {
            guard: 'isIntensityExceeded',
            target: 'stopping',
            reenter: true,
            actions: ['recordExceeded', 'forgetChild', 'announceFailing'],
          },
          { actions: ['logRestart', 'restartChild', 'askAgain'] },
        ],
        'xstate.done.actor.*': [
          {
            guard: 'isFailure',
            target: 'stopping',
            reenter: true,
            actions: ['recordFailure', 'forgetChild', 'announceFailing'],
          },
          { target: 'stopping', reenter: true, actions: 'forgetChild' },
        ],
        'child.ended': [
          {
            guard: 'isFailure',
            target: 'stopping',
            reenter: true,
            actions: ['recordFailure', 'forgetChild', 'announceFailing'],
          },
          { target: 'stopping', reenter: true, actions: 'forgetChild' },
        ],
        stop: { target: 'stopping', reenter: true },
      },
    },
    ended: {
      description: 'Nothing runs any more.',
      type: 'final',
      tags: 'ended',
    },
    failed: {
      description: 'Nothing runs any more; the cause says which child gave up, and why.',
      type: 'final',
      tags: 'failed',
    },
  },
});

/** The child that an event of the runtime (`actorId`) or of a child (`id`) speaks of. */
function childOf(event: object): string {
  if ('actorId' in event) return String(event.actorId);
  return 'id' in event ? String(event.id) : '';
}

function specOf(specs: ChildSpec[], event: object): ChildSpec | undefined {
  return specs.find((spec) => spec.id === childOf(event));
}

function resultOf(event: object): unknown {
  return 'output' in event ? event.output : event;
}

function outcomeOf(event: object): unknown {
  const result = resultOf(event);
  return typeof result === 'object' && result !== null && 'outcome' in result ? result.outcome : undefined;
}

function errorOf(event: object): unknown {
  if ('error' in event) return event.error;
  const result = resultOf(event);
  return typeof result === 'object' && result !== null && 'cause' in result ? result.cause : null;
}
