import { describe, expect, test } from 'vitest';
import { World, webSocketSource } from '../supervision/world.ts';
import { BIND, call, collect, connected, FEED, inputSource, outputSink, publish } from './callers.ts';

/** Occupies an address of the network. */
async function take(world: World, port: number): Promise<void> {
  await world.network.listen({ host: '127.0.0.1', port, maxPayload: 1 }, () => {
    throw new Error('Nobody is expected');
  });
}

/** Whether something listens there. */
async function isFree(world: World, port: number): Promise<boolean> {
  return take(world, port).then(
    () => true,
    () => false,
  );
}

describe('server.bind', () => {
  test('is where peers are accepted, and what the status says', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink({ path: '/feed' })]);
    await world.start();
    expect((await call(world, '/feed')).open).toBe(true);
    expect(pipeline.sink('out').status.endpoint).toMatchObject({ address: `${BIND}/feed`, state: 'listening' });
  });

  test('with port 0 listens at any free port, which the status and the log say', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink({ bind: '127.0.0.1:0', path: '/feed' })]);
    await world.start();
    const { address = '' } = pipeline.sink('out').status.endpoint ?? {};
    expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*\/feed$/);
    expect(world.log.some((line) => line.includes(`listening on ws://${address}`))).toBe(true);
    const caller = await call(world, '/feed', { url: `ws://${address}` });
    expect(caller.open).toBe(true);
  });

  test('is one listener for two components that write the same port 0', async () => {
    const world = new World();
    const bind = '127.0.0.1:0';
    const pipeline = world.add([inputSource({ bind })], [{ ...outputSink({ bind }), inputs: ['in'] }]);
    await world.start();
    const [input, output] = [pipeline.source('in').status.endpoint, pipeline.sink('out').status.endpoint];
    expect(input).toEqual(output);
  });

  test('that is taken fails the start and names it', async () => {
    const world = new World();
    await take(world, 8080);
    world.add([FEED], [outputSink()]);
    await expect(world.during(world.supervisor.start())).rejects.toThrow(
      /ticks cannot start: .*127\.0\.0\.1:8080 is taken/,
    );
  });

  test('that is taken leaves nothing half started: no other listener, no connection, no timer', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    await take(world, 8082);
    const second = { ...outputSink({ bind: '127.0.0.1:8082' }), name: 'second' };
    world.add([webSocketSource(upstream.url)], [outputSink({ bind: '127.0.0.1:8081' }), second]);
    await expect(world.during(world.supervisor.start())).rejects.toThrow('127.0.0.1:8082 is taken');
    expect([await world.leftovers(), upstream.peers.length]).toEqual([{ timers: 0, sockets: 0 }, 0]);
    expect(await isFree(world, 8081)).toBe(true);
  });

  test('is free again after a stop', async () => {
    const world = new World();
    world.add([FEED], [outputSink()]);
    await world.start();
    expect(await isFree(world, 8080)).toBe(false);
    await call(world);
    await world.stop();
    expect([await isFree(world, 8080), connected(world)]).toEqual([true, 0]);
  });

  test('that another pipeline of the supervisor has is taken', async () => {
    const world = new World();
    world.add([FEED], [outputSink()], 'first');
    world.add([FEED], [outputSink()], 'second');
    await expect(world.during(world.supervisor.start())).rejects.toThrow(/cannot start: .*127\.0\.0\.1:8080 is taken/);
    expect(await isFree(world, 8080)).toBe(true);
  });
});

describe('components with one bind', () => {
  test('and different paths share the listener, and each has its own peers', async () => {
    const world = new World();
    const pipeline = world.add(
      [inputSource({ path: '/in' }), FEED],
      [{ ...outputSink({ path: '/out' }), inputs: ['feed'] }],
    );
    const events = collect(pipeline, 'store', 'in');
    await world.start();
    const [speaker, listener] = [await call(world, '/in'), await call(world, '/out')];
    speaker.send('spoken');
    listener.send('not taken');
    await publish(world, pipeline, 'broadcast');
    expect([events.map(({ text }) => text), speaker.texts, listener.texts]).toEqual([['spoken'], [], ['broadcast']]);
    expect([pipeline.source('in').peers.length, pipeline.sink('out').peers.length]).toEqual([1, 1]);
    expect(pipeline.sink('out').status.endpoint).toMatchObject({ unconsumed: 1 });
  });

  test('and one path share their peers: what they send is taken, what is sent goes to all of them', async () => {
    const world = new World();
    const path = '/both';
    const pipeline = world.add([inputSource({ path })], [{ ...outputSink({ path }), inputs: ['in'] }]);
    await world.start();
    const [ann, bob] = [await call(world, path), await call(world, path)];
    ann.send('hello');
    await world.clock.advance(10);
    expect([ann.texts, bob.texts]).toEqual([['hello'], ['hello']]);
    expect(pipeline.source('in').peers).toEqual(pipeline.sink('out').peers);
    expect(pipeline.source('in').status.endpoint).toMatchObject({ peers: 2, accepted: 2, unconsumed: 0 });
  });
});

describe('two sinks with one bind and path', () => {
  test('send to the same peers', async () => {
    const world = new World();
    const second = { ...outputSink(), name: 'second', inputs: ['other'] };
    const pipeline = world.add(
      [FEED, { name: 'other', function: {} }],
      [{ ...outputSink(), inputs: ['feed'] }, second],
    );
    await world.start();
    const caller = await call(world);
    await pipeline.source('feed').push('from feed');
    await pipeline.source('other').push('from other');
    await world.clock.advance(10);
    expect(caller.texts).toEqual(['from feed', 'from other']);
    expect(pipeline.sink('second').status.endpoint).toMatchObject({ peers: 1, accepted: 1 });
  });
});

describe('server.path', () => {
  test('is the only one that is served: others are answered 404, and counted', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink({ path: '/feed' })]);
    await world.start();
    for (const target of ['/', '/feed/', '/feed/x', '/Feed', '/%66eed', '/other?path=/feed']) {
      expect([target, (await call(world, target)).loss]).toEqual([target, { kind: 'status', status: 404 }]);
    }
    expect(pipeline.sink('out').status.endpoint).toMatchObject({ peers: 0, accepted: 0, refused: { path: 6 } });
  });

  test('is found whatever the query is', async () => {
    const world = new World();
    world.add([FEED], [outputSink({ path: '/feed' })]);
    await world.start();
    expect((await call(world, '/feed?a=b&c')).open).toBe(true);
  });

  test('that is left out serves every path that nothing else serves', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink({ path: '/feed' }), { ...outputSink(), name: 'rest' }]);
    await world.start();
    for (const target of ['/', '/any/thing', '/feed']) await call(world, target);
    expect([pipeline.sink('out').peers.length, pipeline.sink('rest').peers.length]).toEqual([1, 2]);
  });
});
