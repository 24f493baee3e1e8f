import { expect, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { createRootSupervisor } from '../../src/supervision/supervisor.ts';
import { numbered, World, webSocketSink, webSocketSource } from './world.ts';

const DISK: SinkInput['buffer'] = { type: 'disk' };

function sinkFor(buffer: SinkInput['buffer'] = DISK): SinkInput {
  return { ...webSocketSink('ws://store/', { 'ack-interval': '1ms' }), buffer };
}

/** A life in which `rounds` turns of an event each come and the sink's peer is not there. */
async function left(rounds: number) {
  const world = new World();
  const feed = await world.server('feed');
  world.add([webSocketSource('ws://feed/')], [sinkFor()]);
  await world.start();
  for (let at = 1; at <= rounds; at += 1) {
    feed.send(`event ${at}`);
    await world.clock.advance(100);
  }
  await world.stop(0);
  return { world, feed };
}

/** Changes what is in the sink's store. */
async function tamper(world: World, change: (keys: readonly string[]) => readonly string[]) {
  const mount = world.disk.mount();
  const folder = [...world.files.texts.keys()]
    .find((path) => path.endsWith('buffer.json'))
    ?.replace('/buffer.json', '');
  const store = await mount.openStore(`${folder}/chunks`, { create: false });
  const entries = await store.read('c', 'd', 1e9);
  await store.write(
    change(entries.map(({ key }) => key)).map((key) => ({ key })),
    true,
  );
  await store.close();
}

test('a stop after a gap counts nothing as undelivered', async () => {
  const { world } = await left(5);
  await tamper(world, (keys) => keys.slice(1, 3));
  const supervisor = createRootSupervisor(world.environment);
  supervisor.add({ name: 'ticks', sources: [webSocketSource('ws://feed/')], sinks: [sinkFor()] });
  const store = await world.server('store');
  store.greet = ({ socket }) => socket.pause();
  await world.during(supervisor.start());
  await world.clock.advance(1000);
  expect((await world.during(supervisor.stop({ drain: '1s' }))).undelivered).toBe(0);
});

test('a pipeline whose source has ended ends when nothing can be read of what was kept', async () => {
  const { world } = await left(3);
  await tamper(world, (keys) => keys);
  const supervisor = createRootSupervisor(world.environment);
  supervisor.add({ name: 'ticks', sources: [{ name: 'exchange', stdin: {} }], sinks: [sinkFor()] });
  await world.server('store');
  await world.during(supervisor.start());
  let done = false;
  void supervisor.done.then(() => {
    done = true;
  });
  world.stdin.end();
  await world.clock.advance(60_000);
  expect(done).toBe(true);
});

test('a pipeline whose disk fails delivers what it has on disk and behind that', async () => {
  const world = new World();
  const feed = await world.server('feed');
  world.add([webSocketSource('ws://feed/')], [sinkFor()]);
  await world.start();
  for (let round = 0; round < 12; round += 1) {
    feed.send(...numbered(1000, 'event ', round * 1000 + 1));
    await world.clock.advance(50);
  }
  const store = await world.server('store');
  world.disk.full = true;
  feed.send('last');
  await world.clock.advance(9_000);
  expect([new Set(store.received).size, store.received.at(-1)]).toEqual([12_001, 'last']);
});

test('a stop while a buffer opens leaves no lock', async () => {
  const world = new World();
  await world.server('feed');
  world.add([webSocketSource('ws://feed/')], [sinkFor()]);
  const starting = world.supervisor.start().catch(() => {});
  for (let tick = 0; tick < 4; tick += 1) await Promise.resolve();
  await world.stop(0);
  await starting;
  await world.clock.advance(1000);
  const next = createRootSupervisor(world.environment);
  next.add({ name: 'ticks', sources: [webSocketSource('ws://feed/')], sinks: [sinkFor()] });
  await expect(world.during(next.start())).resolves.toBeUndefined();
  await world.during(next.stop({ drain: 0 }));
});

/** Pushes, and tells whether the source has taken it: to refuse it is fine. */
function pushed(push: Promise<void>): Promise<boolean> {
  return push.then(
    () => true,
    () => false,
  );
}

test('what a source takes from an app while the buffer opens has a number of its own', async () => {
  const world = new World();
  const pipeline = world.add([{ name: 'exchange', function: {} }], [sinkFor()]);
  const numbers: number[] = [];
  pipeline.source('exchange').messages$.subscribe(({ sequence }) => numbers.push(sequence));
  const starting = world.supervisor.start();
  const early = [pushed(pipeline.source('exchange').push('1')), pushed(pipeline.source('exchange').push('2'))];
  await world.during(starting);
  const taken = [...(await Promise.all(early)), await pushed(pipeline.source('exchange').push('late'))].filter(Boolean);
  await world.clock.advance(100);
  const status = world.supervisor.status.pipelines[0];
  expect([new Set(numbers).size, status?.sources[0]?.received]).toEqual([taken.length, taken.length]);
  await world.stop(0);
});

test('what a source takes from an app while the buffer opens is delivered, also when a connection is lost', async () => {
  const world = new World();
  const reply = { pointer: '/id', 'event-pointer': '/id' };
  const sink: SinkInput = { ...webSocketSink('ws://store/', { ack: 'reply', reply }), buffer: DISK };
  const source = { name: 'exchange', function: {} };
  const first = world.add([source], [sink]);
  await world.start();
  for (let id = 1; id <= 5; id += 1) void first.source('exchange').push({ id });
  await world.clock.advance(100);
  await world.stop(0);

  const supervisor = createRootSupervisor(world.environment);
  const pipeline = supervisor.add({ name: 'ticks', sources: [source], sinks: [sink] });
  const starting = supervisor.start();
  const early = pushed(pipeline.source('exchange').push({ id: 'early' }));
  const store = await world.server('store');
  await world.during(starting);
  const taken = await early;
  await world.clock.advance(1000);
  // All but the pushed one are acknowledged; then the connection is lost.
  store.send(...[1, 2, 3, 4, 5].map((id) => JSON.stringify({ id })));
  await world.clock.advance(1000);
  await store.die();
  const next = await world.server('store');
  await world.clock.advance(60_000);
  expect([...new Set(next.received)]).toEqual(taken ? ['{"id":"early"}'] : []);
  await world.during(supervisor.stop({ drain: 0 }));
});
