import { describe, expect, test } from 'vitest';
import { numbered, World, webSocketSink } from '../supervision/world.ts';
import {
  call,
  callTogether,
  collect,
  FEED,
  inputSource,
  leftovers,
  NOTHING_AT_ALL,
  outputSink,
  publish,
} from './callers.ts';

async function createBroadcast(server = {}, options = {}) {
  const world = new World();
  const pipeline = world.add([FEED], [outputSink(server, options)]);
  await world.start();
  return { world, pipeline, out: pipeline.sink('out') };
}

describe('mode server-output', () => {
  test('sends every event to every peer, once and in order', async () => {
    const { world, pipeline } = await createBroadcast();
    const callers = await callTogether(world, 5);
    for (let round = 0; round < 20; round += 1) {
      await publish(world, pipeline, ...numbered(10, 'event ', round * 10 + 1));
    }
    for (const caller of callers) expect(caller.texts).toEqual(numbered(200));
  });

  test('sends a turn of many messages, as a socket brings them, to every peer in order', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    world.add([{ name: 'feed', 'web-socket': { url: upstream.url } }], [outputSink()]);
    await world.start();
    const callers = await callTogether(world, 3);
    upstream.send(...numbered(100));
    await world.clock.advance(100);
    for (const caller of callers) expect(caller.texts).toEqual(numbered(100));
  });

  test('sends a peer what comes after it has connected, and nothing of the past', async () => {
    const { world, pipeline } = await createBroadcast();
    const first = await call(world);
    await publish(world, pipeline, 'event 1');
    const second = await call(world);
    await publish(world, pipeline, 'event 2');
    expect([first.texts, second.texts]).toEqual([['event 1', 'event 2'], ['event 2']]);
  });

  test('settles an event that nobody hears, and counts it', async () => {
    const { world, pipeline, out } = await createBroadcast();
    await publish(world, pipeline, ...numbered(3));
    expect(out.status).toMatchObject({ delivered: 3, owed: 0, endpoint: { unheard: 3 } });
    expect(pipeline.source('feed').status).toMatchObject({ settled: 3, inFlight: 0 });
  });

  test('counts no event as unheard that somebody hears', async () => {
    const { world, pipeline, out } = await createBroadcast();
    await call(world);
    await publish(world, pipeline, ...numbered(3));
    expect(out.status).toMatchObject({ delivered: 3, endpoint: { unheard: 0 } });
  });

  test('settles an event once it is queued for every peer, also for one that does not read', async () => {
    const { world, pipeline, out } = await createBroadcast();
    const deaf = await call(world);
    deaf.socket.pause();
    await publish(world, pipeline, 'x'.repeat(300_000), 'y'.repeat(300_000));
    expect(out.status).toMatchObject({ delivered: 2, owed: 0 });
  });

  test('counts what its peers send, since nobody takes it', async () => {
    const { world, out } = await createBroadcast();
    const caller = await call(world);
    caller.send('is', 'anybody', 'there');
    await world.clock.advance(10);
    expect(out.status.endpoint).toMatchObject({ unconsumed: 3 });
  });

  test('goes on with the other peers when one is cut off', async () => {
    const { world, pipeline, out } = await createBroadcast();
    const [gone, stays] = await callTogether(world, 2);
    gone?.socket.terminate();
    await world.clock.advance(10);
    await publish(world, pipeline, ...numbered(3));
    expect([stays?.texts, out.status.endpoint?.peers]).toEqual([numbered(3), 1]);
  });

  test('hands an event that cannot be written to the failures, and sends the rest', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink({}, { payload: 'binary-base64' })]);
    const failures = collect(pipeline, 'failures', 'out.failures');
    await world.start();
    const caller = await call(world);
    await publish(world, pipeline, 'YQ==', 'not base64!', 'Yg==');
    expect(caller.texts).toEqual(['a', 'b']);
    expect(failures.map(({ text }) => JSON.parse(text))).toMatchObject([
      { source: 'feed', sink: 'out', error: { code: 'payload' }, payload: 'not base64!' },
    ]);
  });

  test('refuses peers until everything that is served on their path has started', async () => {
    const world = new World();
    const away = await world.server('away');
    world.network.hang(away.address);
    const late = webSocketSink(away.url, { connect: { mode: 'eager', 'eager-timeout': '5s' } });
    world.add([inputSource()], [outputSink(), late]);
    const starting = world.supervisor.start();
    await world.clock.advance(100);
    const early = await call(world);
    expect(early.loss).toEqual({ kind: 'status', status: 503, retryAfter: 5_000 });
    world.network.heal(away.address);
    await expect(world.during(starting)).rejects.toThrow('store: not live within connect.eager-timeout');
  });

  test('leaves nothing after a stop', async () => {
    const { world, pipeline } = await createBroadcast({ 'idle-timeout': '1h' });
    await callTogether(world, 5);
    await publish(world, pipeline, ...numbered(3));
    expect(await world.stop()).toEqual({ failures: [], undelivered: 0 });
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });
});
