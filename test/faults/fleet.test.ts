import { beforeAll, describe, expect, test } from 'vitest';
import { createRootSupervisor } from '../../src/supervision/supervisor.ts';
import { World } from '../supervision/world.ts';

const COUNT = 5_000;
const EACH = 100;

/** How long the server is away, in milliseconds. */
const OUTAGE = 2_000;

/** What has become of the fleet. Times are milliseconds since it was dropped. */
interface Drop {
  readonly before: number;
  readonly dials: readonly number[];
  /** Dials of each connection, by its token. */
  readonly attempts: readonly number[];
  readonly states: readonly (string | undefined)[];
  readonly connections: number;
  readonly errors: readonly string[];
}

/** 5 000 connections of fifty applications to one server, which drops them all and is away for two seconds. */
async function dropFleet(): Promise<Drop> {
  const world = new World();
  const server = await world.server('upstream');
  const dials: number[] = [];
  const attempts = new Map<string, number>();
  const environment: typeof world.environment = {
    ...world.environment,
    dial(request, events) {
      dials.push(world.clock.now());
      attempts.set(request.url, (attempts.get(request.url) ?? 0) + 1);
      return world.network.dial(request, events);
    },
  };
  const applications = Array.from({ length: COUNT / EACH }, (_, at) => {
    const supervisor = createRootSupervisor(environment);
    const source = (__: unknown, of: number) => ({
      name: `s${of}`,
      'web-socket': { url: server.url, query: { id: `${at}-${of}` } },
    });
    const sources = Array.from({ length: EACH }, source);
    return { supervisor, pipeline: supervisor.add({ name: 'ticks', sources, sinks: [] }) };
  });
  await world.during(Promise.all(applications.map(({ supervisor }) => supervisor.start())));
  await world.clock.advance(100);
  const before = world.connections;
  dials.length = 0;
  attempts.clear();
  const from = world.clock.now();
  world.network.cut(server.address);
  world.network.refuse(server.address, { kind: 'network', code: 'ECONNREFUSED', message: 'refused' });
  await world.clock.advance(OUTAGE);
  world.network.heal(server.address);
  await world.clock.advance(8_000);
  return {
    before,
    dials: dials.map((at) => at - from),
    attempts: [...attempts.values()],
    states: applications.flatMap(({ pipeline }) => pipeline.status.sources.map((source) => source.connection?.state)),
    connections: world.connections,
    errors: world.log.filter((line) => line.startsWith('error')),
  };
}

describe('5 000 connections that are dropped at once', () => {
  let drop: Drop;
  beforeAll(async () => {
    drop = await dropFleet();
  }, 180_000);

  test('all come back', () => {
    expect([drop.before, drop.connections, drop.errors]).toEqual([COUNT, COUNT, []]);
    expect(drop.states.filter((state) => state !== 'live')).toEqual([]);
  });

  test('dial four times each at the most while their server is away for two seconds', () => {
    expect(drop.attempts).toHaveLength(COUNT);
    // The shortest delays are 250, 500, 1 000 and 2 000 ms: the fifth dial comes 3.75 s after the drop or later.
    expect(Math.max(...drop.attempts)).toBeLessThanOrEqual(4);
    expect(Math.min(...drop.dials)).toBeGreaterThanOrEqual(250);
  });

  test('never dial more than 2 200 within 100 ms', () => {
    const peaks = new Map<number, number>();
    for (const at of drop.dials) peaks.set(Math.floor(at / 100), (peaks.get(Math.floor(at / 100)) ?? 0) + 1);
    // The first delay is anything from 250 to 500 ms: 2 000 come due in 100 ms on average.
    expect(Math.max(...peaks.values())).toBeLessThanOrEqual(2_200);
  });
});
