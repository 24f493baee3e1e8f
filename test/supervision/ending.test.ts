import { describe, expect, test } from 'vitest';
import { mapMessages } from '../../src/streams/transforms.ts';
import { NOTHING, World } from './world.ts';

/** A function sink that keeps the texts it was given. */
function keeper() {
  const kept: string[] = [];
  return {
    kept,
    keep: (batch: { readonly messages: readonly { readonly text: string }[] }) => {
      kept.push(...batch.messages.map(({ text }) => text));
    },
  };
}

describe('a stop', () => {
  test('at once hands on what waits for an interval, and leaves no timer', async () => {
    const world = new World();
    const [a, b] = [await world.server('a'), await world.server('b')];
    const { kept, keep } = keeper();
    world
      .add([
        { name: 'one', 'web-socket': { url: a.url, 'emit-interval': '1m' } },
        { name: 'two', 'web-socket': { url: b.url, 'emit-interval': '1m' } },
      ])
      .sink('store', { inputs: ['one', 'two'], function: keep });
    await world.start();
    a.send('x1', 'x2');
    b.send('y1');
    await world.clock.advance(100);
    await world.stop(0);
    expect([kept.toSorted(), await world.leftovers()]).toEqual([['x1', 'x2', 'y1'], NOTHING]);
  });

  test('closes the intake of every source at once, also while another one closes', async () => {
    const world = new World();
    const [a, b] = [await world.server('a'), await world.server('b')];
    const { kept, keep } = keeper();
    world
      .add([
        { name: 'one', 'web-socket': { url: a.url } },
        { name: 'two', 'web-socket': { url: b.url, heartbeat: 'off' } },
      ])
      .sink('store', { inputs: ['one', 'two'], function: keep });
    await world.start();
    world.network.freeze(b.address);
    const stopping = world.supervisor.stop();
    await world.clock.advance(3000);
    a.send('three seconds after the stop');
    await world.during(stopping);
    expect(kept).toEqual([]);
  });

  test('flushes the open batch while sources with dead peers are still closing', async () => {
    const world = new World();
    const servers = await Promise.all(['a', 'b', 'c'].map((host) => world.server(host)));
    const { kept, keep } = keeper();
    world
      .add(servers.map(({ url }, at) => ({ name: `s${at}`, 'web-socket': { url, heartbeat: 'off' as const } })))
      .sink('store', { inputs: ['s0', 's1', 's2'], batch: { timeout: '1h', 'fixed-size': 1000 }, function: keep });
    await world.start();
    for (const server of servers) server.send('m');
    await world.clock.advance(100);
    for (const server of servers) world.network.freeze(server.address);
    expect([(await world.stop()).undelivered, kept]).toEqual([0, ['m', 'm', 'm']]);
  });
});

describe('a pipeline whose sources have ended', () => {
  test('restarts a sink that crashes before everything is delivered', async () => {
    const world = new World();
    const pipeline = world.add([{ name: 'feed', function: {} }]);
    const { kept, keep } = keeper();
    let calls = 0;
    pipeline.sink('store', {
      transform: mapMessages(({ text }) => {
        calls += 1;
        if (calls === 1) throw new Error('boom once');
        return text;
      }),
      function: keep,
    });
    await world.start();
    void pipeline.source('feed').push('x');
    pipeline.source('feed').end();
    const { failures, undelivered } = await world.during(world.supervisor.done);
    expect([kept, failures, undelivered]).toEqual([['x'], [], 0]);
  });

  test('fails with the cause of a sink that gives up', async () => {
    const world = new World();
    world.network.refuse('down:80', { kind: 'status', status: 404 });
    const pipeline = world.add(
      [{ name: 'feed', function: {} }],
      [{ name: 'store', 'web-socket': { url: 'ws://down/' } }],
    );
    await world.start();
    void pipeline.source('feed').push('x');
    pipeline.source('feed').end();
    const { failures, undelivered } = await world.during(world.supervisor.done);
    expect([failures.map(({ cause }) => cause), undelivered]).toEqual([
      ['store: the peer answered the upgrade with 404'],
      1,
    ]);
  });
});

describe('an app that pushes', () => {
  test('before the start is told that nobody would take it', async () => {
    const world = new World();
    const pipeline = world.add([{ name: 'feed', function: {} }]);
    await expect(pipeline.source('feed').push('early')).rejects.toMatchObject({ code: 'usage' });
  });

  test('from within a sink of the same source keeps the order for the other sinks', async () => {
    const world = new World();
    const pipeline = world.add([{ name: 'feed', function: {} }]);
    const feed = pipeline.source('feed');
    const { kept, keep } = keeper();
    pipeline.sink('first', { function: ({ messages }) => messages[0]?.text === 'one' && void feed.push('two') });
    pipeline.sink('second', { function: keep });
    await world.start();
    await feed.push('one');
    await world.clock.advance(1000);
    await world.stop();
    expect(kept).toEqual(['one', 'two']);
  });
});

test('a function that still runs when its sink crashes is not called a second time meanwhile', async () => {
  const world = new World();
  const pipeline = world.add([{ name: 'feed', function: {} }]);
  let [running, most, transformed] = [0, 0, 0];
  pipeline.sink('store', {
    transform: mapMessages(({ text }) => {
      transformed += 1;
      if (transformed === 2) throw new Error('boom');
      return text;
    }),
    function: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => {
        world.clock.setTimeout(resolve, 500);
      });
      running -= 1;
    },
  });
  await world.start();
  void pipeline.source('feed').push('one');
  await world.clock.advance(10);
  void pipeline.source('feed').push('two');
  await world.clock.advance(5000);
  await world.stop();
  expect([most, pipeline.sink('store').status.delivered]).toEqual([1, 2]);
});

test('a pipeline that is added to a running supervisor can still be given its functions in the same turn', async () => {
  const world = new World();
  await world.start();
  const pipeline = world.add([{ name: 'feed', function: {} }]);
  const { kept, keep } = keeper();
  pipeline.sink('store', { transform: mapMessages(({ text }) => text.toUpperCase()), function: keep });
  await world.clock.settle();
  await pipeline.source('feed').push('late');
  await world.clock.settle();
  await world.stop();
  expect(kept).toEqual(['LATE']);
});

test('literal credentials that a peer repeats appear in no status and no log', async () => {
  const world = new World();
  const server = await world.server('upstream');
  server.greet = (peer) => peer.socket.close(4401, 'no: planted-pass-1, planted-token-2');
  const pipeline = world.add([
    {
      name: 'feed',
      'web-socket': {
        url: server.url,
        auth: { basic: { username: 'u', password: 'planted-pass-1' } },
        requests: [{ op: 'auth', token: 'planted-token-2' }],
      },
    },
  ]);
  await world.start();
  await world.clock.advance(1000);
  const shown = `${JSON.stringify(pipeline.status)}${world.log.join('\n')}`;
  await world.stop(0);
  expect([shown.includes('4401'), shown.includes('planted')]).toEqual([true, false]);
});
