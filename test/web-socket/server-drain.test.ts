import { describe, expect, test } from 'vitest';
import { numbered, World } from '../supervision/world.ts';
import {
  type Caller,
  call,
  callTogether,
  connected,
  FEED,
  inputSource,
  leftovers,
  NOTHING_AT_ALL,
  outputSink,
  publish,
} from './callers.ts';

const GOING = { kind: 'close', code: 1001, reason: 'going away' };

async function createFull(count: number, server: Parameters<typeof outputSink>[0] = {}, world = new World()) {
  const pipeline = world.add([FEED], [outputSink(server)]);
  await world.start();
  const callers = await callTogether(world, count);
  return { world, pipeline, callers };
}

/** When each caller was told to go, in milliseconds from now on. */
function farewellsOf(world: World, callers: readonly Caller[]): number[] {
  const start = world.clock.now();
  const times: number[] = [];
  for (const { heard } of callers) {
    heard.during = ({ type }) => {
      if (type === 'lost') times.push(world.clock.now() - start);
    };
  }
  return times;
}

describe('drain of a listener', () => {
  test('closes its peers with 1001', async () => {
    const { world, callers } = await createFull(5);
    expect(await world.stop()).toEqual({ failures: [], undelivered: 0 });
    expect(callers.map(({ loss }) => loss)).toEqual(Array(5).fill(GOING));
  });

  test('sends up to 100 peers away at once', async () => {
    const { world, callers } = await createFull(100);
    const times = farewellsOf(world, callers);
    await world.stop();
    expect([times.length, Math.max(...times) - Math.min(...times)]).toEqual([100, 0]);
  });

  test('spreads more than 100 peers over time', async () => {
    const { world, callers } = await createFull(450);
    const times = farewellsOf(world, callers);
    await world.stop();
    const [first = 0] = times;
    const perSlice = [0, 1, 2, 3, 4].map((slice) => times.filter((time) => time === first + slice * 100).length);
    expect([perSlice, callers.every(({ loss }) => loss?.kind === 'close' && loss.code === 1001)]).toEqual([
      [100, 100, 100, 100, 50],
      true,
    ]);
  });

  test('spreads them over less when the drain is short', async () => {
    const { world, callers } = await createFull(450);
    const times = farewellsOf(world, callers);
    await world.stop('400ms');
    expect(Math.max(...times)).toBeLessThan(300);
    expect(callers.map(({ loss }) => loss)).toEqual(Array(450).fill(GOING));
  });

  test('spreads them when all sources have ended too', async () => {
    const { world, pipeline, callers } = await createFull(250);
    const times = farewellsOf(world, callers);
    pipeline.source('feed').end();
    await world.during(world.supervisor.done);
    expect(new Set(times).size).toBe(3);
    expect(callers.map(({ loss }) => loss)).toEqual(Array(250).fill(GOING));
  });

  test('sends what is owed first', async () => {
    const { world, pipeline, callers } = await createFull(3);
    for (const event of numbered(50)) await pipeline.source('feed').push(event);
    await world.stop();
    for (const { texts, loss } of callers) expect([texts, loss]).toEqual([numbered(50), GOING]);
  });

  test('sends a slow peer what waits for it before the close', async () => {
    const { world, pipeline, callers } = await createFull(1, {}, new World({ bufferBytes: 4_096 }));
    const [slow] = callers;
    slow?.socket.pause();
    await publish(world, pipeline, 'x'.repeat(10_000), ...numbered(20));
    const stopping = world.supervisor.stop();
    await world.clock.advance(1_000);
    slow?.socket.resume();
    await world.during(stopping);
    expect([slow?.texts.slice(1), slow?.loss]).toEqual([numbered(20), GOING]);
  });

  test('terminates a peer that never answers the close, after close-timeout', async () => {
    const { world, callers } = await createFull(3);
    callers[1]?.socket.pause();
    const start = world.clock.now();
    expect(await world.stop()).toEqual({ failures: [], undelivered: 0 });
    expect(world.clock.now() - start).toBe(5_000);
    expect([callers[0]?.loss, callers[1]?.open, callers[2]?.loss]).toEqual([GOING, true, GOING]);
    callers[1]?.socket.resume();
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });

  test('counts what a peer that never read it did not get', async () => {
    const { world, pipeline, callers } = await createFull(1, {}, new World({ bufferBytes: 4_096 }));
    callers[0]?.socket.pause();
    await publish(world, pipeline, 'x'.repeat(10_000), ...numbered(20));
    await world.stop();
    expect(pipeline.sink('out').status.endpoint).toMatchObject({ peers: 0, dropped: 20 });
  });

  test('takes no longer than its deadline and the grace for the closes', async () => {
    const { world, callers } = await createFull(3);
    for (const { socket } of callers) socket.pause();
    const start = world.clock.now();
    await world.stop('1s');
    expect(world.clock.now() - start).toBeLessThanOrEqual(2_000);
    for (const { socket } of callers) socket.resume();
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });

  test('of no time cuts everybody off', async () => {
    const { world, callers } = await createFull(300);
    await world.stop(0);
    await world.clock.advance(10);
    expect([callers.filter(({ open }) => open).length, connected(world)]).toEqual([0, 0]);
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });

  test('answers 503 to who comes meanwhile', async () => {
    const { world, callers } = await createFull(1);
    callers[0]?.socket.pause();
    const stopping = world.supervisor.stop();
    await world.clock.advance(10);
    const late = await call(world);
    expect(late.loss).toMatchObject({ kind: 'status', status: 503 });
    await world.during(stopping);
  });

  test('of a source that is held closes its peers all the same', async () => {
    const world = new World();
    const pipeline = world.add([inputSource()]);
    pipeline.sink('stuck', { buffer: { 'max-events': 1 }, function: () => new Promise(() => {}) });
    await world.start();
    const [busy, quiet] = await callTogether(world, 2);
    for (let round = 0; round < 12; round += 1) {
      busy?.send(...numbered(1_000));
      await world.clock.advance(10);
    }
    expect(pipeline.source('in').status.held).toBe(true);
    const { undelivered } = await world.stop('5s');
    expect([undelivered > 10_000, busy?.loss, quiet?.loss]).toEqual([true, GOING, GOING]);
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });

  test('shows in the status', async () => {
    const { world, pipeline, callers } = await createFull(2);
    callers[0]?.socket.pause();
    const stopping = world.supervisor.stop();
    await world.clock.advance(10);
    expect(pipeline.sink('out').status.endpoint).toMatchObject({ state: 'draining', peers: 1 });
    expect(pipeline.sink('out').peers).toMatchObject([{ state: 'closing' }]);
    await world.during(stopping);
    expect(pipeline.sink('out').status.endpoint).toMatchObject({ state: 'closed', peers: 0 });
  });
});
