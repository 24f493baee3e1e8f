import type { AnyEventObject, AnyMachineSnapshot } from 'xstate';
import type { ConnectionCause, ScriptStep } from '../../machines/connection.ts';
import type { Law } from './model.ts';

export const connectionLaws: Readonly<Record<string, Law>> = {
  'it announces itself at once, and dials if it is not lazy': ({ event, after, did, running }) =>
    event.type !== 'xstate.init' ||
    (did.includes('announceStarted') && running.includes('prepare') !== after.context.settings.lazy),
  'a lazy connection dials when it is needed': ({ event, running }) =>
    event.type !== 'demand' || running.includes('prepare'),
  'what is prepared is dialled': ({ event, running }) =>
    event.type !== 'xstate.done.actor.prepare' || running.includes('socket'),
  'what cannot be prepared is not': ({ event, after, running }) =>
    event.type !== 'xstate.error.actor.prepare' ||
    (after.context.cause?.kind === 'preparation' && !running.includes('socket')),
  'an attempt that takes too long is given up, by the name of its phase': ({ before, event, after, running }) =>
    !(isDue(event, 'connectTimeout') || isDue(event, 'openTimeout')) ||
    (running.length === 0 &&
      after.context.cause?.kind === 'timeout' &&
      after.context.cause.phase ===
        (before.matches('preparing') ? 'prepare' : isIn(before, 'opening.upgrade') ? 'upgrade' : 'transport')),
  'a socket that is open is greeted, and live without a script': ({ before, event, after, running }) =>
    event.type !== 'socket.open' ||
    !isIn(before, 'opening') ||
    (before.context.settings.script.length === 0 ? after.hasTag('live') : running.includes('greeting')),
  'a socket that is lost is left': ({ before, event, after, running }) =>
    event.type !== 'socket.lost' ||
    (!running.includes('socket') && (isIn(before, 'closing') || after.context.cause === event.cause)),
  'a loss for good ends it, others are waited after': ({ before, event, after }) =>
    event.type !== 'socket.lost' || isIn(before, 'closing') || after.matches(fateOf(before, event.cause)),
  'a close is ended in any case': ({ event, after }) =>
    !isDue(event, 'closeTimeout') || after.output?.outcome === 'ended',
  'and by the peer that goes': ({ before, event, after }) =>
    event.type !== 'socket.lost' || !isIn(before, 'closing') || after.output?.outcome === 'ended',
  'a stop closes the intake, and the socket that is greeted or live': ({ before, event, after, did }) =>
    event.type !== 'stop' ||
    isIn(before, 'closing') ||
    (did.includes('closeIntake') &&
      (isIn(before, 'greeting') || isIn(before, 'live')
        ? isIn(after, 'closing') && did.includes('socket: close')
        : after.output?.outcome === 'ended')),
  'what is closing is neither closed again nor dialled again': ({ before, event, after, did }) =>
    !['stop', 'reconnect'].includes(event.type) ||
    !isIn(before, 'closing') ||
    (isIn(after, 'closing') && did.length === 0),
  'who asks gets another socket, without an attempt less': ({ before, event, after, running }) =>
    event.type !== 'reconnect' ||
    !before.matches('linked') ||
    isIn(before, 'closing') ||
    (after.matches({ backoff: 'normal' }) && after.context.cause?.kind === 'asked' && running.length === 0),
  'a wait ends with an attempt, and at once when that is asked': ({ before, event, running }) =>
    !before.matches('backoff') ||
    !(event.type === 'reconnect' || event.type.startsWith('xstate.after')) ||
    running.includes('prepare'),
  'neither a preparation nor a wait is without end': ({ after, timers }) =>
    ENDS.every(([path, timer]) => !isAt(after, path) || timers.some((each) => isDue({ type: each }, timer))),
  'a failure takes nothing more in, and who is idle has no attempt behind': ({ after, did }) =>
    (!after.matches('failed') || did.includes('closeIntake')) &&
    (!after.matches('idle') || after.context.attempt === 0),
  'each wait is longer than the one before': ({ before, after }) =>
    !before.matches('backoff') || !after.matches('preparing') || after.context.backoffs === before.context.backoffs + 1,
  'a loss is announced, and each life': ({ before, after, did }) =>
    did.includes('announceLost') === (after.matches('backoff') && !before.matches('backoff')) &&
    did.includes('announceLive') === (isIn(after, 'live') && !isIn(before, 'live')),
  'a step that is sent is over, or its reply is waited for': ({ before, event, after, did }) =>
    event.type !== 'step.sent' ||
    !isIn(before, 'greeting.sending') ||
    (after.context.hasSent &&
      (stepOf(before)?.expects ? did.includes('greeting: expect') : after.context.step === before.context.step + 1)),
  'a step sends or expects what it says, and keeps the interval': ({ before, event, after, did }) =>
    (!did.includes('greeting: send') || stepOf(after)?.sends === true) &&
    (!did.includes('greeting: expect') || stepOf(after)?.expects === true) &&
    (!(did.includes('greeting: send') && after.context.hasSent && before.context.settings.requestInterval > 0) ||
      isDue(event, 'sendInterval')),
  'a reply ends a step': ({ before, event, after }) =>
    event.type !== 'step.answered' ||
    !isIn(before, 'greeting.expecting') ||
    after.context.step === before.context.step + 1,
  'a script that cannot go on, and a peer silent in it, lose the socket': ({ before, event, after, running }) =>
    !['step.failed', 'greeting.unanswered'].includes(event.type) ||
    !isIn(before, 'greeting') ||
    (!running.includes('socket') && KINDS[event.type] === after.context.cause?.kind),
  'sends of the script keep their interval': ({ event, did }) =>
    !isDue(event, 'sendInterval') || did.includes('greeting: send'),
  'a reply that is late is looked for once more': ({ event, after }) =>
    !isDue(event, 'replyTimeout') || isIn(after, 'greeting.expecting.doubting'),
  'and then loses the socket': ({ event, after }) =>
    !isDue(event, 'lastLook.connection.linked.greeting') ||
    (after.matches('backoff') && after.context.cause?.kind === 'greeting'),
  'while reading is held back nothing is judged': ({ before, event, after }) =>
    event.type !== 'pause' ||
    ((!isIn(before, 'greeting.expecting') || isIn(after, 'greeting.expecting.suspended')) &&
      (!isIn(before, 'live') ||
        (isIn(after, 'live.flow.paused') &&
          ['heartbeat', 'watch'].every((region) => isOneOf(after, region, 'suspended', 'off'))))),
  'what is judged begins anew when reading goes on': ({ before, event, answers, after, did }) =>
    event.type !== 'resume' ||
    ((!isIn(before, 'live.heartbeat.suspended') ||
      (isIn(after, 'live.heartbeat.queued') && did.includes('socket: ping'))) &&
      (!isIn(before, 'live.watch.suspended') || did.includes('markFed')) &&
      (!isIn(before, 'live.flow.paused') || isIn(after, 'live.flow.paused') === answers.isHeld) &&
      (!isIn(before, 'greeting.expecting.suspended') ||
        isIn(after, 'greeting.expecting.waiting') ||
        answers.isHeld === true)),
  'the interval ends with a ping': ({ event, after, did }) =>
    !isDue(event, 'pingInterval') || (isIn(after, 'live.heartbeat.queued') && did.includes('socket: ping')),
  'a ping that has left is waited for': ({ before, event, after }) =>
    event.type !== 'ping.taken' || !isIn(before, 'live.heartbeat.queued') || isIn(after, 'live.heartbeat.probing'),
  'an answer ends the judging': ({ before, event, after }) =>
    event.type !== 'ping.answered' ||
    !isOneOf(before, 'heartbeat', 'queued', 'probing', 'graced', 'doubting') ||
    isOneOf(after, 'heartbeat', 'quiet', 'suspended'),
  'a peer is doubted that does not read, unless we kept it waiting': ({ before, event, answers, after, did }) =>
    !isDue(event, 'pingTimeout') ||
    (answers.hasProgressed
      ? isOneOf(after, 'heartbeat', 'queued', 'probing') && did.includes('markProgress')
      : answers.wasLoopBlocked
        ? isIn(after, 'live.heartbeat.graced') && did.includes('socket: grace-ping')
        : isIn(after, 'live.heartbeat.doubting') && excusesOf(before).every((excuse) => answers[excuse] === false)),
  'a silent peer is left, or only warned of': ({ before, event, after, did }) =>
    !isDue(event, 'lastLook.connection.linked.live.heartbeat') ||
    (before.context.settings.logOnly
      ? isIn(after, 'live') && did.includes('warnSilence')
      : after.context.cause?.judge === 'heartbeat'),
  'one without messages is doubted': ({ event, answers, after }) =>
    !isDue(event, 'noDataRemaining') || isIn(after, 'live.watch.starving') === (answers.wasFed === false),
  'and left, unless one came at last': ({ event, answers, after }) =>
    !isDue(event, 'lastLook.connection.linked.live.watch') ||
    (answers.wasFed === false
      ? after.context.cause?.judge === 'no-data-timeout' && !isIn(after, 'live')
      : isOneOf(after, 'watch', 'fed', 'suspended')),
  'who is judged is asked for, and who waits waits for a timer': ({ after, answers, timers }) =>
    WAITS.every(
      ([path, timer, asks]) =>
        !isIn(after, path) ||
        (timers.some((each) => isDue({ type: each }, timer)) && (!asks || answers.isHeld === false)),
    ),
  'what is off is not judged': ({ after }) =>
    !isIn(after, 'live') ||
    SWITCHES.every(([region, setting]) => isOneOf(after, region, 'off') === (after.context.settings[setting] === null)),
  'the pulse goes on beating': ({ event, did }) => !isDue(event, 'pulseInterval') || did.includes('socket: pulse'),
  'a long pause is warned of': ({ before, event, after, did, timers }) =>
    isDue(event, 'longPause')
      ? did.includes('warnLongPause')
      : isIn(before, 'live.flow.paused') ||
        !isIn(after, 'live.flow.paused') ||
        timers.some((each) => isDue({ type: each }, 'longPause')),
  'only a life that lasts resets the backoff': ({ before, event, after }) =>
    !isIn(before, 'live') ||
    event.type === 'reconnect' ||
    isDue(event, 'resetAfter') === (before.context.attempt > 0 && after.context.attempt === 0) ||
    after.matches('idle'),
  'an outlet is spoken for while it is live': ({ before, event, did }) =>
    !event.type.startsWith('outlet.') || did.includes(ANNOUNCED[event.type] ?? '') === isIn(before, 'live'),
  'one that is over ended as asked, or for its cause': ({ after }) =>
    after.status !== 'done' || after.output?.outcome === (after.matches('closed') ? 'ended' : 'failed'),
};

/** A state, its timer, and whether it is only waited in while reading is not held back. */
const WAITS = [
  ['opening', 'openTimeout', false],
  ['greeting.pacing', 'sendInterval', false],
  ['greeting.expecting.waiting', 'replyTimeout', true],
  ['greeting.expecting.doubting', 'lastLook', false],
  ['live.heartbeat.quiet', 'pingInterval', true],
  ['live.heartbeat.queued', 'pingTimeout', false],
  ['live.heartbeat.probing', 'pingTimeout', false],
  ['live.heartbeat.graced', 'pingTimeout', false],
  ['live.heartbeat.doubting', 'lastLook', false],
  ['live.pulse.beating', 'pulseInterval', false],
  ['live.watch.fed', 'noDataRemaining', true],
  ['live.watch.starving', 'lastLook', false],
  ['live.stability.unproven', 'resetAfter', false],
  ['closing', 'closeTimeout', false],
] as const;

const ENDS = [
  ['preparing', 'connectTimeout'],
  ['backoff.normal', 'backoffDelay'],
  ['backoff.slow', 'slowDelay'],
] as const;

const SWITCHES = [
  ['heartbeat', 'pingInterval'],
  ['pulse', 'pulseInterval'],
  ['watch', 'noDataTimeout'],
] as const;

function excusesOf(snapshot: AnyMachineSnapshot): readonly string[] {
  if (isIn(snapshot, 'live.heartbeat.graced')) return [];
  return isIn(snapshot, 'live.heartbeat.probing') ? ['hasProgressed', 'wasLoopBlocked'] : ['hasProgressed'];
}

const KINDS: Readonly<Record<string, string>> = { 'step.failed': 'greeting', 'greeting.unanswered': 'silence' };

const ANNOUNCED: Readonly<Record<string, string>> = {
  'outlet.blocked': 'announceBlocked',
  'outlet.unblocked': 'announceUnblocked',
  'outlet.rejected': 'announceRejected',
};

/** What a loss comes to. */
function fateOf({ context }: AnyMachineSnapshot, cause: ConnectionCause): string | object {
  const { role, lazy, maxAttempts } = context.settings;
  if (cause.kind === 'close' && cause.code === 1000 && role === 'sink' && lazy) return 'idle';
  if (cause.kind === 'handshake' || maxAttempts === context.attempt) return 'failed';
  return { backoff: cause.kind === 'close' && cause.code === 1008 ? 'slow' : 'normal' };
}

function stepOf({ context }: AnyMachineSnapshot): ScriptStep | undefined {
  return context.settings.script[context.step];
}

function isDue({ type }: AnyEventObject, timer: string): boolean {
  return type.startsWith(`xstate.after.${timer}`);
}

function isAt({ machine, _nodes }: AnyMachineSnapshot, path: string): boolean {
  return _nodes.some(({ id }) => id === `${machine.id}.${path}`);
}

/** `path`: below `linked`. */
function isIn(snapshot: AnyMachineSnapshot, path: string): boolean {
  return isAt(snapshot, `linked.${path}`);
}

function isOneOf(snapshot: AnyMachineSnapshot, region: string, ...states: readonly string[]): boolean {
  return states.some((state) => isIn(snapshot, `live.${region}.${state}`));
}
