import { describe, expect, test } from 'vitest';
import { numbered, World } from '../supervision/world.ts';
import {
  callTogether,
  collect,
  connected,
  FEED,
  inputSource,
  leftovers,
  NOTHING_AT_ALL,
  outputSink,
  publish,
} from './callers.ts';

/** More than two shards hold. */
const COUNT = 300;

describe('300 peers', () => {
  async function createCrowd() {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink({ 'idle-timeout': '1h' })]);
    await world.start();
    return { world, pipeline, callers: await callTogether(world, COUNT) };
  }

  test('all get every message, in order', async () => {
    const { world, pipeline, callers } = await createCrowd();
    await publish(world, pipeline, ...numbered(20));
    expect(callers.filter(({ texts }) => texts.join() === numbered(20).join())).toHaveLength(COUNT);
  });

  test('have an id each', async () => {
    const { pipeline } = await createCrowd();
    expect(new Set(pipeline.sink('out').peers.map(({ id }) => id)).size).toBe(COUNT);
  });

  test('that all go and come again are served', async () => {
    const { world, pipeline, callers } = await createCrowd();
    for (const { socket } of callers) socket.close(1000, '');
    await world.clock.advance(100);
    expect([connected(world), pipeline.sink('out').peers.length]).toEqual([0, 0]);
    const again = await callTogether(world, COUNT);
    await publish(world, pipeline, 'hello');
    expect(again.filter(({ texts }) => texts.join() === 'hello')).toHaveLength(COUNT);
  });

  test('that come and go in between for long leave no timer behind', async () => {
    const { world, callers } = await createCrowd();
    const timers = world.clock.pending;
    for (let round = 0; round < 20; round += 1) {
      for (const { socket } of callers.splice(0, 50)) socket.terminate();
      callers.push(...(await callTogether(world, 50)));
    }
    await world.clock.advance(100);
    expect([connected(world), world.clock.pending]).toEqual([COUNT, timers]);
    await world.stop();
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });

  test('are all pinged, and the frozen ones of every shard terminated', async () => {
    const { world, pipeline, callers } = await createCrowd();
    for (const [at, { socket }] of callers.entries()) if (at % 10 === 0) socket.pause();
    await world.clock.advance(31_000);
    expect(pipeline.sink('out').peers).toHaveLength(COUNT - 30);
  });

  test('are all heard', async () => {
    const world = new World();
    const pipeline = world.add([inputSource()]);
    const events = collect(pipeline, 'store');
    await world.start();
    const callers = await callTogether(world, COUNT);
    for (const [at, caller] of callers.entries()) caller.send(`from ${at}`);
    await world.clock.advance(100);
    expect(new Set(events.map(({ text }) => text)).size).toBe(COUNT);
    expect(new Set(events.map(({ attributes }) => attributes['peer.id'])).size).toBe(COUNT);
  });
});
