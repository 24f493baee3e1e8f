import { describe, expect, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { createRootSupervisor, type Supervisor } from '../../src/supervision/supervisor.ts';
import { numbered, World, webSocketSink, webSocketSource } from './world.ts';

const DISK: SinkInput['buffer'] = { type: 'disk' };

/** A pipeline from `feed` to `store`, of which only the feed is there. */
async function setUp(buffer: SinkInput['buffer'] = DISK) {
  const world = new World();
  const feed = await world.server('feed');
  const sink = { ...webSocketSink('ws://store/', { 'ack-interval': '1ms' }), buffer };
  world.add([webSocketSource('ws://feed/')], [sink]);
  await world.start();
  feed.send(...numbered(5));
  await world.clock.advance(100);
  return { world, feed, sink };
}

/** Another life of the same pipeline, after the first one has ended. */
async function restart(world: World, sink: SinkInput) {
  const supervisor = createRootSupervisor(world.environment);
  const numbers: number[] = [];
  const pipeline = supervisor.add({ name: 'ticks', sources: [webSocketSource('ws://feed/')], sinks: [sink] });
  pipeline.source('exchange').messages$.subscribe(({ sequence }) => numbers.push(sequence));
  await world.during(supervisor.start());
  await world.clock.advance(5_000);
  return { supervisor, numbers };
}

function sinkOf(supervisor: Supervisor) {
  return supervisor.status.pipelines[0]?.sinks[0];
}

function sourceOf(supervisor: Supervisor) {
  return supervisor.status.pipelines[0]?.sources[0];
}

describe('a sink with a buffer on disk', () => {
  test('settles its source when an event is durable, delivered or not', async () => {
    const { world } = await setUp();
    expect([sourceOf(world.supervisor)?.settled, sinkOf(world.supervisor)?.delivered]).toEqual([5, 0]);
  });

  test('shows what it owes, and what of that is on disk', async () => {
    const { world } = await setUp();
    expect(sinkOf(world.supervisor)).toMatchObject({ owed: 5, kept: 5, lost: 0 });
  });

  test('that is stopped leaves nothing undelivered that is on disk', async () => {
    const { world } = await setUp();
    expect(await world.stop('1s')).toEqual({ failures: [], undelivered: 0 });
  });

  test('delivers at the next start what the last one left, then what is new', async () => {
    const { world, feed, sink } = await setUp();
    await world.stop(0);
    const store = await world.server('store');
    const { supervisor } = await restart(world, sink);
    feed.send(...numbered(2, 'new '));
    await world.clock.advance(1_000);
    expect(store.received).toEqual([...numbered(5), 'new 1', 'new 2']);
    await world.during(supervisor.stop());
  });

  test('delivers nothing twice when it could note what was acknowledged', async () => {
    const { world, sink } = await setUp();
    const store = await world.server('store');
    await world.clock.advance(60_000);
    await world.stop();
    const { supervisor } = await restart(world, sink);
    expect(store.received).toEqual(numbered(5));
    await world.during(supervisor.stop());
  });

  test('lets the numbers of its source go on, and counts from the start', async () => {
    const { world, feed, sink } = await setUp();
    await world.stop(0);
    const { supervisor, numbers } = await restart(world, sink);
    feed.send('new');
    await world.clock.advance(100);
    const source = sourceOf(supervisor);
    expect([numbers, source?.received, source?.settled, sinkOf(supervisor)?.owed]).toEqual([[6], 1, 1, 6]);
    await world.during(supervisor.stop({ drain: 0 }));
  });

  test('that is full when it starts holds its source before that has sent anything', async () => {
    const { world, feed, sink } = await setUp({ type: 'disk', 'max-events': 5 });
    await world.stop(0);
    const { supervisor } = await restart(world, sink);
    feed.send(...numbered(9, 'more '));
    await world.clock.advance(1_000);
    expect([sourceOf(supervisor), sinkOf(supervisor)]).toMatchObject([{ held: true, received: 0 }, { owed: 5 }]);
    await world.during(supervisor.stop({ drain: 0 }));
  });

  test('fails its pipeline when the disk takes nothing more, with the reason', async () => {
    const { world, feed } = await setUp();
    world.disk.full = true;
    feed.send('one more');
    await world.clock.advance(20_000);
    expect(world.supervisor.status.pipelines[0]).toMatchObject({
      state: 'failed',
      cause: expect.stringMatching(/the buffer .*ticks\.store cannot be written: .*ENOSPC/),
    });
  });

  test('that fails has acknowledged nothing that is not durable', async () => {
    const { world, feed } = await setUp();
    world.disk.full = true;
    feed.send('one more');
    await world.clock.advance(1_000);
    expect(sourceOf(world.supervisor)).toMatchObject({ received: 6, settled: 5 });
    await world.stop(0);
  });

  test('does not start when another one keeps its folder', async () => {
    const { world, sink } = await setUp();
    const second = createRootSupervisor(world.environment);
    second.add({ name: 'ticks', sources: [webSocketSource('ws://feed/')], sinks: [sink] });
    await expect(world.during(second.start())).rejects.toThrow(/ticks\.store is in use/);
    await world.stop(0);
  });
});

test('a pipeline warns of a buffer on disk that no sink of its takes any more', async () => {
  const { world, sink } = await setUp();
  await world.stop(0);
  const { supervisor } = await restart(world, { ...sink, buffer: {} });
  expect(world.log.filter((line) => line.includes('no sink takes'))).toEqual([
    expect.stringMatching(/^warn no sink takes what is left in the buffer .*ticks\.store, if anything is/),
  ]);
  await world.during(supervisor.stop({ drain: 0 }));
});

test('a pipeline that keeps nothing writes nothing', async () => {
  const { world } = await setUp({});
  await world.stop(0);
  expect([...world.files.texts.keys()]).toEqual([]);
});
