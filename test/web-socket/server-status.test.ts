import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { BIND, call, FEED, inputSource, outputSink, publish, relaySource } from './callers.ts';

const COUNTS = {
  peers: 0,
  accepted: 0,
  refused: {},
  slow: 0,
  dropped: 0,
  conflated: 0,
  unheard: 0,
  unconsumed: 0,
  gaps: 0,
  pauses: 0,
};

describe('status of what listens', () => {
  test('has an endpoint for each component, with its address, state and counts', async () => {
    const world = new World();
    const pipeline = world.add(
      [inputSource({ path: '/in' }), FEED],
      [{ ...outputSink({ path: '/out' }), inputs: ['feed'] }],
    );
    await world.start();
    expect([pipeline.source('in').status.endpoint, pipeline.sink('out').status.endpoint]).toEqual([
      { address: `${BIND}/in`, state: 'listening', ...COUNTS },
      { address: `${BIND}/out`, state: 'listening', ...COUNTS },
    ]);
  });

  test('has none for a component that dials or does not know the network', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const pipeline = world.add([FEED, { name: 'exchange', 'web-socket': { url: upstream.url } }]);
    await world.start();
    expect([pipeline.source('feed').status.endpoint, pipeline.source('exchange').status.endpoint]).toEqual([
      undefined,
      undefined,
    ]);
    expect([pipeline.source('feed').peers, pipeline.source('exchange').peers]).toEqual([[], []]);
  });

  test('of a relay has an endpoint, and the connection of its upstream at its own sink', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const pipeline = world.add([relaySource({ url: upstream.url })]);
    await world.start();
    expect(pipeline.source('chat').status.endpoint).toMatchObject({ address: BIND, state: 'listening' });
    expect(pipeline.sink('chat.upstream').status.connection).toMatchObject({ state: 'live' });
    expect(pipeline.sink('chat.peers').status.endpoint).toMatchObject({ address: BIND });
  });

  test('follows who comes and goes', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink()]);
    await world.start();
    const endpoint = () => pipeline.sink('out').status.endpoint;
    const caller = await call(world);
    expect(endpoint()).toMatchObject({ peers: 1, accepted: 1 });
    caller.socket.close(1000, '');
    await world.clock.advance(10);
    expect(endpoint()).toMatchObject({ peers: 0, accepted: 1 });
  });

  test('is told to who follows status$, also when only peers have come', async () => {
    const world = new World();
    world.add([FEED], [outputSink()]);
    const peers: (number | undefined)[] = [];
    world.supervisor.status$.subscribe(({ pipelines }) => peers.push(pipelines[0]?.sinks[0]?.endpoint?.peers));
    await world.start();
    await call(world);
    await world.clock.advance(300);
    expect(peers.at(-1)).toBe(1);
  });

  test('is JSON', async () => {
    const world = new World();
    world.add([FEED], [outputSink({ auth: () => true })]);
    await world.start();
    await call(world);
    const { status } = world.supervisor;
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  });
});

describe('handle.peers', () => {
  test('says who is connected, from where, since when, and what waits for each', async () => {
    const world = new World({ bufferBytes: 1_024 });
    const pipeline = world.add([FEED], [outputSink({ 'slow-peer': 'drop-oldest', 'send-buffer-capacity': 2 })]);
    await world.start();
    const since = world.environment.now() + 2;
    const slow = await call(world);
    await call(world);
    slow.socket.pause();
    await publish(world, pipeline, 'x'.repeat(5_000));
    await publish(world, pipeline, 'a');
    await publish(world, pipeline, 'b');
    await publish(world, pipeline, 'c');
    const live = { address: '127.0.0.1', queued: 0, dropped: 0, conflated: 0, state: 'live' };
    expect(pipeline.sink('out').peers).toMatchObject([
      { ...live, since, state: 'slow', queued: 2, dropped: 1 },
      { ...live, since: since + 10 },
    ]);
  });

  test('is empty before the start and after the stop', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink()]);
    expect(pipeline.sink('out').peers).toEqual([]);
    await world.start();
    await call(world);
    await world.stop();
    expect(pipeline.sink('out').peers).toEqual([]);
  });
});
