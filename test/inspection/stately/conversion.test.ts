import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type AnyActorRef,
  type AnyStateMachine,
  createActor,
  type EventObject,
  fromCallback,
  fromPromise,
  setup,
} from 'xstate';
import { connectionMachine } from '../../../machines/connection.ts';
import { deliveryMachine } from '../../../machines/delivery.ts';
import { listenerMachine } from '../../../machines/listener.ts';
import { peerMachine } from '../../../machines/peer.ts';
import { pipelineMachine } from '../../../machines/pipeline.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { Stage, startWheel, wheelMachine, workshopMachine } from './stage.ts';

const SECRET = 'hunter2-of-the-feed';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(async () => {
  await stage.end();
});

describe("Stately's inspector", () => {
  test('is told of all actors that run already, parents first, with names, parents and present states', async () => {
    await stage.openRelay();
    const workshop = stage.keep(createActor(workshopMachine, { id: 'hawser' }).start());
    workshop.send({ type: 'work' });
    await stage.feed(workshop);
    const wheel = workshop.getSnapshot().children['shop/wheel'];
    expect(stage.told).toMatchObject([
      {
        type: '@xstate.actor',
        name: 'hawser',
        sessionId: workshop.sessionId,
        rootId: workshop.sessionId,
        snapshot: { status: 'active', value: 'busy' },
      },
      {
        type: '@xstate.actor',
        name: 'shop/wheel',
        sessionId: wheel?.sessionId,
        parentId: workshop.sessionId,
        rootId: workshop.sessionId,
        snapshot: { status: 'active', value: 'left' },
      },
    ]);
  });

  test('is told of an actor that is started later before it is told what happens to it', async () => {
    await stage.openRelay();
    const workshop = stage.keep(createActor(workshopMachine).start());
    await stage.feed(workshop);
    workshop.send({ type: 'work' });
    await stage.pass(10);
    const wheel = workshop.getSnapshot().children['shop/wheel']?.sessionId ?? '';
    const ofWheel = stage.told.filter(({ sessionId }) => sessionId === wheel).map(({ type }) => type);
    expect(ofWheel).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
  });

  test('is told of an event with its source, and of the state that it has led to', async () => {
    await stage.openRelay();
    const workshop = stage.keep(createActor(workshopMachine).start());
    await stage.feed(workshop);
    workshop.send({ type: 'work' });
    await stage.pass(10);
    const wheel = workshop.getSnapshot().children['shop/wheel']?.sessionId ?? '';
    expect(stage.of('@xstate.event', wheel)).toMatchObject([
      { sourceId: workshop.sessionId, rootId: workshop.sessionId, event: { type: 'xstate.init' } },
    ]);
    expect(stage.of('@xstate.snapshot', workshop.sessionId)).toMatchObject([
      { event: { type: 'work' }, rootId: workshop.sessionId, snapshot: { status: 'active', value: 'busy' } },
    ]);
  });

  test('is told of an event that has no source', async () => {
    await stage.openRelay();
    const wheel = stage.keep(startWheel());
    await stage.feed(wheel);
    wheel.send({ type: 'turn' });
    await stage.pass(10);
    expect(stage.of('@xstate.event')).toMatchObject([{ event: { type: 'turn' } }]);
    expect(stage.of('@xstate.event')[0]).not.toHaveProperty('sourceId');
  });

  test('is told of a root that is not started yet', async () => {
    await stage.openRelay();
    const wheel = stage.keep(createActor(wheelMachine));
    await stage.feed(wheel);
    wheel.start();
    await stage.pass(10);
    expect(stage.told.map(({ type }) => type)).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
  });

  test('is told what happened before the relay was there', async () => {
    const wheel = stage.keep(startWheel());
    await stage.feed(wheel);
    wheel.send({ type: 'turn' });
    await stage.openRelay();
    await stage.pass(1100);
    expect(stage.told.map(({ type }) => type)).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
  });

  test('is told of the context of a machine as far as it may be shown', async () => {
    await stage.openRelay();
    const actor = stage.keep(createActor(connectionMachine, { input: connectionInput() }).start());
    await stage.feed(actor);
    actor.send({ type: 'demand' });
    await stage.pass(10);
    expect(stage.of('@xstate.actor', actor.sessionId)).toMatchObject([{ snapshot: { context: { attempt: 0 } } }]);
    expect(stage.of('@xstate.snapshot', actor.sessionId)[0]).toMatchObject({ snapshot: { context: { attempt: 1 } } });
  });

  test('is told by the version of @statelyai/inspect', async () => {
    await stage.openRelay();
    await stage.feed(stage.keep(startWheel()));
    expect(stage.told).toMatchObject([{ _version: expect.stringMatching(/^0\.7\./), createdAt: expect.any(String) }]);
  });
});

describe('a definition', () => {
  const machines: AnyStateMachine[] = [
    connectionMachine,
    deliveryMachine,
    listenerMachine,
    peerMachine,
    pipelineMachine,
    supervisorMachine,
  ];

  test.each(machines.map((machine) => [machine.id, machine] as const))('of %s arrives whole', async (_, machine) => {
    await stage.openRelay();
    await stage.feed(stage.keep(rootOf(machine)));
    const definition = stage.of('@xstate.actor').find(({ definition }) => definition?.includes(`"id":"${machine.id}"`));
    const told: unknown = JSON.parse(definition?.definition ?? '');
    expect(told).toEqual(written(machine.config));
  });

  test('comes with each actor of its machine', async () => {
    await stage.openRelay();
    const first = stage.keep(createActor(workshopMachine).start());
    await stage.feed(first);
    for (const type of ['work', 'rest', 'work'] as const) first.send({ type });
    await stage.pass(10);
    const wheels = stage.of('@xstate.actor').filter(({ name }) => name === 'shop/wheel');
    expect(wheels.map(({ definition }) => JSON.parse(definition ?? '').id)).toEqual(['wheel', 'wheel']);
  });
});

/** A started actor with the machine below it, as a child that needs no input and runs nothing. */
function rootOf(machine: AnyStateMachine): AnyActorRef {
  const initial = machine.resolveState({ value: machine.root.initial.target[0]?.key ?? {}, context: {} });
  return createActor(machine, { snapshot: initial, input: {} });
}

/** As JSON has it; a function stands as its name. */
function written(config: object): unknown {
  return JSON.parse(JSON.stringify(config, (_, value) => (typeof value === 'function' ? { type: value.name } : value)));
}

describe('a secret', () => {
  test('in a context stays here', async () => {
    await stage.openRelay();
    const vault = setup({ types: { context: {} as object } }).createMachine({
      id: 'vault',
      context: () => ({ token: SECRET, deep: { list: [SECRET] } }),
      on: { touch: { actions: () => {} } },
    });
    const actor = stage.keep(createActor(vault).start());
    await stage.feed(actor);
    actor.send({ type: 'touch' });
    await stage.pass(10);
    expect(stage.told.length).toBe(3);
    expect(stage.relays[0]?.received.join()).not.toContain(SECRET);
  });

  test('in the context of a connection stays here', async () => {
    await stage.openRelay();
    const actor = stage.keep(createActor(connectionMachine, { input: connectionInput() }).start());
    await stage.feed(actor);
    actor.send({ type: 'demand' });
    actor.send({ type: 'socket.lost', cause: { kind: 'preparation', message: 'x' }, owing: false });
    await stage.pass(10);
    expect(stage.of('@xstate.snapshot').length).toBeGreaterThan(0);
    expect(stage.relays[0]?.received.join()).not.toContain(SECRET);
  });

  test('in an event stays here', async () => {
    await stage.openRelay();
    const wheel = stage.keep(startWheel());
    await stage.feed(wheel);
    const event: EventObject & { token: string } = { type: 'turn', token: SECRET };
    wheel.send(event);
    await stage.pass(10);
    expect(stage.of('@xstate.snapshot')).toMatchObject([{ event: { type: 'turn' } }]);
    expect(stage.relays[0]?.received.join()).not.toContain(SECRET);
  });

  test('in an error stays here', async () => {
    await stage.openRelay();
    const crashing = setup({
      actors: { work: fromPromise(() => Promise.reject(Object.assign(new Error(SECRET), { token: SECRET }))) },
    }).createMachine({
      id: 'crashing',
      initial: 'working',
      states: { working: { invoke: { src: 'work', id: 'work', onError: 'failed' } }, failed: {} },
    });
    const actor = stage.keep(createActor(crashing));
    await stage.feed(actor);
    actor.start();
    await stage.pass(10);
    expect(stage.of('@xstate.snapshot').map(({ event }) => event?.type)).toContain('xstate.error.actor.work');
    expect(stage.of('@xstate.snapshot').map(({ snapshot }) => snapshot?.status)).toContain('error');
    expect(stage.relays[0]?.received.join()).not.toContain(SECRET);
  });

  test('in an output stays here', async () => {
    await stage.openRelay();
    const ending = setup({ actors: { work: fromPromise(async () => ({ token: SECRET })) } }).createMachine({
      id: 'ending',
      initial: 'working',
      states: { working: { invoke: { src: 'work', id: 'work', onDone: 'done' } }, done: { type: 'final' } },
      output: () => ({ token: SECRET }),
    });
    const actor = stage.keep(createActor(ending));
    await stage.feed(actor);
    actor.start();
    await stage.pass(10);
    expect(stage.of('@xstate.snapshot').map(({ snapshot }) => snapshot?.status)).toContain('done');
    expect(stage.relays[0]?.received.join()).not.toContain(SECRET);
  });

  test('in an input stays here', async () => {
    await stage.openRelay();
    const opening = setup({ actors: { work: fromCallback<EventObject, object>(() => {}) } }).createMachine({
      id: 'opening',
      invoke: { src: 'work', id: 'work', input: () => ({ token: SECRET }) },
    });
    const actor = stage.keep(createActor(opening, { input: { token: SECRET } }));
    await stage.feed(actor);
    actor.start();
    await stage.pass(10);
    expect(stage.of('@xstate.event').map(({ event }) => event?.type)).toEqual(['xstate.init', 'xstate.init']);
    expect(stage.relays[0]?.received.join()).not.toContain(SECRET);
  });
});

function connectionInput() {
  return {
    role: 'source' as const,
    lazy: true,
    connectTimeout: 1000,
    closeTimeout: 1000,
    pingInterval: null,
    pingTimeout: 1000,
    logOnly: false,
    pulseInterval: null,
    noDataTimeout: null,
    initialBackoff: 1000,
    maxBackoff: 1000,
    multiplier: 1,
    maxAttempts: null,
    resetAfter: 1000,
    script: [],
    requestInterval: 0,
    url: `ws://feed.example/?token=${SECRET}`,
  };
}
