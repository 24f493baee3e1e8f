import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { StartError } from '../../src/errors.ts';
import { NOTHING, World } from '../supervision/world.ts';
import { sinkBench, sourceBench, taking } from './client-bench.ts';

describe('connect.mode lazy', () => {
  test('is the default of a sink, which dials at its first event', async () => {
    const { world, server, push, status } = await sinkBench();
    await world.start();
    await world.clock.advance(60_000);
    expect([server.peers.length, status().state]).toEqual([0, 'idle']);
    push('one');
    await world.clock.advance(100);
    expect(server.received).toEqual(['one']);
  });

  test('of a source with sinks dials when they have started', async () => {
    const { server, world } = await sourceBench({ connect: { mode: 'lazy' } });
    await world.start();
    expect(server.peers).toHaveLength(1);
  });

  test('of a source without sinks dials at its first subscriber', async () => {
    const world = new World();
    const server = await world.server('upstream');
    const options = { url: server.url, connect: { mode: 'lazy' } } as const;
    const pipeline = world.add([{ name: 'exchange', 'web-socket': options }]);
    await world.start();
    await world.clock.advance(60_000);
    expect(server.peers).toHaveLength(0);
    pipeline.source('exchange').messages$.subscribe();
    await world.clock.advance(100);
    expect(server.peers).toHaveLength(1);
  });

  test('with eager-timeout is refused, since nothing would wait for it', () => {
    expect(() => taking('ws://upstream/', { connect: { mode: 'lazy', 'eager-timeout': '1s' } })).toThrow(ConfigError);
  });
});

describe('connect.mode eager', () => {
  test('is the default of a source', async () => {
    const world = new World();
    const server = await world.server('upstream');
    world.add([{ name: 'exchange', 'web-socket': { url: server.url } }]);
    await world.start();
    expect(server.peers).toHaveLength(1);
  });

  test('of a sink dials at the start', async () => {
    const { world, server } = await sinkBench({ connect: { mode: 'eager' } });
    await world.start();
    expect(server.peers).toHaveLength(1);
  });

  test.each([1000, 1001, 1005])('of a sink is kept open: it is dialled again after a close with %i', async (code) => {
    const { world, server } = await sinkBench({ connect: { mode: 'eager' } });
    await world.start();
    server.peer.socket.close(code, '');
    await world.clock.advance(1_000);
    expect([server.peers.length, world.connections]).toEqual([2, 1]);
  });

  test('without eager-timeout lets the start go on, and keeps trying', async () => {
    const { world, server, status } = await sinkBench({ connect: { mode: 'eager' } });
    await server.die();
    await world.start();
    expect([world.supervisor.status.state, status().state]).toEqual(['running', 'waiting']);
    await server.open();
    await world.clock.advance(10_000);
    expect(status().state).toBe('live');
  });
});

describe('connect.eager-timeout', () => {
  test.each(['source', 'sink'] as const)('fails the start of a %s that is not live by then', async (side) => {
    const connect = { mode: 'eager', 'eager-timeout': '3s' } as const;
    const { world, server } = side === 'source' ? await sourceBench({ connect }) : await sinkBench({ connect });
    world.network.hang(server.address);
    const from = world.clock.now();
    await expect(world.during(world.supervisor.start())).rejects.toThrow(StartError);
    const waited = world.clock.now() - from;
    expect([waited >= 3_000, waited < 5_000, await world.leftovers()]).toEqual([true, true, NOTHING]);
  });

  test('waits for a server that comes up before it', async () => {
    const connect = { mode: 'eager', 'eager-timeout': '30s' } as const;
    const { world, server, status } = await sinkBench({ connect });
    await server.die();
    const started = world.supervisor.start();
    await world.clock.advance(5_000);
    await server.open();
    await world.during(started);
    expect(status().state).toBe('live');
  });

  test('is fulfilled when the connection is live, not when it is open', async () => {
    const { world, server } = await sourceBench({
      connect: { mode: 'eager', 'eager-timeout': '3s' },
      requests: ['a', 'b'],
      'request-interval': '10s',
    });
    await expect(world.during(world.supervisor.start())).rejects.toThrow('not live within connect.eager-timeout');
    expect(server.received).toEqual(['a']);
  });
});

describe('connect.timeout', () => {
  test('ends an attempt whose upgrade is never answered, and the next one follows', async () => {
    const { world, server, status } = await sourceBench({ connect: { timeout: '2s' } });
    world.network.hang(server.address);
    await world.start();
    await world.clock.advanceTo(1_990);
    expect(status().state).toBe('connecting');
    await world.clock.advanceTo(2_010);
    expect(status()).toMatchObject({ state: 'waiting', cause: { detail: { kind: 'timeout', phase: 'upgrade' } } });
  });

  test('is ten seconds by default', async () => {
    const { world, server, status } = await sourceBench();
    world.network.blackhole(server.address);
    await world.start();
    await world.clock.advanceTo(9_990);
    expect(status().state).toBe('connecting');
    await world.clock.advanceTo(10_010);
    expect(status()).toMatchObject({ state: 'waiting', cause: { detail: { kind: 'timeout', phase: 'transport' } } });
  });
});

describe('close-timeout', () => {
  test('cuts off a peer that does not answer the close, and not before', async () => {
    const { world, server } = await sourceBench({ 'close-timeout': '2s' });
    await world.start();
    world.network.freeze(server.address);
    const from = world.clock.now();
    await world.stop();
    world.network.thaw(server.address);
    expect([world.clock.now() - from, await world.leftovers()]).toEqual([2_000, NOTHING]);
  });

  test('is not waited for with a peer that answers', async () => {
    const { world } = await sourceBench({ 'close-timeout': '2s' });
    await world.start();
    const from = world.clock.now();
    await world.stop();
    expect(world.clock.now() - from).toBeLessThan(10);
  });
});

describe('max-payload', () => {
  test('takes a message of that size, and ends the connection at a larger one with 1009', async () => {
    const { world, server, kept, status } = await sourceBench({ 'max-payload': '1KiB' });
    await world.start();
    server.send('a'.repeat(1024), 'b'.repeat(1025));
    await world.clock.advance(100);
    expect(kept.map(({ bytes }) => bytes)).toEqual([1024]);
    expect([status().cause?.detail, server.peers[0]?.heard.loss]).toMatchObject([
      { kind: 'violation', code: 1009 },
      { kind: 'close', code: 1009 },
    ]);
  });

  test('is 16 MiB by default', async () => {
    const { world, server, kept, status } = await sourceBench();
    await world.start();
    const most = 16 * 1024 * 1024;
    server.send('a'.repeat(most));
    await world.clock.advance(5_000);
    expect([kept[0]?.bytes, status().state]).toEqual([most, 'live']);
    server.send('a'.repeat(most + 1));
    await world.clock.advance(5_000);
    expect(status().cause?.detail).toMatchObject({ kind: 'violation', code: 1009 });
  });

  test('of a sink holds for what its peer sends', async () => {
    const { world, server, status } = await sinkBench({ 'max-payload': 4, connect: { mode: 'eager' } });
    await world.start();
    server.send('12345');
    await world.clock.advance(100);
    expect(status().cause?.detail).toMatchObject({ kind: 'violation', code: 1009 });
  });
});
