import { type AnyEventObject, type AnyMachineSnapshot, enqueueActions } from 'xstate';
import { type ChildSpec, type SupervisorInput, supervisorMachine } from '../../machines/supervisor.ts';
import { crashed, done, fromParent, type Law, type MachineModel, type Occurrence, said } from './model.ts';

function child(id: string, restart: ChildSpec['restart']): ChildSpec {
  return { id, restart, shutdown: 5_000, startTimeout: 30_000 };
}

const INPUT: SupervisorInput = {
  strategy: 'one-for-one',
  intensity: 1,
  period: 60_000,
  autoShutdown: 'all',
  children: [child('a', 'transient')],
};

const INPUTS: readonly Partial<SupervisorInput>[] = [
  { children: [child('a', 'transient'), child('b', 'permanent')] },
  { children: [child('a', 'temporary'), child('b', 'transient')], autoShutdown: 'never' },
  { children: [child('a', 'transient'), child('b', 'temporary')], strategy: 'one-for-all' },
  { children: [child('a', 'permanent'), child('b', 'transient')], strategy: 'rest-for-one', intensity: 0 },
];

const ADDED = child('c', 'temporary');

function isNew({ context }: AnyMachineSnapshot): boolean {
  return !context.specs.some(({ id }: ChildSpec) => id === ADDED.id);
}

/** A child says that it has ended where something outlives its actor; else its actor is done. */
function ofChild(id: string): Occurrence[] {
  return [
    said(id, { type: 'child.ready', id }),
    said(id, { type: 'child.ended', id, outcome: 'ended', cause: null }),
    said(id, { type: 'child.ended', id, outcome: 'failed', cause: `${id} gave up` }),
    done(id, { outcome: 'ended', cause: null }),
    done(id, { outcome: 'failed', cause: `${id} gave up` }),
    crashed(id),
  ];
}

const LAWS: Record<string, Law> = {
  'it starts its first child, and it alone': ({ before, event, running }) =>
    event.type !== 'start' || !before.hasTag('idle') || running.join() === firstOf(before),
  'the child that is awaited makes room for the next': ({ before, event, after, running }) =>
    event.type !== 'child.ready' ||
    !before.hasTag('starting') ||
    event.id !== awaitedOf(before) ||
    (after.context.next === before.context.next + 1 && (after.hasTag('running') || running.includes(awaitedOf(after)))),
  'others do not': ({ before, event, after }) =>
    event.type !== 'child.ready' || event.id === awaitedOf(before) || after.context.next === before.context.next,
  'it is ready when all its children have been': ({ before, after, did }) =>
    did.includes('announceReady') === (after.hasTag('running') && !before.hasTag('running')) || after.status === 'done',
  'a child that is late fails it': ({ event, after }) =>
    !event.type.startsWith('xstate.after.startTimeout') ||
    (after.hasTag('failing') && after.context.cause?.reason === 'not ready in time'),
  'a child that is added is started at last': ({ before, event, after, running }) =>
    event.type !== 'child.add' ||
    (before.hasTag('running')
      ? running.includes(ADDED.id)
      : isGoing(before) || before.hasTag('idle')
        ? after.context.specs.includes(event.spec)
        : true),
  'a crash within the intensity is followed by a restart': ({ before, event, after, did, running }) =>
    !isCrash(event) ||
    !(isGoing(before) || before.hasTag('stopping')) ||
    restartOf(before, event) === 'temporary' ||
    isUsedUp(before) ||
    (running.includes(childOf(event)) &&
      did.includes('logRestart') &&
      after.context.restarts === before.context.restarts + 1),
  'one more gives up': ({ before, event, after, did, running }) =>
    !(isCrash(event) || (isEnd(event) && restartOf(before, event) === 'permanent' && isGoing(before))) ||
    !(isGoing(before) || before.hasTag('stopping')) ||
    restartOf(before, event) === 'temporary' ||
    !isUsedUp(before) ||
    (did.includes('announceFailing') && after.context.cause !== null && !running.includes(childOf(event))),
  'a temporary child is let go': ({ before, event, after, did, running }) =>
    !(isCrash(event) || isOver(event)) ||
    restartOf(before, event) !== 'temporary' ||
    (!running.includes(childOf(event)) &&
      after.context.cause === before.context.cause &&
      did.includes('logLoss') === (isCrash(event) && !before.hasTag('failing'))),
  'a child that fails is not restarted, and fails it': ({ before, event, after, did, running }) =>
    !isFailure(event) ||
    restartOf(before, event) === 'temporary' ||
    (!running.includes(childOf(event)) &&
      (before.hasTag('failing') || (after.context.cause !== null && did.includes('announceFailing')))),
  'a child that ends is restarted only if it is permanent': ({ before, event, did, running }) =>
    !isEnd(event) ||
    !isGoing(before) ||
    isUsedUp(before) ||
    [running.includes(childOf(event)), did.includes('logRestart')].every(
      (each) => each === (restartOf(before, event) === 'permanent'),
    ),
  'while it stops or fails nothing that ends comes back': ({ before, event, running }) =>
    !isEnd(event) || isGoing(before) || !running.includes(childOf(event)),
  'who has given up goes on, and waits for a stop': ({ before, event, after }) =>
    !before.hasTag('failing') || event.type === 'stop' || (after.status === 'active' && after.hasTag('failing')),
  'restarts are forgotten after the period': ({ before, event, after }) =>
    event.type !== 'restart.forgotten' || after.context.restarts === before.context.restarts - 1,
  'a stop asks the last child that runs, and ends with none': ({ before, event, after, did }) =>
    event.type !== 'stop' ||
    (before.context.alive.length === 0
      ? after.status === 'done'
      : after.hasTag('stopping') && did.join() === `${before.context.alive.at(-1)}: stop`),
  'while it stops the next to last is asked when the last is over': ({ before, after, did }) =>
    !before.hasTag('stopping') ||
    after.status === 'done' ||
    after.context.alive.length === before.context.alive.length ||
    did.includes(`${after.context.alive.at(-1)}: stop`),
  'who is restarted while it stops is asked again': ({ before, after, did }) =>
    !before.hasTag('stopping') || !did.includes('logRestart') || did.includes(`${after.context.alive.at(-1)}: stop`),
  'who does not end in time is stopped': ({ before, event, running }) =>
    !event.type.startsWith('xstate.after.shutdownTimeout') || !running.includes(before.context.alive.at(-1)),
  'it ends by itself with its last child, if it is told to': ({ before, event, after }) =>
    after.context.settings.autoShutdown === 'all'
      ? !after.hasTag('running') || after.context.alive.length > 0
      : !before.hasTag('running') || after.status !== 'done' || event.type === 'stop',
  'it fails for a reason': ({ after }) =>
    after.status !== 'done' ||
    (after.context.cause === null
      ? after.hasTag('ended') && after.output?.outcome === 'ended'
      : after.hasTag('failed') && after.output?.outcome === 'failed'),
  'it knows who runs': ({ after, running }) =>
    after.status !== 'active' || after.context.alive.toSorted().join() === running.toSorted().join(),
  'no child is waited for without end': ({ after, timers }) =>
    (!after.hasTag('starting') || timers.some((each) => each.startsWith('xstate.after.startTimeout'))) &&
    (!after.hasTag('stopping') || timers.some((each) => each.startsWith('xstate.after.shutdownTimeout'))),
  'nothing runs below one that is over': ({ after, running }) => after.status === 'active' || running.length === 0,
};

function firstOf({ context }: AnyMachineSnapshot): string {
  return context.specs[0].id;
}

function awaitedOf({ context }: AnyMachineSnapshot): string {
  return context.specs[context.next]?.id ?? '';
}

function isGoing(snapshot: AnyMachineSnapshot): boolean {
  return snapshot.hasTag('starting') || snapshot.hasTag('running');
}

function isUsedUp({ context }: AnyMachineSnapshot): boolean {
  return context.restarts >= context.settings.intensity;
}

function isCrash({ type }: AnyEventObject): boolean {
  return type.startsWith('xstate.error.actor.');
}

function isOver({ type }: AnyEventObject): boolean {
  return type === 'child.ended' || type.startsWith('xstate.done.actor.');
}

function isFailure(event: AnyEventObject): boolean {
  return isOver(event) && (event.output ?? event).outcome === 'failed';
}

function isEnd(event: AnyEventObject): boolean {
  return isOver(event) && !isFailure(event);
}

function childOf({ actorId, id }: AnyEventObject): string {
  return actorId ?? id;
}

function restartOf({ context }: AnyMachineSnapshot, event: AnyEventObject): ChildSpec['restart'] | undefined {
  return context.specs.find(({ id }: ChildSpec) => id === childOf(event))?.restart;
}

/** A supervisor whose children do whatever a child may do. */
export const supervisorModel: MachineModel = {
  machine: supervisorMachine,
  inputs: INPUTS.map((input) => ({ ...INPUT, ...input })),
  events: [
    fromParent({ type: 'start' }),
    fromParent({ type: 'stop' }),
    { ...fromParent({ type: 'child.add', spec: ADDED }), when: isNew },
    ...['a', 'b', ADDED.id].flatMap(ofChild),
  ],
  laws: LAWS,
  staged: (stage) =>
    supervisorMachine.provide({
      actions: {
        startChild: enqueueActions(({ event, enqueue }) => {
          if (event.type !== 'child.start') return;
          enqueue.spawnChild(
            stage.promise(event.id, (output) => output),
            { id: event.id },
          );
        }),
      },
    }),
};
