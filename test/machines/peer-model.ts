import type { AnyEventObject, AnyMachineSnapshot } from 'xstate';
import { type PeerCommand, type PeerInput, peerMachine } from '../../machines/peer.ts';
import { fromParent, type Law, type MachineModel, type Occurrence, said } from './model.ts';
import { QUIET } from './peer-bench.ts';

const INPUTS: readonly Partial<PeerInput>[] = [
  { pingInterval: 30_000, idleTimeout: 300_000 },
  { pingInterval: 30_000, logOnly: true },
  {},
];

const DISMISS = { type: 'dismiss', farewell: { code: 1013, reason: 'too slow' } };

function fromSocket(type: string): Occurrence {
  return said('socket', { type });
}

function isIn(snapshot: AnyMachineSnapshot, region: string, ...states: readonly string[]): boolean {
  return states.some((state) => snapshot.matches({ live: { [region]: state } }));
}

function isDue(event: AnyEventObject, timer: string): boolean {
  return event.type.startsWith(`xstate.after.${timer}`);
}

const EXCUSES = ['hasProgressed', 'isTooEarly', 'wasLoopBlocked'];

/** A state, its timer, and whether it is only waited in while reading is not held back. */
const WAITS = [
  ['heartbeat', 'quiet', 'pingInterval', true],
  ['heartbeat', 'probing', 'pingRemaining', false],
  ['heartbeat', 'doubting', 'lastLook.peer.live.heartbeat', false],
  ['activity', 'used', 'idleRemaining', true],
  ['activity', 'idle', 'lastLook.peer.live.activity', false],
] as const;

function isOff(snapshot: AnyMachineSnapshot, region: string, setting: number | null): boolean {
  return !snapshot.hasTag('live') || isIn(snapshot, region, 'off') === (setting === null);
}

const LAWS: Record<string, Law> = {
  'it is ready at once': ({ event, did }) => event.type !== 'xstate.init' || did.includes('announceReady'),
  'a socket that is lost ends it': ({ event, after }) => event.type !== 'socket.lost' || after.status === 'done',
  'who is sent away is told why': ({ before, event, after, did }) =>
    event.type !== 'dismiss' ||
    !before.hasTag('live') ||
    (after.hasTag('closing') && did.includes('socket: close') && after.context.farewell === event.farewell),
  'a stop is a goodbye too': ({ before, event, after, did }) =>
    event.type !== 'stop' || !before.hasTag('live') || (after.hasTag('closing') && did.includes('socket: close')),
  'a goodbye takes no longer than the close timeout': ({ event, after }) =>
    !isDue(event, 'closeTimeout') || after.status === 'done',
  'while reading is held back nothing is judged': ({ before, event, after }) =>
    event.type !== 'pause' ||
    !before.hasTag('live') ||
    (isIn(after, 'heartbeat', 'suspended', 'off') && isIn(after, 'activity', 'suspended', 'off')),
  'who is judged is asked for, and who waits waits for a timer': ({ after, answers, timers }) =>
    WAITS.every(
      ([region, state, timer, asks]) =>
        !isIn(after, region, state) ||
        (timers.some((each) => each.startsWith(`xstate.after.${timer}`)) && (!asks || answers.isHeld === false)),
    ) &&
    (!after.hasTag('closing') || timers.length > 0),
  'what is off is not judged': ({ after }) =>
    isOff(after, 'heartbeat', after.context.settings.pingInterval) &&
    isOff(after, 'activity', after.context.settings.idleTimeout),
  'what is judged begins anew when reading goes on': ({ before, event, after, did }) =>
    event.type !== 'resume' ||
    ((!isIn(before, 'heartbeat', 'suspended') ||
      (isIn(after, 'heartbeat', 'probing') && did.includes('socket: ping'))) &&
      (!isIn(before, 'activity', 'suspended') || did.includes('markUsed'))),
  'the interval ends with a ping': ({ event, after, did }) =>
    !isDue(event, 'pingInterval') || (isIn(after, 'heartbeat', 'probing') && did.includes('socket: ping')),
  'an answer ends the judging': ({ before, event, after }) =>
    event.type !== 'ping.answered' || !before.hasTag('live') || isIn(after, 'heartbeat', 'quiet', 'suspended'),
  'a peer is not doubted that reads, that has time left, or that we kept waiting': ({ event, answers, after }) =>
    !isDue(event, 'pingRemaining') ||
    isIn(after, 'heartbeat', 'doubting') === EXCUSES.every((excuse) => answers[excuse] === false),
  'our own stall is made up for by another ping': ({ event, answers, did }) =>
    !isDue(event, 'pingRemaining') || answers.wasLoopBlocked !== true || did.includes('socket: ping'),
  'who reads is judged anew': ({ event, answers, did }) =>
    !isDue(event, 'pingRemaining') || answers.hasProgressed === did.includes('markProgress'),
  'a silent peer is dropped, or only warned of': ({ before, event, after, did }) =>
    !isDue(event, 'lastLook.peer.live.heartbeat') ||
    (before.context.settings.logOnly
      ? after.hasTag('live') && did.includes('warnSilence')
      : after.status === 'done' && did.includes('logSilence')),
  'a peer without messages is sent away, unless one came at last': ({ event, answers, after }) =>
    !isDue(event, 'lastLook.peer.live.activity') ||
    (answers.wasUsed === false
      ? after.context.farewell.reason === 'idle timeout'
      : isIn(after, 'activity', 'used', 'suspended')),
  'a peer without messages is doubted': ({ event, answers, after }) =>
    !isDue(event, 'idleRemaining') || isIn(after, 'activity', 'idle') === (answers.wasUsed === false),
  'a peer is slow until it has caught up': ({ before, event, after }) =>
    !['slow', 'caught.up'].includes(event.type) ||
    !before.hasTag('live') ||
    after.hasTag('slow') === (event.type === 'slow'),
};

/** A peer whose socket does whatever a socket may do. */
export const peerModel: MachineModel = {
  machine: peerMachine,
  inputs: INPUTS.map((input) => ({ ...QUIET, ...input })),
  events: [
    fromParent({ type: 'stop' }),
    said('socket', DISMISS),
    said('socket', { type: 'ping.answered' }, 'ping'),
    ...['pause', 'resume', 'slow', 'caught.up', 'socket.lost'].map(fromSocket),
  ],
  laws: LAWS,
  staged: (stage) =>
    peerMachine.provide({
      actors: { socket: stage.resource<PeerCommand, { peer: string }>('socket') },
      guards: {
        isHeld: stage.answer('isHeld'),
        hasProgressed: stage.answer('hasProgressed'),
        isTooEarly: stage.answer('isTooEarly'),
        wasLoopBlocked: stage.answer('wasLoopBlocked'),
        wasUsed: stage.answer('wasUsed'),
      },
    }),
};
