import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { call, callTogether, connected, FEED, outputSink, publish } from './callers.ts';

async function createLimited(server = {}) {
  const world = new World();
  const pipeline = world.add([FEED], [outputSink(server)]);
  await world.start();
  return { world, pipeline, endpoint: () => pipeline.sink('out').status.endpoint };
}

describe('server.max-connections', () => {
  test('lets no more peers in: the next one is answered 503 with Retry-After', async () => {
    const { world, endpoint } = await createLimited({ 'max-connections': 2 });
    await callTogether(world, 2);
    const third = await call(world);
    expect(third.loss).toEqual({ kind: 'status', status: 503, retryAfter: 5_000 });
    expect(endpoint()).toMatchObject({ peers: 2, accepted: 2, refused: { limit: 1 } });
  });

  test('makes room when a peer goes', async () => {
    const { world } = await createLimited({ 'max-connections': 1 });
    const first = await call(world);
    first.socket.close(1000, '');
    await world.clock.advance(10);
    expect((await call(world)).open).toBe(true);
  });

  test('holds for many who come at the same instant', async () => {
    const { world, pipeline, endpoint } = await createLimited({ 'max-connections': 3 });
    const callers = await callTogether(world, 20);
    await publish(world, pipeline, 'hello');
    expect([callers.filter(({ open }) => open).length, connected(world)]).toEqual([3, 3]);
    expect(callers.map(({ texts }) => texts.length).toSorted()).toEqual([...Array(17).fill(0), 1, 1, 1]);
    expect(endpoint()?.refused).toEqual({ limit: 17 });
  });

  test('is of its own path only', async () => {
    const world = new World();
    world.add(
      [FEED],
      [outputSink({ path: '/few', 'max-connections': 1 }), { ...outputSink({ path: '/many' }), name: 'many' }],
    );
    await world.start();
    await callTogether(world, 1, '/few');
    expect((await call(world, '/few')).open).toBe(false);
    expect((await callTogether(world, 5, '/many')).filter(({ open }) => open)).toHaveLength(5);
  });

  test('that is left out is no limit', async () => {
    const { world, endpoint } = await createLimited();
    await callTogether(world, 1_500);
    expect(endpoint()).toMatchObject({ peers: 1_500, refused: {} });
  });
});
