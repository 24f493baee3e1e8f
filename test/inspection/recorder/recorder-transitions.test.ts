import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { connectionMachine } from '../../../machines/connection.ts';
import { deliveryMachine } from '../../../machines/delivery.ts';
import { listenerMachine } from '../../../machines/listener.ts';
import { peerMachine } from '../../../machines/peer.ts';
import { pipelineMachine } from '../../../machines/pipeline.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { chartTransitions } from '../../../src/inspection/chart.ts';
import type { WireEvent } from '../../../src/inspection/wire.ts';
import { CONNECTION, createReconnected } from './recorded-world.ts';
import { snapshotsOf } from './wire-model.ts';

describe('transitions', () => {
  const MACHINES: Readonly<Record<string, AnyStateMachine>> = {
    connection: connectionMachine,
    delivery: deliveryMachine,
    listener: listenerMachine,
    peer: peerMachine,
    pipeline: pipelineMachine,
    supervisor: supervisorMachine,
  };

  function takenBy(told: readonly WireEvent[]) {
    const machines = new Map(
      told.flatMap((event) => (event.type === '@xstate.actor' ? [[event.sessionId, event.machine ?? '']] : [])),
    );
    return told.flatMap((event) => {
      if (event.type !== '@xstate.snapshot') return [];
      const machine = MACHINES[machines.get(event.sessionId) ?? ''];
      if (!machine) throw new Error(`${event.sessionId} runs no machine of ours`);
      const chart = chartTransitions(machine);
      return event.transitions.map((number) => ({ event: event.event.type, transition: chart[number] }));
    });
  }

  test('are the numbers of the chart of a loss, wherever its machine was made', async () => {
    const { told } = await createReconnected();
    const lost = snapshotsOf(told, CONNECTION).find(({ event }) => event.type === 'socket.lost');
    const chart = chartTransitions(connectionMachine);
    const taken = lost?.transitions.map((number) => `${chart[number]?.source.id} ${chart[number]?.eventType}`);
    expect(taken).toEqual(['connection.linked socket.lost', 'connection.lost ']);
  });

  test('begin with one that is meant for the event', async () => {
    const recorded = await createReconnected();
    await recorded.stop();
    const { told } = recorded;
    const firsts = told.flatMap((event) =>
      event.type === '@xstate.snapshot' && event.event.type !== 'xstate.init'
        ? [takenBy([...actorsOf(told), event])[0]]
        : [],
    );
    const strange = firsts.filter((first) => first?.event !== first?.transition?.eventType);
    // A group and a pipeline say `xstate.done.actor.*`.
    expect(strange.filter((first) => !first?.transition?.eventType.endsWith('*'))).toEqual([]);
    expect(firsts.length).toBeGreaterThan(30);
  });

  test('go on with those that nothing but the state calls for, and with what is raised', async () => {
    const { told } = await createReconnected();
    expect(takenBy(told).filter(({ transition }) => transition === undefined)).toEqual([]);
  });

  function actorsOf(told: readonly WireEvent[]): WireEvent[] {
    return told.filter(({ type }) => type === '@xstate.actor');
  }
});
