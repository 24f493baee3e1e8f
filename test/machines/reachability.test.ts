import { describe, expect, test } from 'vitest';
import {
  type AnyStateMachine,
  type EventFromLogic,
  enqueueActions,
  fromCallback,
  getInitialMicrosteps,
  getMicrosteps,
  type SnapshotFrom,
} from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { type ConnectionCause, connectionMachine } from '../../machines/connection.ts';
import { deliveryMachine } from '../../machines/delivery.ts';
import { listenerMachine } from '../../machines/listener.ts';
import { type PeerInput, peerMachine } from '../../machines/peer.ts';
import { pipelineMachine } from '../../machines/pipeline.ts';
import { type SupervisorInput, supervisorMachine } from '../../machines/supervisor.ts';
import { EXPECTS, SENDS, SETTINGS } from './connection-bench.ts';
import { QUIET } from './peer-bench.ts';
import { atomicIds, statesOf, transitionsOf } from './transition-coverage.ts';

const CAUSES: ConnectionCause[] = [
  { kind: 'network', code: 'ECONNRESET', message: 'read ECONNRESET' },
  { kind: 'close', code: 1000, reason: '' },
  { kind: 'close', code: 1008, reason: '' },
];

/** What the machine hears of its timers and invoked actors, as defined: `xstate.after.…`, `xstate.done.actor.…`. */
function ownEvents(machine: AnyStateMachine): { type: string }[] {
  const types = statesOf(machine.root).flatMap((state) => transitionsOf(state).map(({ eventType }) => eventType));
  return [...new Set(types)]
    .filter((type) => type.startsWith('xstate.') && !type.endsWith('*'))
    .map((type) => ({ type, ...(type.startsWith('xstate.error') ? { error: new Error('crashed') } : {}) }));
}

/** Ids of the states that shortest paths lead to or pass through. */
function reached(machine: AnyStateMachine, input: unknown, events: readonly { type: string }[]): string[] {
  const all = [...events, ...ownEvents(machine)];
  const paths = getShortestPaths(machine, {
    input,
    events: () => all,
    serializeState: (snapshot) => JSON.stringify(snapshot.value),
  });
  const passed = getInitialMicrosteps(machine, input).flatMap(([snapshot]) => idsOf(snapshot));
  // A state that is only passed through may lie on no shortest path: each event is tried in each state.
  for (const { state } of paths) {
    for (const event of all)
      for (const [snapshot] of getMicrosteps(machine, state, event)) passed.push(...idsOf(snapshot));
  }
  return passed;
}

function idsOf(snapshot: SnapshotFrom<AnyStateMachine>): string[] {
  return snapshot._nodes.map(({ id }) => id);
}

function unreachable(machine: AnyStateMachine, runs: readonly string[][]): string[] {
  const found = new Set(runs.flat());
  return atomicIds(machine).filter((id) => !found.has(id));
}

describe('shortest paths', () => {
  test('lead to each state of the connection machine', () => {
    const events: EventFromLogic<typeof connectionMachine>[] = [
      ...(['demand', 'stop', 'pause', 'resume', 'socket.connected', 'socket.open'] as const),
      ...(['step.sent', 'step.answered', 'ping.taken', 'ping.answered'] as const),
    ].map((type) => ({ type }));
    for (const cause of CAUSES) events.push({ type: 'socket.lost', cause, owing: false });
    const everything = { ...SETTINGS, pingInterval: 1, pulseInterval: 1, noDataTimeout: 1 };
    const inputs = [
      everything,
      { ...SETTINGS, lazy: true },
      { ...SETTINGS, role: 'sink', lazy: true },
      { ...SETTINGS, maxAttempts: 1 },
      { ...everything, logOnly: true },
      { ...everything, script: [SENDS, EXPECTS, SENDS], requestInterval: 1 },
    ];
    const answers = [false, true];
    const worlds = answers.flatMap((answer) =>
      answers.map((progressed) =>
        connectionMachine.provide({
          guards: {
            isHeld: () => answer,
            hasProgressed: () => progressed,
            wasLoopBlocked: () => answer,
            wasFed: () => answer,
          },
        }),
      ),
    );
    const runs = worlds.flatMap((machine) => inputs.map((input) => reached(machine, input, events)));
    expect(unreachable(connectionMachine, runs)).toEqual([]);
  });

  test('lead to each state of the delivery machine', () => {
    const events: EventFromLogic<typeof deliveryMachine>[] = [
      ...(['outlet.up', 'outlet.down', 'outlet.blocked', 'outlet.rejected', 'drained', 'stop'] as const).map(
        (type) => ({
          type,
        }),
      ),
      { type: 'child.ended', id: 'outlet', outcome: 'failed', cause: 'gone' },
    ];
    expect(unreachable(deliveryMachine, [reached(deliveryMachine, undefined, events)])).toEqual([]);
  });

  test('lead to each state of the listener machine', () => {
    const events: EventFromLogic<typeof listenerMachine>[] = [
      ...(['bound', 'emptied', 'renew', 'stop'] as const).map((type) => ({ type })),
      { type: 'bind.failed', cause: 'in use' },
      { type: 'peer.accepted', shard: 'shard-1', peer: 'a', fresh: true },
    ];
    expect(unreachable(listenerMachine, [reached(listenerMachine, undefined, events)])).toEqual([]);
  });

  test('lead to each state of the peer machine', () => {
    const events: EventFromLogic<typeof peerMachine>[] = [
      ...(['pause', 'resume', 'ping.answered'] as const).map((type) => ({ type })),
      ...(['slow', 'caught.up', 'socket.lost', 'stop'] as const).map((type) => ({ type })),
      { type: 'dismiss', farewell: { code: 1013, reason: 'too slow' } },
    ];
    const inputs: PeerInput[] = [QUIET, { ...QUIET, pingInterval: 1, idleTimeout: 1 }];
    const runs = inputs.map((input) => reached(peerMachine, input, events));
    expect(unreachable(peerMachine, runs)).toEqual([]);
  });

  test('lead to each state of the pipeline machine', () => {
    const ready: EventFromLogic<typeof pipelineMachine>[] = [
      { type: 'child.ready', id: 'foundation' },
      { type: 'child.ready', id: 'sinks' },
      { type: 'child.ready', id: 'sources' },
      { type: 'sources.ended' },
      { type: 'sinks.ended' },
      { type: 'foundation.ended' },
      { type: 'stop' },
    ];
    const failing: typeof ready = [...ready, { type: 'child.failing', id: 'sinks', cause: 'gone' }];
    const runs = [ready, failing.filter(({ type }) => type !== 'stop')].map((events) =>
      reached(pipelineMachine, { drain: 1 }, events),
    );
    expect(unreachable(pipelineMachine, runs)).toEqual([]);
  });

  test('lead to each state of the supervisor machine', () => {
    const input: SupervisorInput = {
      strategy: 'one-for-one',
      intensity: 0,
      period: 60_000,
      autoShutdown: 'all',
      children: [{ id: 'only', restart: 'transient', shutdown: 1, startTimeout: 1 }],
    };
    const events: EventFromLogic<typeof supervisorMachine>[] = [
      { type: 'start' },
      { type: 'stop' },
      { type: 'child.ready', id: 'only' },
      { type: 'child.ended', id: 'only', outcome: 'ended', cause: null },
      { type: 'child.ended', id: 'only', outcome: 'failed', cause: 'gone' },
    ];
    const machine = supervisorMachine.provide({
      actions: {
        startChild: enqueueActions(({ event, enqueue }) => {
          if (event.type === 'child.start')
            enqueue.spawnChild(
              fromCallback(() => {}),
              { id: event.id },
            );
        }),
      },
    });
    const runs = [events, events.slice(0, 4)].map((each) => reached(machine, input, each));
    expect(unreachable(supervisorMachine, runs)).toEqual([]);
  });
});
