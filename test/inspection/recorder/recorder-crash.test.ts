import { describe, expect, test } from 'vitest';
import { createActor, fromCallback, setup, spawnChild } from 'xstate';
import { groupActor } from '../../../src/actors/group.ts';
import { Recorder } from '../../../src/inspection/recorder/recorder.ts';
import type { WireEvent } from '../../../src/inspection/wire.ts';
import { mapMessages } from '../../../src/streams/transforms.ts';
import { World } from '../../supervision/world.ts';
import { RecordedWorld } from './recorded-world.ts';
import { sessionOf, snapshotsOf, WireModel } from './wire-model.ts';

/** A pipeline whose sink crashes at its first events. */
async function createCrashed(crashes: number) {
  let left = crashes;
  const recorded = new RecordedWorld(new World(), {
    sources: [{ name: 'feed', function: {} }],
    sinks: [{ name: 'app', function: {} }],
    functions: {
      app: {
        transform: mapMessages((message) => {
          left -= 1;
          if (left >= 0) throw new RangeError('planted');
          return message.text;
        }),
        function: () => {},
      },
    },
  });
  await recorded.start();
  await recorded.pipeline.source('feed').push('event');
  await recorded.world.clock.advance(1_000);
  return recorded;
}

function comings(told: readonly WireEvent[], name: string): string[] {
  return told.flatMap((event) => (event.type === '@xstate.actor' && event.name === name ? [event.sessionId] : []));
}

describe('a sink that crashes', () => {
  test('ends with its error by name, as its last snapshot', async () => {
    const { told } = await createCrashed(1);
    const [first] = comings(told, 'ticks/app');
    const last = told.findLast((event) => event.type === '@xstate.snapshot' && event.sessionId === first);
    expect(last).toMatchObject({ snapshot: { status: 'error' }, cause: 'crashed: RangeError' });
  });

  test('is gone, and another one of its name is there', async () => {
    const { told, model } = await createCrashed(1);
    const [first, second] = comings(told, 'ticks/app');
    expect(first).not.toBe(second);
    expect([...model.actors.keys()].filter((session) => [first, second].includes(session))).toEqual([second]);
  });

  test('takes nothing else with it', async () => {
    const { model } = await createCrashed(1);
    expect(model.paths.toSorted()).toEqual([
      'foundation < ticks < hawser',
      'hawser',
      'sinks < ticks < hawser',
      'sources < ticks < hawser',
      'ticks < hawser',
      'ticks/app < sinks < ticks < hawser',
      'ticks/buffers < foundation < ticks < hawser',
      'ticks/feed < sources < ticks < hawser',
    ]);
  });

  test('is named, with its error, by the group that restarts it', async () => {
    const { told } = await createCrashed(1);
    const causes = snapshotsOf(told, 'sinks').flatMap(({ cause }) => (cause === undefined ? [] : [cause]));
    expect(causes).toEqual(['ticks/app crashed: RangeError']);
  });

  test('too often makes the pipeline fail, which says why', async () => {
    const recorded = await createCrashed(9);
    await recorded.world.clock.advance(20_000);
    const causes = snapshotsOf(recorded.told, 'ticks').flatMap(({ cause }) => (cause === undefined ? [] : [cause]));
    expect(causes[0]).toBe('ticks/app: restart intensity exceeded, RangeError');
    expect(recorded.model.paths).toEqual(['hawser']);
  });

  test('says nothing of the message of its error anywhere', async () => {
    const { told } = await createCrashed(9);
    expect(JSON.stringify(told)).not.toContain('planted');
  });
});

describe('a root that crashes', () => {
  /** Its logger throws when it hears of the crash of its child. */
  async function createCrash() {
    const world = new World();
    const child = { id: 'a/child', restart: 'permanent', shutdown: null, startTimeout: null } as const;
    const logic = fromCallback(({ sendBack, receive }) => {
      sendBack({ type: 'child.ready', id: child.id });
      receive(() => {
        throw new Error('planted');
      });
    });
    const limits = { strategy: 'one-for-one', intensity: 3, period: 1_000, autoShutdown: 'never' } as const;
    const logger = {
      ...world.environment.logger,
      error: () => {
        throw new SyntaxError('planted');
      },
    };
    const other = { ...child, id: 'a/other' };
    const quiet = fromCallback(({ sendBack }) => sendBack({ type: 'child.ready', id: other.id }));
    const children = [
      { spec: child, logic },
      { spec: other, logic: quiet },
    ];
    const root = createActor(groupActor({ ...limits, children, logger }), {
      id: 'root',
      clock: world.clock,
      input: { ...limits, children: [] },
    });
    root.subscribe({ error: () => {} });
    const recorder = new Recorder({ now: () => 0, logger });
    const told: WireEvent[] = [];
    recorder.events$.subscribe((event) => told.push(event));
    recorder.attach(root);
    root.start();
    root.send({ type: 'start' });
    root.getSnapshot().children['a/child']?.send({ type: 'anything' });
    await world.clock.settle();
    return { root, told };
  }

  test('is told of, with its error by name and the event that it crashed at', async () => {
    const { root, told } = await createCrash();
    expect(root.getSnapshot().status).toBe('error');
    expect(snapshotsOf(told, 'root').at(-1)).toMatchObject({
      event: { type: 'xstate.error.actor.a/child' },
      snapshot: { status: 'error' },
      cause: 'crashed: SyntaxError',
    });
    expect(sessionOf(told, 'root')).toBe(root.sessionId);
  });

  test('leaves nobody behind', async () => {
    const { told } = await createCrash();
    expect(new WireModel(told).paths).toEqual([]);
  });
});

describe('what a crash leaves running, because nothing contains it', () => {
  test('is gone for good, with all that it does and starts later', () => {
    const fresh = setup({}).createMachine({ id: 'fresh' });
    const low = setup({ actors: { fresh } }).createMachine({
      id: 'low',
      on: { spawn: { actions: spawnChild('fresh', { id: 'fresh' }) } },
    });
    const middle = setup({ actors: { low } }).createMachine({
      id: 'middle',
      invoke: { src: 'low', id: 'low' },
      on: {
        boom: {
          actions: () => {
            throw new Error('boom');
          },
        },
      },
    });
    const top = setup({ actors: { middle } }).createMachine({
      id: 'top',
      invoke: { src: 'middle', id: 'middle', onError: {} },
    });
    const root = createActor(top, { id: 'top' });
    const recorder = new Recorder({ now: () => 0, logger: { warn() {} } });
    recorder.attach(root);
    root.start();
    const orphan = root.getSnapshot().children.middle?.getSnapshot().children.low;
    root.getSnapshot().children.middle?.send({ type: 'boom' });
    const { recorded } = recorder.counts;
    orphan?.send({ type: 'spawn' });
    expect(Object.keys(orphan?.getSnapshot().children ?? {})).toEqual(['fresh']);
    expect(recorder.counts).toMatchObject({ recorded, faults: 0 });
    expect(new WireModel(recorder.backlog()).paths).toEqual(['top', 'middle < top']);
  });
});
