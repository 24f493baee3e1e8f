import { describe, expect, test } from 'vitest';
import type { Loss } from '../../src/environment.ts';
import { NOTHING, World, webSocketSource } from './world.ts';

type Options = Parameters<typeof webSocketSource>[1];

async function createWorld(options: Options = {}) {
  const world = new World();
  const upstream = await world.server('upstream');
  const pipeline = world.add([webSocketSource(upstream.url, options)]);
  const connection = () => pipeline.source('exchange').status.connection;
  return { world, upstream, pipeline, connection };
}

/** The delay that follows a dial which ends with `loss`. */
async function delayAfter(loss: Loss, options: Options = {}): Promise<number | undefined> {
  const { world, upstream, connection } = await createWorld(options);
  world.network.refuse(upstream.address, loss);
  await world.start();
  return connection()?.retryIn;
}

describe('the delay before the next dial', () => {
  test.each([429, 503])('is at least what Retry-After asks for with %i', async (status) => {
    expect(await delayAfter({ kind: 'status', status, retryAfter: 60_000 })).toBe(60_000);
  });

  test('is not shortened by Retry-After', async () => {
    const delay = await delayAfter({ kind: 'status', status: 503, retryAfter: 1 }, { reconnect: { jitter: 0 } });
    expect(delay).toBe(500);
  });

  test('is five minutes at most for Retry-After', async () => {
    expect(await delayAfter({ kind: 'status', status: 503, retryAfter: 86_400_000 })).toBe(300_000);
  });

  test('is half to all of max-backoff for a peer that refuses us', async () => {
    const delay = await delayAfter({ kind: 'status', status: 401 }, { reconnect: { 'max-backoff': '20s' } });
    expect(delay).toBeGreaterThanOrEqual(10_000);
    expect(delay).toBeLessThanOrEqual(20_000);
  });

  test('differs between connections, by the jitter', async () => {
    const world = new World();
    const names = Array.from({ length: 20 }, (_, at) => `s${at}`);
    const pipeline = world.add(names.map((name) => ({ name, 'web-socket': { url: 'ws://nobody/' } })));
    await world.start();
    const delays = pipeline.status.sources.map(({ connection }) => connection?.retryIn ?? 0);
    expect(new Set(delays).size).toBe(20);
    expect([Math.min(...delays) >= 250, Math.max(...delays) <= 500]).toEqual([true, true]);
  });

  test('grows for a server that accepts and closes at once, with jitter 0', async () => {
    const { world, upstream, connection } = await createWorld({ reconnect: { jitter: 0 } });
    upstream.greet = ({ socket }) => socket.close(1000, '');
    const delays: (number | undefined)[] = [];
    await world.start();
    for (let round = 0; round < 8; round += 1) {
      const delay = connection()?.retryIn;
      delays.push(delay);
      await world.clock.advance((delay ?? 0) + 4);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });
});

describe('a connection', () => {
  test('whose name is not known says so and keeps trying', async () => {
    const { world, upstream, connection } = await createWorld();
    world.network.refuse(upstream.address, {
      kind: 'network',
      code: 'ENOTFOUND',
      message: 'getaddrinfo ENOTFOUND upstream',
    });
    await world.start();
    await world.clock.advance(60_000);
    expect(connection()?.cause?.message).toBe('getaddrinfo ENOTFOUND upstream');
    world.network.heal(upstream.address);
    await world.clock.advance(30_000);
    expect(connection()?.state).toBe('live');
  });

  test('sends the application heartbeat when live, then every interval', async () => {
    const { world, upstream } = await createWorld({
      'app-heartbeat': { requests: ['beat', { n: 1 }], interval: '30s' },
    });
    await world.start();
    expect(upstream.received).toEqual(['beat', '{"n":1}']);
    await world.clock.advance(60_000);
    expect(upstream.received).toHaveLength(6);
  });

  test('paces its requests and is live after the last', async () => {
    const { world, upstream, connection } = await createWorld({ requests: ['a', 'b', 'c'], 'request-interval': '2s' });
    await world.start();
    expect([upstream.received, connection()?.state]).toEqual([['a'], 'connecting']);
    await world.clock.advance(2_000);
    expect([upstream.received, connection()?.state]).toEqual([['a', 'b'], 'connecting']);
    await world.clock.advance(2_000);
    expect([upstream.received, connection()?.state]).toEqual([['a', 'b', 'c'], 'live']);
  });

  test('that is stopped while it paces its requests leaves no timer', async () => {
    const { world, upstream } = await createWorld({ requests: ['a', 'b', 'c'], 'request-interval': '1h' });
    await world.start();
    await world.stop();
    expect([upstream.received, await world.leftovers()]).toEqual([['a'], NOTHING]);
  });

  test('without a message for no-data-timeout is left, with one it is not', async () => {
    const { world, upstream, connection } = await createWorld({ 'no-data-timeout': '10s' });
    await world.start();
    for (let round = 0; round < 10; round += 1) {
      upstream.send('event');
      await world.clock.advance(6_000);
    }
    expect(upstream.peers).toHaveLength(1);
    await world.clock.advance(4_100);
    expect(connection()?.cause?.detail).toEqual({ kind: 'silence', judge: 'no-data-timeout' });
  });

  test('warns of a peer that answers no ping with log-only, and stays', async () => {
    const { world, upstream, connection } = await createWorld({ heartbeat: { action: 'log-only' } });
    await world.start();
    upstream.peer.socket.pause();
    await world.clock.advance(65_000);
    expect([connection()?.state, connection()?.warnings, upstream.peers.length]).toEqual(['live', 2, 1]);
  });

  test('warns of its own long pause, once', async () => {
    const { world, upstream, pipeline, connection } = await createWorld();
    pipeline.sink('stuck', { buffer: { 'max-events': 1 }, function: () => new Promise(() => {}) });
    await world.start();
    await world.flood(upstream);
    await world.clock.advance(100_000);
    expect([pipeline.source('exchange').status.held, connection()?.warnings]).toEqual([true, 1]);
  });

  test('that is lost while its source is held does not read its next socket, and is not judged', async () => {
    const { world, upstream, pipeline, connection } = await createWorld({ 'no-data-timeout': '5s' });
    pipeline.sink('stuck', { buffer: { 'max-events': 1 }, function: () => new Promise(() => {}) });
    await world.start();
    upstream.greet = (peer) => peer.socket.write([{ data: 'unread', binary: false }]);
    await world.flood(upstream);
    const { received } = pipeline.source('exchange').status;
    await upstream.die();
    await upstream.open();
    await world.clock.advance(120_000);
    expect(connection()).toMatchObject({ state: 'live', reconnects: 1 });
    expect([upstream.peers.length, pipeline.source('exchange').status.received]).toEqual([2, received]);
  });
});
