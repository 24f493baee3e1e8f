import { describe, expect, test } from 'vitest';
import { createActor, setup } from 'xstate';
import { connectionMachine } from '../../../machines/connection.ts';
import { Recorder } from '../../../src/inspection/recorder/recorder.ts';
import { ALL_ACTORS, CONNECTION, createReconnected, createRecorded } from './recorded-world.ts';
import { snapshotsOf } from './wire-model.ts';

describe('the actors', () => {
  test('of a pipeline are told of as the tree that they are', async () => {
    const { recorded } = await createRecorded();
    await recorded.start();
    expect(recorded.model.paths).toEqual(ALL_ACTORS);
  });

  test('that run already when a recorder is attached are told of with the state that they are in', async () => {
    const { recorded } = await createRecorded();
    await recorded.startUnseen();
    recorded.recorder.attach(recorded.root);
    expect(recorded.model.paths.toSorted()).toEqual(ALL_ACTORS.toSorted());
    expect(recorded.model.state(CONNECTION)).toMatchObject({ linked: { live: { flow: 'flowing' } } });
  });

  test('that ran already are followed like the others', async () => {
    const { recorded, exchange } = await createRecorded();
    await recorded.startUnseen();
    recorded.recorder.attach(recorded.root);
    await exchange.die();
    await recorded.world.clock.advance(100);
    expect(recorded.model.state(CONNECTION)).toEqual({ backoff: 'normal' });
  });

  test('are all gone after a stop of everything', async () => {
    const { recorded } = await createRecorded();
    await recorded.start();
    await recorded.stop();
    expect(recorded.model.paths).toEqual([]);
  });

  test('are all gone when a root is attached that has ended', async () => {
    const { recorded } = await createRecorded();
    await recorded.startUnseen();
    await recorded.stop();
    recorded.recorder.attach(recorded.root);
    expect([recorded.told.length > 0, recorded.model.paths]).toEqual([true, []]);
  });

  test('are all gone when the root is stopped at once', async () => {
    const { recorded } = await createRecorded();
    await recorded.start();
    if (!('stop' in recorded.root) || typeof recorded.root.stop !== 'function') throw new Error('it is no actor');
    recorded.root.stop();
    expect(recorded.model.paths).toEqual([]);
  });

  test('tell of the definition of each machine once, with the first one that runs it', async () => {
    const { told } = await createReconnected();
    const defined = told.flatMap((event) =>
      event.type === '@xstate.actor' && event.definition ? [event.machine] : [],
    );
    expect(defined).toEqual(['supervisor', 'pipeline', 'delivery', 'connection']);
  });

  test('have definitions with all states, and transitions by the names of what they call', async () => {
    const { told } = await createReconnected();
    const first = told.find((event) => event.type === '@xstate.actor' && event.machine === 'connection');
    const { id, states, context } = JSON.parse(first?.type === '@xstate.actor' ? (first.definition ?? '') : '');
    expect([id, Object.keys(states), context]).toEqual([
      'connection',
      Object.keys(connectionMachine.states),
      undefined,
    ]);
    expect(states.linked.on['socket.lost']).toEqual({ target: 'lost', actions: 'recordLoss' });
    expect(states.preparing.invoke).toMatchObject({ src: 'prepare', onDone: 'linked' });
  });

  test('of any other machine are told of too, without their contexts and inputs', () => {
    const recorder = new Recorder({ now: () => 0, logger: { warn() {} } });
    const machine = setup({}).createMachine({
      id: 'door',
      context: { code: 1234 },
      initial: 'shut',
      states: { shut: { on: { push: 'open' } }, open: {} },
    });
    const root = createActor(machine, { input: { key: 'planted' } });
    recorder.attach(root);
    root.start();
    root.send({ type: 'push', why: 'planted' });
    const told = recorder.backlog();
    expect(snapshotsOf(told, root.id).map(({ snapshot }) => snapshot)).toEqual([
      { status: 'active', value: 'open', tags: [] },
    ]);
    expect(JSON.stringify(told)).not.toMatch(/planted|1234/);
  });
});

describe('what a connection goes through', () => {
  test('is told state by state', async () => {
    const { told } = await createReconnected();
    const states = snapshotsOf(told, CONNECTION).map(({ snapshot }) => snapshot.tags?.join());
    expect(states).toEqual([
      ...['connecting', 'connecting', 'connecting', 'live', 'waiting'],
      ...['connecting', 'connecting', 'connecting', 'live'],
    ]);
  });

  test('has its cause with the loss alone', async () => {
    const { told } = await createReconnected();
    const causes = snapshotsOf(told, CONNECTION).map(({ snapshot, cause }) => [snapshot.tags?.join(), cause]);
    expect(causes.filter(([, cause]) => cause !== undefined)).toEqual([
      ['waiting', 'the connection ended without a close frame (1006)'],
    ]);
  });

  test('is told with the members of its context that are known', async () => {
    const { told } = await createReconnected();
    expect(snapshotsOf(told, CONNECTION).at(-1)?.snapshot.context).toEqual({
      settings: { role: 'source' },
      attempt: 2,
      backoffs: 1,
      lives: 2,
      phase: 'upgrade',
      step: 0,
      hasSent: false,
      cause: 'the connection ended without a close frame (1006)',
      owing: false,
    });
  });

  test('is not told again for an event that changes nothing; that it was sent is told', async () => {
    const { recorded } = await createRecorded();
    await recorded.start();
    const before = snapshotsOf(recorded.told, 'sources').length;
    const sources = recorded.told.length;
    recorded.root.getSnapshot().children.ticks.send({ type: 'no such event' });
    expect(recorded.told.slice(sources)).toMatchObject([{ type: '@xstate.event', event: { type: 'no such event' } }]);
    expect(snapshotsOf(recorded.told, 'sources')).toHaveLength(before);
  });
});
