import { describe, expect, test } from 'vitest';
import type { SourceInput } from '../../src/config/options.ts';
import { World } from '../supervision/world.ts';
import { type SourceOptions, sinkBench, sourceBench } from './client-bench.ts';

async function live(options: SourceOptions, world = new World()) {
  const made = await sourceBench(options, world);
  await world.start();
  const from = world.clock.now();
  return { ...made, after: (ms: number) => world.clock.advanceTo(from + ms) };
}

const SILENT = { kind: 'silence', judge: 'heartbeat' };

describe('heartbeat.ping-interval', () => {
  test('is the time before a ping, so that a dead peer is found after it and the timeout', async () => {
    const { world, server, status, after } = await live({ heartbeat: { 'ping-interval': '40s', timeout: '2s' } });
    world.network.freeze(server.address);
    await after(41_800);
    expect(status().state).toBe('live');
    await after(42_200);
    expect(status().cause?.detail).toMatchObject(SILENT);
  });

  test('is 20 s by default, and the timeout 10 s', async () => {
    const { world, server, status, after } = await live({});
    world.network.blackhole(server.address);
    await after(29_800);
    expect(status().state).toBe('live');
    await after(30_200);
    expect(status().cause?.detail).toMatchObject(SILENT);
  });
});

describe('heartbeat.timeout', () => {
  test('is the grace of a ping: an answer within it keeps the connection', async () => {
    const { world, server, status, after } = await live({ heartbeat: { 'ping-interval': '1s', timeout: '30s' } });
    world.network.freeze(server.address);
    await after(29_000);
    world.network.thaw(server.address);
    await after(300_000);
    expect([status().state, server.peers.length]).toEqual(['live', 1]);
  });

  test('starts when the ping has left our queue', async () => {
    const world = new World({ bufferBytes: 1_000 });
    const heartbeat = { 'ping-interval': '1s', timeout: '2s' };
    const { server, push, status } = await sinkBench(
      { heartbeat, ack: 'reply', reply: { pointer: '' }, connect: { mode: 'eager' } },
      world,
    );
    await world.start();
    // The peer reads a little all the time, and its system is full all the time.
    push(...Array.from({ length: 100 }, (_, id) => ({ id, filler: 'x'.repeat(900) })));
    server.peer.socket.pause();
    for (let round = 0; round < 20; round += 1) {
      await world.clock.advance(1_500);
      server.peer.socket.resume();
      await world.clock.advance(1);
      server.peer.socket.pause();
    }
    expect(status()).toMatchObject({ state: 'live', reconnects: 0 });
  });

  test('is answered by any frame of the peer', async () => {
    const { server, status, after } = await live({ heartbeat: { 'ping-interval': '1s', timeout: '2s' } });
    // Its pongs wait behind what it does not read, while it goes on sending.
    server.peer.socket.pause();
    for (let at = 500; at < 30_000; at += 1_000) {
      await after(at);
      server.send('still here');
    }
    expect([status().state, server.peers.length]).toEqual(['live', 1]);
  });
});

describe('heartbeat.action', () => {
  test('reconnect: is the default; a silent peer is terminated and dialled again', async () => {
    const { world, server, status, after } = await live({});
    server.peer.socket.pause();
    await after(31_000);
    expect([server.peers.length, status()]).toMatchObject([2, { state: 'live', reconnects: 1, warnings: 0 }]);
    server.peers[0]?.socket.resume();
    await world.clock.advance(10);
    expect(server.peers[0]?.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
  });

  test('log-only: warns, counts and goes on, each time anew', async () => {
    const { world, server, status, after } = await live({ heartbeat: { action: 'log-only' } });
    server.peer.socket.pause();
    await after(95_000);
    expect([server.peers.length, status()]).toMatchObject([1, { state: 'live', warnings: 3 }]);
    expect(world.log.filter((line) => line.includes('does not answer pings'))).toHaveLength(3);
  });

  test('log-only: leaves a connection that is lost to the backoff all the same', async () => {
    const { world, server, status, after } = await live({ heartbeat: { action: 'log-only' } });
    world.network.cut(server.address);
    await after(2_000);
    expect(status()).toMatchObject({ state: 'live', reconnects: 1 });
  });
});

describe('heartbeat off', () => {
  test.each(['off', false] as const)('%s: asks nothing, so that a silent peer is kept', async (heartbeat) => {
    const { world, server, status, after } = await live({ heartbeat });
    world.network.freeze(server.address);
    await after(3_600_000);
    expect([status().state, status().warnings]).toEqual(['live', 0]);
  });
});

describe('heartbeat.payload', () => {
  test('of more than 125 bytes of UTF-8 is refused', () => {
    const source = (payload: string): SourceInput => ({
      name: 'exchange',
      'web-socket': { url: 'ws://upstream/', heartbeat: { payload } },
    });
    expect(() => new World().add([source('ü'.repeat(63))])).toThrow('longer than 125 bytes');
    expect(() => new World().add([source('ü'.repeat(62))])).not.toThrow();
  });

  test('of a sink is told apart from the pings of its acknowledgements', async () => {
    const heartbeat = { 'ping-interval': '1s', payload: 'hawser-ack-1' };
    const { world, server, push, sink } = await sinkBench({ heartbeat, connect: { mode: 'eager' } });
    await world.start();
    push('one');
    await world.clock.advance(5_000);
    push('two');
    await world.clock.advance(5_000);
    expect([server.received, sink().delivered]).toEqual([['one', 'two'], 2]);
  });
});

test('heartbeat: a quiet peer that answers is never left, by a sink either', async () => {
  const { world, server } = await sinkBench({ connect: { mode: 'eager' } });
  await world.start();
  await world.clock.advance(3_600_000);
  expect(server.peers).toHaveLength(1);
});

test('heartbeat: a wall clock that jumps an hour changes nothing', async () => {
  const world = new World();
  let jump = 0;
  const { now } = world.environment;
  Object.assign(world.environment, { now: () => now() + jump });
  const { server, after } = await live({}, world);
  for (const by of [3_600_000, -3_600_000]) {
    jump += by;
    await after(world.clock.now() + 60_000);
  }
  expect(server.peers).toHaveLength(1);
});
