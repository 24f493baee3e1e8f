import { describe, expect, test } from 'vitest';
import type { SupervisorStatus } from '../../src/supervision/status.ts';
import { World, webSocketSink, webSocketSource } from './world.ts';

async function createWorld() {
  const world = new World();
  const upstream = await world.server('upstream');
  const downstream = await world.server('downstream');
  world.add([webSocketSource(upstream.url)], [webSocketSink(downstream.url)]);
  return { world, upstream, downstream };
}

/** What a subscriber of `status$` has heard, and when. */
function listen(world: World) {
  const seen: { at: number; status: SupervisorStatus }[] = [];
  let completed = false;
  const subscription = world.supervisor.status$.subscribe({
    next: (status) => seen.push({ at: world.clock.now(), status }),
    complete: () => {
      completed = true;
    },
  });
  return { seen, subscription, completed: () => completed };
}

describe('the status', () => {
  test('is the tree at once, before anything has started', async () => {
    const { world } = await createWorld();
    const { seen } = listen(world);
    expect(seen.map(({ status }) => status)).toMatchObject([
      {
        state: 'added',
        pipelines: [
          {
            name: 'ticks',
            state: 'added',
            sources: [{ name: 'exchange' }],
            sinks: [{ name: 'store', state: 'added' }],
          },
        ],
      },
    ]);
  });

  test('is plain JSON', async () => {
    const { world } = await createWorld();
    await world.start();
    const { status } = world.supervisor;
    expect(JSON.parse(JSON.stringify(status))).toStrictEqual(status);
  });

  test('tells each change of a connection at its instant', async () => {
    const { world, upstream } = await createWorld();
    const { seen } = listen(world);
    await world.start();
    await world.clock.advanceTo(1_000);
    await upstream.die();
    await world.clock.advance(1);
    const words = seen.map(({ at, status }) => [at, status.pipelines[0]?.sources[0]?.connection?.state]);
    const edges = words.filter(([, word], index) => word !== words[index - 1]?.[1]);
    expect(edges).toEqual([
      [0, 'connecting'],
      [3, 'live'],
      [1_000, 'waiting'],
    ]);
  });

  test('tells counters at most every 250 ms', async () => {
    const { world, upstream } = await createWorld();
    await world.start();
    upstream.send('first');
    await world.clock.advance(1_000);
    const { seen } = listen(world);
    for (let ms = 0; ms < 2_000; ms += 1) {
      upstream.send('event');
      await world.clock.advance(1);
    }
    const gaps = seen.map(({ at }, index) => at - (seen[index - 1]?.at ?? at)).slice(1);
    expect([gaps.length, Math.min(...gaps)]).toEqual([8, 250]);
  });

  test('tells nothing when nothing has changed', async () => {
    const { world } = await createWorld();
    await world.start();
    const { seen } = listen(world);
    await world.clock.advance(10_000);
    expect(seen).toHaveLength(1);
  });

  test('leaves no timer once nobody listens', async () => {
    const { world } = await createWorld();
    const { subscription } = listen(world);
    subscription.unsubscribe();
    await world.stop();
    expect(world.clock.pending).toBe(0);
  });

  test('completes after the stop, with the last state', async () => {
    const { world } = await createWorld();
    const { seen, completed } = listen(world);
    await world.start();
    await world.stop();
    await world.clock.settle();
    expect([seen.at(-1)?.status.state, completed(), world.clock.pending]).toEqual(['stopped', true, 0]);
  });

  test('holds how long a connection waits, and since when', async () => {
    const { world, upstream } = await createWorld();
    await world.start();
    const before = world.environment.now();
    await upstream.die();
    await world.clock.advance(1);
    const connection = world.supervisor.status.pipelines[0]?.sources[0]?.connection;
    expect(connection).toMatchObject({ state: 'waiting', since: before, attempt: 1 });
    expect(connection?.retryIn).toBeGreaterThanOrEqual(250);
    expect(connection?.retryIn).toBeLessThanOrEqual(500);
  });

  test('does not wait longer or shorter when the wall clock jumps', async () => {
    const { world, upstream } = await createWorld();
    await world.start();
    await upstream.die();
    await upstream.open();
    Object.assign(world.environment, { now: () => 0 });
    await world.clock.advance(1_000);
    expect(world.supervisor.status.pipelines[0]?.sources[0]?.connection?.state).toBe('live');
  });
});
