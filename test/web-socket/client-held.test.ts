import { describe, expect, test } from 'vitest';
import { World, webSocketSource } from '../supervision/world.ts';
import type { SourceOptions } from './client-bench.ts';

/** Longer than any peer may be silent while we read. */
const LONG = 300_000;

/** Events that a sink without an end has in flight and waiting in its buffer of `max-events: 1`. */
const MANY = 10_001;

/** A live source that is held because another one has filled their sink; `release` makes room. */
async function held(options: SourceOptions) {
  const world = new World();
  const server = await world.server('upstream');
  const pipeline = world.add([webSocketSource(server.url, options), { name: 'other', function: {} }]);
  let release = () => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const inputs = ['exchange', 'other'];
  pipeline.sink('stuck', { inputs, buffer: { 'max-events': 1 }, function: () => stuck });
  await world.start();
  await world.clock.advance(900);
  server.send('event');
  // The machine looks once, at 2 s, and finds that it was fed; from then on it only waits.
  await world.clock.advance(1_500);
  for (let event = 0; event < MANY; event += 1) void pipeline.source('other').push(event);
  await world.clock.advance(100);
  if (!pipeline.source('exchange').status.held) throw new Error('nothing holds the source');
  return { world, server, release, status: () => pipeline.source('exchange').status.connection };
}

describe('while its source is held', () => {
  test('a connection whose pongs are not read is not judged silent', async () => {
    const { world, server, status } = await held({ heartbeat: { 'ping-interval': '2s', timeout: '1s' } });
    await world.clock.advance(LONG);
    expect([status()?.state, server.peers.length]).toEqual(['live', 1]);
  });

  test('a connection whose messages are not read is not judged by no-data-timeout', async () => {
    const { world, server, status } = await held({ heartbeat: 'off', 'no-data-timeout': '2s' });
    await world.clock.advance(LONG);
    expect([status()?.state, server.peers.length]).toEqual(['live', 1]);
  });
});

describe('once its source is read again', () => {
  test('a connection whose peer died meanwhile is left after the timeout of a fresh ping', async () => {
    const { world, server, status, release } = await held({ heartbeat: { 'ping-interval': '2s', timeout: '1s' } });
    await world.clock.advance(LONG);
    world.network.blackhole(server.address);
    release();
    await world.clock.advance(900);
    expect([status()?.state, server.peers.length]).toEqual(['live', 1]);
    await world.clock.advance(200);
    expect(status()?.cause?.detail).toMatchObject({ kind: 'silence', judge: 'heartbeat' });
  });

  test('a connection has the whole no-data-timeout anew', async () => {
    const { world, server, status, release } = await held({ heartbeat: 'off', 'no-data-timeout': '2s' });
    await world.clock.advance(LONG);
    release();
    await world.clock.advance(1_900);
    expect([status()?.state, server.peers.length]).toEqual(['live', 1]);
    await world.clock.advance(200);
    expect(status()?.cause?.detail).toMatchObject({ kind: 'silence', judge: 'no-data-timeout' });
  });
});
