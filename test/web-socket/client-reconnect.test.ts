import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { giving, type SourceOptions, sourceBench, taking } from './client-bench.ts';

type Reconnect = NonNullable<SourceOptions['reconnect']>;

/** The delays before the first dials to an address where nobody listens. */
async function delays(count: number, reconnect: Reconnect, world = new World()): Promise<number[]> {
  const { status } = taking('ws://nobody/', { reconnect }, world);
  await world.start();
  const seen: number[] = [];
  while (seen.length < count) {
    const { retryIn = 0, since } = status();
    seen.push(Math.round(retryIn));
    await world.clock.advanceTo(since - 1_700_000_000_000 + retryIn + 2);
  }
  return seen;
}

describe('reconnect.initial-backoff', () => {
  test('is the delay after the first failure', async () => {
    expect(await delays(1, { 'initial-backoff': '3s', jitter: 0 })).toEqual([3_000]);
  });
});

describe('reconnect.max-backoff', () => {
  test('is the longest delay', async () => {
    expect(await delays(5, { 'initial-backoff': '1s', 'max-backoff': '3s', jitter: 0 })).toEqual([
      1_000, 2_000, 3_000, 3_000, 3_000,
    ]);
  });
});

describe('reconnect.multiplier', () => {
  test.each([
    [1, [100, 100, 100, 100]],
    [1.5, [100, 150, 225, 338]],
    [10, [100, 1_000, 10_000, 30_000]],
  ])('%d: is the growth of the delay with each failure', async (multiplier, expected) => {
    expect(await delays(4, { 'initial-backoff': '100ms', multiplier, jitter: 0 })).toEqual(expected);
  });

  test('below 1 is refused', () => {
    expect(() => taking('ws://nobody/', { reconnect: { multiplier: 0.5 } })).toThrow('multiplier');
  });
});

describe('reconnect.jitter', () => {
  test('0: is none: the delays of all connections are the same', async () => {
    expect(await delays(3, { jitter: 0 })).toEqual([500, 1_000, 2_000]);
  });

  test.each([0.5, 1])('%d: takes a random part of up to that off the delay', async (jitter) => {
    const reconnect = { 'initial-backoff': '10s', multiplier: 1, 'max-backoff': '10s', jitter };
    const seen = await delays(40, reconnect);
    expect([Math.min(...seen) >= 10_000 * (1 - jitter), Math.max(...seen) <= 10_000]).toEqual([true, true]);
    // It reaches most of the range that it may have.
    expect(Math.max(...seen) - Math.min(...seen)).toBeGreaterThan(10_000 * jitter * 0.8);
  });

  test('above 1 is refused', () => {
    expect(() => taking('ws://nobody/', { reconnect: { jitter: 1.1 } })).toThrow('jitter');
  });
});

describe('reconnect.max-attempts', () => {
  test('counts consecutive dials, the first included, and then fails with the last cause', async () => {
    const { world, status } = taking('ws://nobody/', { reconnect: { 'max-attempts': 3 } });
    await world.start();
    const outcome = await world.during(world.supervisor.done);
    expect([status().attempt, status().state, outcome.failures]).toEqual([
      3,
      'failed',
      [{ pipeline: 'ticks', cause: 'exchange: connect ECONNREFUSED nobody:80' }],
    ]);
  });

  test('left out: there is no end', async () => {
    const { world, status } = taking('ws://nobody/', { reconnect: { 'max-backoff': '1s' } });
    await world.start();
    await world.clock.advance(3_600_000);
    expect([status().state, status().attempt > 3_600]).toEqual(['waiting', true]);
  });

  test('of a sink fails its pipeline, which says what was not delivered', async () => {
    const { world, push } = giving('ws://nobody/', { reconnect: { 'max-attempts': 2 } });
    await world.start();
    push('one');
    const { failures, undelivered } = await world.during(world.supervisor.done);
    expect([failures[0]?.cause, undelivered]).toEqual(['store: connect ECONNREFUSED nobody:80', 1]);
  });
});

describe('reconnect.reset-after', () => {
  const RECONNECT = { 'initial-backoff': '1s', jitter: 0, 'reset-after': '20s' } as const;

  /** The attempt and the delay after connections that were live for so long each. */
  async function afterLives(...lives: number[]) {
    const { world, server, status } = await sourceBench({ reconnect: RECONNECT });
    await world.start();
    for (const life of lives) {
      while (status().state !== 'live') await world.clock.advance(100);
      await world.clock.advance(life);
      world.network.cut(server.address);
      await world.clock.advance(10);
    }
    return [status().attempt, status().retryIn];
  }

  test('forgets the failures of a connection that was live for so long', async () => {
    expect(await afterLives(1_000, 1_000, 20_100)).toEqual([0, 1_000]);
  });

  test('is not reached by several shorter lives together', async () => {
    expect(await afterLives(15_000, 15_000, 15_000)).toEqual([3, 4_000]);
  });

  test('lets the attempts of a server that accepts and closes after a second go on growing', async () => {
    const [attempt, delay] = await afterLives(...Array.from({ length: 10 }, () => 1_000));
    expect([attempt, delay]).toEqual([10, 30_000]);
  });
});
