import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { mapMessages } from '../../src/streams/transforms.ts';
import { ledgerOracle } from '../../src/testing/ledger-oracle.ts';
import { call, inputSource } from '../web-socket/callers.ts';
import { headersOf, sinkBench, sourceBench } from '../web-socket/client-bench.ts';
import { NOTHING, World, webSocketSource } from './world.ts';

const SOURCE = 'ticks/exchange';
const SINK = 'ticks/store';

/** Waits between dials are half a second, not by chance. */
const EVEN = { reconnect: { jitter: 0 } } as const;

async function liveSource(options: Parameters<typeof sourceBench>[0] = EVEN) {
  const bench = await sourceBench(options);
  await bench.world.start();
  return bench;
}

async function liveSink(options: Parameters<typeof sinkBench>[0] = {}) {
  const bench = await sinkBench({ ...EVEN, connect: { mode: 'eager' }, ...options });
  await bench.world.start();
  return bench;
}

describe('a live connection that is asked to reconnect', () => {
  test('has as many attempts left as before, however often it is asked', async () => {
    const bounded = { reconnect: { jitter: 0, 'max-attempts': 3, 'initial-backoff': '100ms' } };
    const { world, server, status } = await liveSource(bounded);
    for (let count = 0; count < 4; count += 1) {
      world.supervisor.reconnect(SOURCE);
      await world.clock.advance(3_000);
    }
    server.peer.socket.terminate();
    await world.clock.advance(3_000);
    expect(status().state).toBe('live');
  });

  test('leaves its socket, waits as after a loss, and is live again', async () => {
    const { world, server, status } = await liveSource();
    expect(world.supervisor.reconnect(SOURCE)).toBe(true);
    await world.clock.advance(10);
    expect(status()).toMatchObject({
      state: 'waiting',
      retryIn: 500,
      cause: { detail: { kind: 'asked' }, message: 'a reconnect was asked for' },
    });
    expect(world.connections).toBe(0);
    await world.clock.advance(500);
    expect([status().state, status().reconnects, server.peers.length, world.connections]).toEqual(['live', 1, 2, 1]);
  });

  test('goes by the path of the connection in log lines too', async () => {
    const { world, server } = await liveSource();
    expect(world.supervisor.reconnect(`${SOURCE}/connection`)).toBe(true);
    await world.clock.advance(1_000);
    expect(server.peers).toHaveLength(2);
  });

  test('is dialled with credentials that are read anew', async () => {
    const world = new World();
    world.env.TOKEN = 'old';
    const { server } = await sourceBench({ ...EVEN, headers: { 'x-token': `\${env|TOKEN}` } }, world);
    await world.start();
    world.env.TOKEN = 'new';
    world.supervisor.reconnect(SOURCE);
    await world.clock.advance(1_000);
    expect(headersOf(server, 'x-token')).toEqual(['old', 'new']);
  });

  test('loses nothing that had come, also when who is told of it asks', async () => {
    const { world, server, pipeline, kept } = await liveSource();
    const oracle = ledgerOracle();
    pipeline.source('exchange').messages$.subscribe(({ text }) => {
      if (text.includes(':2')) world.supervisor.reconnect(SOURCE);
    });
    server.send(oracle.produce('exchange'), oracle.produce('exchange'), oracle.produce('exchange'));
    await world.clock.advance(1_000);
    server.send(oracle.produce('exchange'));
    await world.clock.advance(10);
    oracle.deliver('kept', kept);
    expect(oracle.assert('kept')).toMatchObject({ delivered: 4, duplicates: 0 });
    expect(server.peers).toHaveLength(2);
  });

  test('is asked for by two at once and dials once', async () => {
    const { world, server } = await liveSource();
    world.supervisor.reconnect(SOURCE);
    world.supervisor.reconnect(SOURCE);
    await world.clock.advance(5_000);
    expect(server.peers).toHaveLength(2);
  });
});

describe('a sink that is asked to reconnect', () => {
  test('sends again what was not acknowledged, and nothing is lost', async () => {
    const { world, server, push, sink } = await liveSink({ ack: 'reply', reply: { pointer: '/number' } });
    const oracle = ledgerOracle({ inFlight: 2 });
    const produce = () => push(JSON.parse(oracle.produce('feed')));
    for (let count = 0; count < 4; count += 1) produce();
    await world.clock.advance(100);
    server.send(...server.received.slice(0, 2));
    await world.clock.advance(100);
    expect(sink()).toMatchObject({ delivered: 2, owed: 2 });
    oracle.disturb();
    expect(world.supervisor.reconnect(SINK)).toBe(true);
    produce();
    await world.clock.advance(1_000);
    server.send(...server.peer.heard.texts);
    await world.clock.advance(100);
    oracle.deliver('store', server.received);
    expect(sink()).toMatchObject({ delivered: 5, owed: 0 });
    expect(oracle.assert('store')).toMatchObject({ delivered: 5, duplicates: 2 });
  });

  test('can be asked again after it has crashed and was restarted', async () => {
    const world = new World();
    const server = await world.server('store');
    const pipeline = world.add([{ name: 'feed', function: {} }]);
    let calls = 0;
    pipeline.sink('store', {
      'web-socket': { url: server.url, connect: { mode: 'eager' }, ...EVEN },
      transform: mapMessages(({ text }) => {
        calls += 1;
        if (calls === 1) throw new Error('boom');
        return text;
      }),
    });
    await world.start();
    await pipeline.source('feed').push('one');
    await world.clock.advance(1_000);
    expect(server.peers).toHaveLength(2);
    expect(world.supervisor.reconnect(SINK)).toBe(true);
    await world.clock.advance(1_000);
    expect(server.peers).toHaveLength(3);
  });
});

describe('a connection that waits and is asked to reconnect', () => {
  test('dials at once', async () => {
    const { world, server, status } = await liveSource({ reconnect: { 'initial-backoff': '1h', 'max-backoff': '1h' } });
    world.network.cut(server.address);
    await world.clock.advance(10);
    expect(status().state).toBe('waiting');
    expect(world.supervisor.reconnect(SOURCE)).toBe(true);
    await world.clock.advance(10);
    expect([status().state, server.peers.length]).toEqual(['live', 2]);
  });
});

describe('a connection that could not reconnect', () => {
  test('has not started', async () => {
    const { world } = await sourceBench();
    expect(world.supervisor.reconnect(SOURCE)).toBe(false);
  });

  test('is not needed yet, and stays so', async () => {
    const { world, server } = await liveSink({ connect: { mode: 'lazy' } });
    expect(world.supervisor.reconnect(SINK)).toBe(false);
    await world.clock.advance(5_000);
    expect(server.peers).toHaveLength(0);
  });

  test('has failed for good', async () => {
    const { world, server } = await liveSource();
    server.peer.socket.close(1002, '');
    await world.clock.advance(100);
    expect(world.supervisor.reconnect(SOURCE)).toBe(false);
  });

  test('has stopped, and leaves nothing', async () => {
    const { world } = await liveSource();
    await world.stop();
    expect([world.supervisor.reconnect(SOURCE), await world.leftovers()]).toEqual([false, NOTHING]);
  });

  test('stops in the same turn in which it is asked, and leaves nothing', async () => {
    const { world, server } = await liveSource();
    world.supervisor.reconnect(SOURCE);
    await world.stop(0);
    expect([server.peers.length, await world.leftovers()]).toEqual([1, NOTHING]);
  });
});

describe('a reconnect of what is not there', () => {
  test('is refused by name', async () => {
    const { world } = await liveSource();
    const ask = () => world.supervisor.reconnect('ticks/exchagne');
    expect(ask).toThrow(new UsageError('there is no connection "ticks/exchagne", only ticks/exchange'));
  });

  test('is refused for a peer, which dials itself', async () => {
    const world = new World();
    const pipeline = world.add([inputSource(), webSocketSource('ws://nobody/')]);
    await world.start();
    await call(world);
    const id = `ticks/listener/127.0.0.1:8080/${pipeline.source('in').peers[0]?.id}`;
    expect(() => world.supervisor.reconnect(id)).toThrow(`${JSON.stringify(id)} is a peer, which has dialled us`);
  });
});
