import { describe, expect, test } from 'vitest';
import { StartError, UsageError } from '../../src/errors.ts';
import { createRootSupervisor } from '../../src/supervision/supervisor.ts';
import { NOTHING, World, webSocketSink, webSocketSource } from './world.ts';

/** A world whose source and eager sink have servers. */
async function createWorld() {
  const world = new World();
  const upstream = await world.server('upstream');
  const downstream = await world.server('downstream');
  const pipeline = world.add(
    [webSocketSource(upstream.url, { 'app-heartbeat': { requests: 'beat' }, 'no-data-timeout': '1h' })],
    [webSocketSink(downstream.url, { connect: { mode: 'eager' } })],
  );
  return { world, upstream, downstream, pipeline };
}

describe('a stop', () => {
  test('before the start resolves', async () => {
    const { world } = await createWorld();
    expect(await world.supervisor.stop()).toEqual({ failures: [], undelivered: 0 });
    expect([world.supervisor.status.state, await world.leftovers()]).toEqual(['stopped', NOTHING]);
  });

  test.each(Array.from({ length: 12 }, (_, ms) => [ms]))('%i ms into the start leaves nothing', async (ms) => {
    const { world } = await createWorld();
    const started = world.supervisor.start();
    started.catch(() => {});
    await world.clock.advance(ms);
    await world.stop();
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test.each(['preparing', 'upgrade', 'backoff', 'slow backoff', 'live'])('while %s leaves nothing', async (at) => {
    const { world, upstream } = await createWorld();
    if (at === 'upgrade') world.network.hang(upstream.address);
    if (at === 'backoff') await upstream.die();
    if (at === 'slow backoff') world.network.refuse(upstream.address, { kind: 'status', status: 401 });
    if (at === 'preparing') await world.supervisor.start();
    else await world.start();
    await world.stop();
    expect([world.supervisor.status.state, await world.leftovers()]).toEqual(['stopped', NOTHING]);
  });

  test('before everything has started fails the start, although nothing else was to start', async () => {
    const world = new World();
    const listen = { bind: '127.0.0.1:8080' };
    Object.assign(world.environment, { listen: () => new Promise(() => {}) });
    world.add([{ name: 'in', 'web-socket': { mode: 'server-input', server: listen } }]);
    const refused = expect(world.supervisor.start()).rejects.toThrow(StartError);
    await world.clock.settle();
    await world.stop();
    await refused;
  });

  test('cuts a peer off that does not answer the close', async () => {
    const { world, upstream } = await createWorld();
    await world.start();
    world.network.freeze(upstream.address);
    const from = world.clock.now();
    await world.stop();
    expect(world.clock.now() - from).toBeGreaterThanOrEqual(5_000);
    world.network.thaw(upstream.address);
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test('does the close handshake with 1000', async () => {
    const { world, upstream, downstream } = await createWorld();
    await world.start();
    await world.stop();
    expect([upstream.peer.heard.loss, downstream.peer.heard.loss]).toEqual([
      { kind: 'close', code: 1000, reason: '' },
      { kind: 'close', code: 1000, reason: '' },
    ]);
  });

  test('twice at the same time resolves twice, with the same outcome', async () => {
    const { world } = await createWorld();
    await world.start();
    const outcomes = await world.during(Promise.all([world.supervisor.stop(), world.supervisor.stop()]));
    expect([outcomes[0], await world.leftovers()]).toEqual([outcomes[1], NOTHING]);
  });

  test('after a stop resolves at once', async () => {
    const { world } = await createWorld();
    await world.start();
    const outcome = await world.stop();
    expect(await world.supervisor.stop()).toEqual(outcome);
  });

  test('stops taking in, then delivers what is owed within the drain', async () => {
    const { world, upstream, downstream } = await createWorld();
    await world.start();
    world.network.freeze(downstream.address);
    upstream.send('event 1');
    await world.clock.advance(100);
    const stopped = world.supervisor.stop({ drain: '10s' });
    await world.clock.advance(2_000);
    world.network.thaw(downstream.address);
    expect(await world.during(stopped)).toEqual({ failures: [], undelivered: 0 });
    expect(downstream.received).toEqual(['event 1']);
  });

  test('counts what it could not deliver by the deadline, and leaves nothing', async () => {
    const { world, upstream, downstream } = await createWorld();
    await world.start();
    world.network.freeze(downstream.address);
    upstream.send('event 1', 'event 2');
    await world.clock.advance(100);
    const from = world.clock.now();
    expect(await world.stop('3s')).toEqual({ failures: [], undelivered: 2 });
    expect(world.clock.now() - from).toBe(3_000);
    world.network.thaw(downstream.address);
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test('with a drain of 0 ends at this instant', async () => {
    const { world, downstream } = await createWorld();
    await world.start();
    world.network.freeze(downstream.address);
    const from = world.clock.now();
    await world.stop(0);
    expect(world.clock.now()).toBe(from);
  });

  test('with a drain of 0 ends one that drains already', async () => {
    const { world, pipeline } = await createWorld();
    pipeline.sink('stuck', { function: () => new Promise(() => {}) });
    await world.start();
    const first = world.supervisor.stop({ drain: '60s' });
    await world.clock.advance(1_000);
    const from = world.clock.now();
    await world.stop(0);
    await first;
    expect([world.clock.now(), await world.leftovers()]).toEqual([from, NOTHING]);
  });

  test('reads the answer to its close although its source is held', async () => {
    const { world, upstream, pipeline } = await createWorld();
    pipeline.sink('slow', { buffer: { 'max-events': 1 }, function: () => new Promise(() => {}) });
    await world.start();
    await world.flood(upstream);
    const stopped = world.supervisor.stop({ drain: '20s' });
    await world.clock.advance(100);
    expect(pipeline.source('exchange').status.connection?.detail).toEqual(['closed']);
    await world.during(stopped);
  });

  test('while a source is held leaves nothing', async () => {
    const { world, upstream, pipeline } = await createWorld();
    pipeline.sink('slow', { buffer: { 'max-events': 1 }, function: () => new Promise(() => {}) });
    await world.start();
    await world.flood(upstream);
    const { held } = pipeline.source('exchange').status;
    expect([held, (await world.stop('1s')).undelivered > 0, await world.leftovers()]).toEqual([true, true, NOTHING]);
  });

  test('is what an aborted signal means', async () => {
    const { environment, clock } = new World();
    const controller = new AbortController();
    const supervisor = createRootSupervisor(environment, { signal: controller.signal });
    const pipeline = supervisor.add({ name: 'ticks', sources: [{ name: 'feed', function: {} }], sinks: [] });
    await supervisor.start();
    controller.abort();
    await clock.advance(1);
    expect([supervisor.status.state, pipeline.status.state, clock.pending]).toEqual(['stopped', 'stopped', 0]);
  });

  test('is what the end of an `await using` block means', async () => {
    const { world } = await createWorld();
    await world.start();
    await world.during(Promise.resolve(world.supervisor[Symbol.asyncDispose]()));
    expect([world.supervisor.status.state, await world.leftovers()]).toEqual(['stopped', NOTHING]);
  });

  test('ends a supervisor after which nothing can be added or started', async () => {
    const { world } = await createWorld();
    await world.stop();
    expect(() => world.add([webSocketSource('ws://late/')], [], 'late')).toThrow(UsageError);
    await expect(world.supervisor.start()).rejects.toThrow(UsageError);
  });
});

describe('a start', () => {
  test('resolves although an eager connection without eager-timeout is not live', async () => {
    const { world, upstream } = await createWorld();
    await upstream.die();
    await world.start();
    expect(world.supervisor.status.state).toBe('running');
  });

  test.each(['source', 'sink'] as const)('rejects when a %s is not live within eager-timeout', async (which) => {
    const { world, upstream, downstream } = await createEager();
    const late = which === 'source' ? upstream : downstream;
    world.network.hang(late.address);
    const from = world.clock.now();
    const started = world.during(world.supervisor.start());
    await expect(started).rejects.toThrow(StartError);
    await expect(started).rejects.toThrow(
      /^ticks cannot start: (exchange|store): not live within connect.eager-timeout$/,
    );
    expect(world.clock.now() - from).toBeLessThan(15_000);
    expect([world.supervisor.status.state, await world.leftovers()]).toEqual(['stopped', NOTHING]);
  });

  test('with eager-timeout resolves once the connection is live', async () => {
    const { world, pipeline } = await createEager();
    await world.during(world.supervisor.start());
    expect([pipeline.status.state, pipeline.source('exchange').status.connection?.state]).toEqual(['running', 'live']);
  });

  test('of a pipeline that is added later happens at once', async () => {
    const { world, upstream } = await createWorld();
    await world.start();
    const late = world.add([webSocketSource(upstream.url)], [], 'late');
    await world.clock.advance(100);
    expect([late.status.state, late.source('exchange').status.connection?.state]).toEqual(['running', 'live']);
    await world.stop();
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test('twice is refused', async () => {
    const { world } = await createWorld();
    await world.start();
    await expect(world.supervisor.start()).rejects.toThrow(UsageError);
  });
});

describe('the end of all pipelines by themselves', () => {
  test('ends the supervisor', async () => {
    const world = new World();
    const pipeline = world.add([{ name: 'feed', function: {} }]);
    const kept: string[] = [];
    pipeline.sink('store', {
      function: (batch) => {
        for (const message of batch.messages) kept.push(message.text);
      },
    });
    await world.start();
    await pipeline.source('feed').push('last');
    pipeline.source('feed').end();
    expect(await world.during(world.supervisor.done)).toEqual({ failures: [], undelivered: 0 });
    expect([kept, world.supervisor.status.state, await world.leftovers()]).toEqual([['last'], 'stopped', NOTHING]);
  });
});

async function createEager() {
  const world = new World();
  const upstream = await world.server('upstream');
  const downstream = await world.server('downstream');
  const connect = { mode: 'eager', timeout: '2s', 'eager-timeout': '5s' } as const;
  const pipeline = world.add(
    [webSocketSource(upstream.url, { connect })],
    [webSocketSink(downstream.url, { connect })],
  );
  return { world, upstream, downstream, pipeline };
}
