import type { AnyEventObject } from 'xstate';
import { pipelineMachine } from '../../machines/pipeline.ts';
import { crashed, done, fromParent, type Law, type MachineModel, type Occurrence, said } from './model.ts';

const GROUPS = ['foundation', 'sinks', 'sources'];

function ofGroup(id: string): Occurrence[] {
  return [
    said(id, { type: 'child.ready', id }, 'start'),
    said(id, { type: 'child.failing', id, cause: `${id} gave up` }, 'start'),
    done(id, { outcome: 'ended', cause: null }, 'start', 'stop'),
    crashed(id),
  ];
}

const LAWS: Record<string, Law> = {
  'the foundation starts first': ({ event, did }) =>
    did.includes('foundation: start') === (event.type === 'xstate.init'),
  'sinks start when the foundation is ready, sources when the sinks are, and each once': ({ before, event, did }) =>
    NEXT.every(
      ([group, next]) =>
        did.includes(`${next}: start`) ===
        (event.type === 'child.ready' && event.id === group && before.matches({ starting: group })),
    ),
  'it is ready with its sources, or when they have ended': ({ before, event, did }) =>
    did.includes('announceReady') ===
    (before.matches({ starting: 'sources' }) &&
      ((event.type === 'child.ready' && event.id === 'sources') || isEndOf(event, 'sources', 'done'))),
  'a stop takes nothing more in and begins with the sources': ({ before, event, after, did }) =>
    event.type !== 'stop' ||
    !(before.hasTag('starting') || before.hasTag('running')) ||
    (after.matches({ draining: 'sources' }) && ['closeIntakes', 'sources: stop'].every((each) => did.includes(each))),
  'a stop gives what goes on anyway the time that it names, or its own': ({ before, event, after, did }) =>
    event.type !== 'stop' ||
    before.matches('draining') ||
    before.matches('closing') ||
    (after.context.drain === (event.drain ?? after.context.ownDrain) && did.includes('noteDeadline')),
  'a stop leaves a group that is stopping where it is': ({ before, event, after }) =>
    event.type !== 'stop' ||
    ['sinks', 'foundation'].every((at) => !before.matches({ finishing: at }) || after.matches({ draining: at })),
  'a second stop ends it at once when it says so, else it changes nothing': ({ before, event, after, did }) =>
    event.type !== 'stop' ||
    !(before.matches('draining') || before.matches('closing')) ||
    (event.drain === 0 ? after.status === 'done' : did.length === 0 && after.status === 'active'),
  'a group that fails or crashes drains it, unless it does already, and is remembered': ({ before, event, after }) =>
    !isFault(event) ||
    (after.context.cause === (before.context.cause ?? event.cause ?? event.error) &&
      (after.hasTag('draining') || after.status === 'done') &&
      (!before.matches('closing') || after.matches('closing') || isEndOf(event, 'foundation', 'error'))),
  'it fails for a reason': ({ after }) =>
    after.status !== 'done' ||
    (after.context.cause === null
      ? after.hasTag('stopped') && after.output?.outcome === 'ended'
      : after.hasTag('failed') && after.output?.outcome === 'failed'),
  'a drain has one deadline, and what comes after it one more': ({ after, timers }) =>
    !(after.matches('draining') || after.matches('closing')) || timers.length > 0,
  'no drain begins anew': ({ before, did }) => !before.matches('draining') || !did.includes('noteDeadline'),
  'its sources may end by themselves, then its sinks deliver without a deadline': ({ before, event, after, did }) =>
    !isEndOf(event, 'sources', 'done') ||
    !(before.matches('running') || before.matches({ starting: 'sources' })) ||
    (after.matches({ finishing: 'sinks' }) && ['closeIntakes', 'sinks: stop'].every((each) => did.includes(each))),
  'on the way down sinks follow the sources': ({ before, event, did }) =>
    !isEndOf(event, 'sources', 'done') || !before.matches({ draining: 'sources' }) || did.includes('sinks: stop'),
  'and the foundation follows the sinks': ({ before, event, did }) =>
    !isEndOf(event, 'sinks', 'done') ||
    !(before.matches('draining') || before.matches({ finishing: 'sinks' })) ||
    did.includes('foundation: stop'),
  'without its foundation nothing is left of it': ({ before, event, after }) =>
    !isEndOf(event, 'foundation', 'done') ||
    !(before.matches('draining') || before.matches('closing') || before.matches({ finishing: 'foundation' })) ||
    after.status === 'done',
  'after the deadline only the foundation is waited for': ({ event, after, did }) =>
    !event.type.startsWith('xstate.after.drainDeadline') ||
    (after.matches('closing') && did.includes('foundation: stop')),
  'and that not for long': ({ event, after }) =>
    !event.type.startsWith('xstate.after.closeGrace') || after.status === 'done',
};

const NEXT = [
  ['foundation', 'sinks'],
  ['sinks', 'sources'],
] as const;

function isEndOf({ type }: AnyEventObject, group: string, how: 'done' | 'error'): boolean {
  return type === `xstate.${how}.actor.${group}`;
}

function isFault({ type }: AnyEventObject): boolean {
  return type === 'child.failing' || type.startsWith('xstate.error.actor.');
}

/** A pipeline whose groups start, fail, end and crash at any time. */
export const pipelineModel: MachineModel = {
  machine: pipelineMachine,
  inputs: [{ drain: 10_000 }],
  events: [fromParent({ type: 'stop' }), fromParent({ type: 'stop', drain: 0 }), ...GROUPS.flatMap(ofGroup)],
  laws: LAWS,
  staged: (stage) => {
    const group = (id: string) => stage.promise(id, (output) => output);
    return pipelineMachine.provide({
      actors: { foundation: group('foundation'), sinks: group('sinks'), sources: group('sources') },
    });
  },
};
