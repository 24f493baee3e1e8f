import {
  type ConnectionCause,
  type ConnectionInput,
  connectionMachine,
  type GreetingCommand,
  type SocketCommand,
} from '../../machines/connection.ts';
import { EXPECTS, RESET, SENDS, SETTINGS } from './connection-bench.ts';
import { connectionLaws } from './connection-laws.ts';
import { crashed, done, fromParent, type MachineModel, type Occurrence, said } from './model.ts';

/** One that is retried, one that is slow to be, one that is for good, and a goodbye. */
const CAUSES: readonly ConnectionCause[] = [
  RESET,
  { kind: 'close', code: 1008, reason: '' },
  { kind: 'handshake', message: 'wrong accept key' },
  { kind: 'close', code: 1000, reason: '' },
];

const ASKS = { sends: true, expects: true, within: 10_000 };

const INPUTS: readonly Partial<ConnectionInput>[] = [
  { script: [], pingInterval: 20_000, pulseInterval: 20_000, noDataTimeout: 60_000 },
  { script: [], pingInterval: 20_000, logOnly: true },
  { script: [ASKS, SENDS] },
  { script: [EXPECTS] },
  { script: [SENDS, SENDS], requestInterval: 1_000 },
  { role: 'sink', lazy: true },
  { maxAttempts: 1 },
];

function fromSocket(type: string): Occurrence {
  return said('socket', { type });
}

/** A connection over sockets that do whatever a socket may do. */
export const connectionModel: MachineModel = {
  machine: connectionMachine,
  inputs: INPUTS.map((input) => ({ ...SETTINGS, ...input })),
  events: [
    fromParent({ type: 'stop' }),
    fromParent({ type: 'reconnect' }),
    said('demand', { type: 'demand' }),
    done('prepare'),
    crashed('prepare'),
    ...['socket.connected', 'socket.open', 'pause', 'resume'].map(fromSocket),
    ...['ping.taken', 'ping.answered'].map((type) => said('socket', { type }, 'ping')),
    ...['outlet.blocked', 'outlet.unblocked', 'outlet.rejected'].map(fromSocket),
    ...CAUSES.map((cause) => said('socket', { type: 'socket.lost', cause, owing: false })),
    said('greeting', { type: 'step.sent' }, 'send'),
    said('greeting', { type: 'step.answered' }, 'expect'),
    said('greeting', { type: 'step.failed', message: 'no value' }, 'send', 'expect'),
    said('greeting', { type: 'greeting.unanswered' }),
  ],
  laws: connectionLaws,
  staged: (stage) =>
    connectionMachine.provide({
      actors: {
        demand: stage.resource('demand'),
        prepare: stage.promise('prepare', () => {}),
        socket: stage.resource<SocketCommand>('socket'),
        greeting: stage.resource<GreetingCommand>('greeting'),
      },
      guards: {
        isHeld: stage.answer('isHeld'),
        hasProgressed: stage.answer('hasProgressed'),
        wasLoopBlocked: stage.answer('wasLoopBlocked'),
        wasFed: stage.answer('wasFed'),
      },
    }),
};
