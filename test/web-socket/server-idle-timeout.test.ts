import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { call, collect, connected, FEED, inputSource, outputSink, publish } from './callers.ts';

const IDLE = { kind: 'close', code: 1001, reason: 'idle timeout' };

async function createQuiet(server: Parameters<typeof outputSink>[0] = { 'idle-timeout': '60s' }) {
  const world = new World();
  const pipeline = world.add([inputSource(server), FEED], [{ ...outputSink(server), inputs: ['feed'] }]);
  collect(pipeline, 'store', 'in');
  await world.start();
  return { world, pipeline };
}

describe('server.idle-timeout', () => {
  test('closes a peer with 1001 after so long without a message', async () => {
    const { world } = await createQuiet();
    const caller = await call(world);
    await world.clock.advance(59_000);
    expect(caller.open).toBe(true);
    await world.clock.advance(1_100);
    expect([caller.loss, connected(world)]).toEqual([IDLE, 0]);
  });

  test('does not count pings and pongs as messages', async () => {
    const { world } = await createQuiet();
    const caller = await call(world);
    for (let second = 0; second < 61; second += 1) {
      caller.socket.ping('still here');
      await world.clock.advance(1_000);
    }
    expect(caller.loss).toEqual(IDLE);
  });

  test('leaves a peer alone that sends now and then', async () => {
    const { world } = await createQuiet();
    const caller = await call(world);
    for (let minute = 0; minute < 30; minute += 1) {
      caller.send('still here');
      await world.clock.advance(55_000);
    }
    expect(caller.open).toBe(true);
    await world.clock.advance(6_000);
    expect(caller.loss).toEqual(IDLE);
  });

  test('leaves a peer alone that is sent something now and then', async () => {
    const { world, pipeline } = await createQuiet();
    const caller = await call(world);
    for (let minute = 0; minute < 30; minute += 1) {
      await publish(world, pipeline, 'news');
      await world.clock.advance(55_000);
    }
    expect(caller.open).toBe(true);
    await world.clock.advance(6_000);
    expect(caller.loss).toEqual(IDLE);
  });

  test('judges each peer by itself', async () => {
    const { world } = await createQuiet();
    const [busy, quiet] = [await call(world), await call(world)];
    for (let round = 0; round < 3; round += 1) {
      busy.send('hello');
      await world.clock.advance(25_000);
    }
    expect([busy.open, quiet.loss]).toEqual([true, IDLE]);
  });

  test('judges nobody while the source is held', async () => {
    const world = new World();
    const pipeline = world.add([inputSource({ 'idle-timeout': '60s' })]);
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    pipeline.sink('slow', { buffer: { 'max-events': 1 }, function: () => opened });
    await world.start();
    const [busy, quiet] = [await call(world), await call(world)];
    for (let round = 0; round < 15; round += 1) {
      busy.send(...Array.from({ length: 1_000 }, () => 'x'));
      await world.clock.advance(10);
    }
    expect(pipeline.source('in').status.held).toBe(true);
    await world.clock.advance(600_000);
    expect([busy.open, quiet.open]).toEqual([true, true]);
    open();
    await world.clock.advance(59_000);
    expect(quiet.open).toBe(true);
    await world.clock.advance(2_000);
    expect(quiet.loss).toEqual(IDLE);
  });

  test('that is left out closes nobody', async () => {
    const { world } = await createQuiet({});
    const caller = await call(world);
    await world.clock.advance(24 * 3_600_000);
    expect(caller.open).toBe(true);
  });
});
