import { describe, expect, test } from 'vitest';
import { numbered, World } from '../supervision/world.ts';
import { call, FEED, outputSink, publish } from './callers.ts';

type Server = NonNullable<Parameters<typeof outputSink>[0]>;

/** More than the system takes of a peer that does not read. */
const PLUG = 'x'.repeat(10_000);

/** One peer that has stopped reading and has the plug before what comes now, and one that reads. */
async function createStall(server: Server = {}) {
  const world = new World({ bufferBytes: 4_096 });
  const pipeline = world.add([FEED], [outputSink({ 'send-buffer-capacity': 4, ...server })]);
  await world.start();
  const [stalled, other] = [await call(world), await call(world)];
  stalled.socket.pause();
  await publish(world, pipeline, PLUG);
  const out = pipeline.sink('out');
  const peer = () => out.peers[0];
  const resume = async () => {
    stalled.socket.resume();
    await world.clock.advance(100);
    return stalled.texts.filter((text) => text !== PLUG);
  };
  return { world, pipeline, out, stalled, other, peer, resume, endpoint: () => out.status.endpoint };
}

describe('server.send-buffer-capacity', () => {
  test('is how many messages wait for a peer that does not read, and they arrive when it does', async () => {
    const { world, pipeline, peer, resume, endpoint } = await createStall();
    await publish(world, pipeline, ...numbered(4));
    expect(peer()).toMatchObject({ queued: 4, dropped: 0, state: 'slow' });
    expect(await resume()).toEqual(numbered(4));
    expect([peer(), endpoint()]).toMatchObject([
      { queued: 0, state: 'live' },
      { dropped: 0, slow: 0 },
    ]);
  });

  test('is 256 by default', async () => {
    const world = new World({ bufferBytes: 4_096 });
    const pipeline = world.add([FEED], [outputSink()]);
    await world.start();
    const stalled = await call(world);
    stalled.socket.pause();
    await publish(world, pipeline, PLUG, ...numbered(256));
    expect([pipeline.sink('out').peers[0]?.queued, stalled.open]).toEqual([256, true]);
    await publish(world, pipeline, 'one more');
    expect(pipeline.sink('out').status.endpoint).toMatchObject({ slow: 1, dropped: 257 });
  });

  test('is of each peer by itself', async () => {
    const { world, pipeline, other } = await createStall();
    await publish(world, pipeline, ...numbered(50));
    expect(other.texts).toEqual([PLUG, ...numbered(50)]);
  });
});

describe('server.send-buffer-bytes', () => {
  test('bounds what waits for a peer, however few messages it is', async () => {
    const { world, pipeline, peer, endpoint } = await createStall({ 'send-buffer-bytes': '1KiB' });
    await publish(world, pipeline, 'a'.repeat(500), 'b'.repeat(500));
    expect(peer()).toMatchObject({ queued: 2 });
    await publish(world, pipeline, 'c'.repeat(500));
    expect(endpoint()).toMatchObject({ slow: 1, dropped: 3 });
  });

  test('lets one larger message pass when it is alone', async () => {
    const { world, pipeline, resume } = await createStall({ 'send-buffer-bytes': '1KiB' });
    const large = 'l'.repeat(5_000);
    await publish(world, pipeline, large);
    expect(await resume()).toEqual([large]);
  });
});

describe('slow-peer disconnect', () => {
  test('is the default: a peer without room is closed with 1013 and told so', async () => {
    const { world, pipeline, stalled, resume } = await createStall();
    await publish(world, pipeline, ...numbered(5));
    expect(await resume()).toEqual([]);
    expect(stalled.loss).toEqual({ kind: 'close', code: 1013, reason: 'too slow' });
  });

  test('counts the peer, and every message that it did not get', async () => {
    const { world, pipeline, endpoint } = await createStall({ 'slow-peer': 'disconnect' });
    await publish(world, pipeline, ...numbered(5));
    expect(endpoint()).toMatchObject({ slow: 1, dropped: 5, conflated: 0 });
  });

  test('ends a peer that does not even read the close', async () => {
    const { world, pipeline, stalled, other, endpoint } = await createStall();
    await publish(world, pipeline, ...numbered(5));
    await world.clock.advance(5_100);
    expect([endpoint()?.peers, stalled.open, other.open]).toEqual([1, true, true]);
    stalled.socket.resume();
    await world.clock.advance(10);
    expect(stalled.loss).toMatchObject({ code: 1006 });
  });

  test('settles all the same', async () => {
    const { world, pipeline, out } = await createStall();
    await publish(world, pipeline, ...numbered(50));
    expect(out.status).toMatchObject({ delivered: 51, owed: 0 });
  });
});

describe('slow-peer drop-oldest', () => {
  test('keeps the newest messages, in order, and counts the others', async () => {
    const { world, pipeline, peer, resume, endpoint } = await createStall({ 'slow-peer': 'drop-oldest' });
    await publish(world, pipeline, ...numbered(10));
    expect(peer()).toMatchObject({ queued: 4, dropped: 6, state: 'slow' });
    expect(await resume()).toEqual(numbered(4, 'event ', 7));
    expect(endpoint()).toMatchObject({ dropped: 6, slow: 0, conflated: 0, peers: 2 });
  });

  test('lets the peer go on with what comes then', async () => {
    const { world, pipeline, stalled, resume } = await createStall({ 'slow-peer': 'drop-oldest' });
    await publish(world, pipeline, ...numbered(10));
    await resume();
    await publish(world, pipeline, 'later');
    expect([stalled.open, stalled.texts.at(-1)]).toEqual([true, 'later']);
  });

  test('goes on counting when the peer has gone', async () => {
    const { world, pipeline, stalled, endpoint } = await createStall({ 'slow-peer': 'drop-oldest' });
    await publish(world, pipeline, ...numbered(10));
    stalled.socket.terminate();
    await world.clock.advance(10);
    expect(endpoint()).toMatchObject({ dropped: 10, peers: 1 });
  });
});

describe('slow-peer drop-newest', () => {
  test('keeps the oldest messages, in order, and counts the others', async () => {
    const { world, pipeline, peer, resume, endpoint } = await createStall({ 'slow-peer': 'drop-newest' });
    await publish(world, pipeline, ...numbered(10));
    expect(peer()).toMatchObject({ queued: 4, dropped: 6 });
    expect(await resume()).toEqual(numbered(4));
    expect(endpoint()).toMatchObject({ dropped: 6, slow: 0, conflated: 0, peers: 2 });
  });
});

describe('slow-peer conflate', () => {
  const CONFLATE: Server = { 'slow-peer': 'conflate', 'conflate-by': '/symbol' };
  const price = (symbol: string, px: number) => JSON.stringify({ symbol, px });

  test('keeps the newest message of each key, where the newest stands, and counts the others', async () => {
    const { world, pipeline, peer, resume, endpoint } = await createStall(CONFLATE);
    await publish(world, pipeline, price('A', 1), price('B', 1), price('A', 2), price('C', 1), price('A', 3));
    expect(peer()).toMatchObject({ queued: 3, conflated: 2, dropped: 0 });
    expect(await resume()).toEqual([price('B', 1), price('C', 1), price('A', 3)]);
    expect(endpoint()).toMatchObject({ conflated: 2, dropped: 0, slow: 0 });
  });

  test('drops the oldest when there are more keys than room', async () => {
    const { world, pipeline, resume, endpoint } = await createStall(CONFLATE);
    await publish(world, pipeline, ...['A', 'B', 'C', 'D', 'E', 'F'].map((symbol) => price(symbol, 1)));
    expect(await resume()).toEqual(['C', 'D', 'E', 'F'].map((symbol) => price(symbol, 1)));
    expect(endpoint()).toMatchObject({ conflated: 0, dropped: 2 });
  });

  test('conflates no message without the key', async () => {
    const { world, pipeline, resume, endpoint } = await createStall(CONFLATE);
    await publish(world, pipeline, 'plain', 'plain', price('A', 1), price('A', 2));
    expect(await resume()).toEqual(['plain', 'plain', price('A', 2)]);
    expect(endpoint()).toMatchObject({ conflated: 1, dropped: 0 });
  });

  test('takes nothing from a peer that reads', async () => {
    const { world, pipeline, other } = await createStall(CONFLATE);
    await publish(world, pipeline, price('A', 1), price('A', 2), price('A', 3));
    expect(other.texts.slice(1)).toEqual([price('A', 1), price('A', 2), price('A', 3)]);
  });
});
