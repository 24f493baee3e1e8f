import { describe, expect, test } from 'vitest';
import { NOTHING, World } from './world.ts';

const COUNT = 200;
const NAMES = Array.from({ length: COUNT }, (_, at) => `s${at}`);

async function createFleet() {
  const world = new World();
  const server = await world.server('upstream');
  const dials: number[] = [];
  const { dial } = world.environment;
  Object.assign(world.environment, {
    dial: (...request: Parameters<typeof dial>) => {
      dials.push(world.clock.now());
      return dial(...request);
    },
  });
  const pipeline = world.add(NAMES.map((name) => ({ name, 'web-socket': { url: server.url } })));
  await world.start();
  return { world, server, dials, pipeline };
}

describe('200 connections that are dropped at once', () => {
  test('all come back', async () => {
    const { world, server, pipeline } = await createFleet();
    world.network.cut(server.address);
    await world.clock.advance(2_000);
    const states = pipeline.status.sources.map(({ connection }) => connection?.state);
    expect([states.filter((state) => state === 'live').length, world.connections]).toEqual([COUNT, COUNT]);
  });

  test('dial once each, spread over the jitter', async () => {
    const { world, server, dials } = await createFleet();
    dials.length = 0;
    world.network.cut(server.address);
    await world.clock.advance(2_000);
    const peaks = Array.from({ length: 20 }, (_, at) => dials.filter((time) => Math.floor(time / 100) === at).length);
    expect(dials).toHaveLength(COUNT);
    expect(Math.max(...peaks)).toBeLessThan(COUNT / 2);
  });

  test('have bounded attempts while the server is away', async () => {
    const { world, server, pipeline } = await createFleet();
    await server.die();
    await world.clock.advance(20_000);
    const attempts = pipeline.status.sources.map(({ connection }) => connection?.attempt ?? 0);
    expect(Math.max(...attempts)).toBeLessThanOrEqual(7);
    await server.open();
    await world.clock.advance(31_000);
    expect(world.connections).toBe(COUNT);
  });

  test('leave nothing after a stop', async () => {
    const { world, server } = await createFleet();
    world.network.cut(server.address);
    await world.clock.advance(100);
    await world.stop();
    expect(await world.leftovers()).toEqual(NOTHING);
  });
});

describe('a server that accepts TCP and never answers', () => {
  test('leaves nothing over a thousand rounds', async () => {
    const world = new World();
    const server = await world.server('upstream');
    world.network.hang(server.address);
    const pipeline = world.add([
      {
        name: 'exchange',
        'web-socket': { url: server.url, connect: { timeout: '1s' }, reconnect: { 'max-backoff': '1s' } },
      },
    ]);
    await world.start();
    const timers = world.clock.pending;
    await world.clock.advance(2_000_000);
    const { connection } = pipeline.source('exchange').status;
    expect(connection?.attempt).toBeGreaterThan(1_000);
    expect([world.clock.pending <= timers + 2, world.connections]).toEqual([true, 0]);
    await world.stop();
    expect(await world.leftovers()).toEqual(NOTHING);
  });
});
