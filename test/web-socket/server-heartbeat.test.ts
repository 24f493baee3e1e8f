import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { call, collect, connected, inputSource, relaySource } from './callers.ts';

const HEARTBEAT = { 'ping-interval': '20s', timeout: '10s' } as const;

async function createInput(options: Parameters<typeof inputSource>[1] = { heartbeat: HEARTBEAT }) {
  const world = new World();
  const pipeline = world.add([inputSource({}, options)]);
  const events = collect(pipeline, 'store');
  await world.start();
  return { world, pipeline, events, peers: () => pipeline.source('in').peers.length };
}

describe('heartbeat of peers', () => {
  test('terminates a frozen peer after interval and timeout, not before', async () => {
    const { world, peers } = await createInput();
    const caller = await call(world);
    caller.socket.pause();
    await world.clock.advance(29_900);
    expect(peers()).toBe(1);
    await world.clock.advance(200);
    expect(peers()).toBe(0);
    expect(world.log.some((line) => line.startsWith('warn the peer did not answer a ping'))).toBe(true);
    caller.socket.resume();
    await world.clock.advance(10);
    expect([caller.loss, connected(world)]).toMatchObject([{ code: 1006 }, 0]);
  });

  test('is on by default, with 20s and 10s', async () => {
    const { world, peers } = await createInput({});
    (await call(world)).socket.pause();
    await world.clock.advance(29_900);
    expect(peers()).toBe(1);
    await world.clock.advance(200);
    expect(peers()).toBe(0);
  });

  test('never closes a quiet peer that answers pings', async () => {
    const { world, peers } = await createInput();
    const caller = await call(world);
    await world.clock.advance(24 * 3_600_000);
    expect([caller.open, caller.heard.types, peers()]).toEqual([true, ['connected', 'open'], 1]);
  });

  test('terminates nobody but the frozen peer', async () => {
    const { world, pipeline } = await createInput();
    const callers = [await call(world), await call(world), await call(world)];
    const ids = pipeline.source('in').peers.map(({ id }) => id);
    callers[1]?.socket.pause();
    await world.clock.advance(31_000);
    expect(pipeline.source('in').peers.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  });

  test('keeps a peer that sends something after the ping, whether or not it answers', async () => {
    const { world, peers } = await createInput();
    const caller = await call(world);
    for (let round = 0; round < 20; round += 1) {
      await world.clock.advance(9_000);
      caller.send('busy');
    }
    expect([peers(), caller.open]).toEqual([1, true]);
  });

  test('off asks nobody, and a frozen peer stays', async () => {
    const { world, peers } = await createInput({ heartbeat: 'off' });
    (await call(world)).socket.pause();
    await world.clock.advance(3_600_000);
    expect(peers()).toBe(1);
  });

  test('action log-only warns of a frozen peer again and again, and keeps it', async () => {
    const { world, peers } = await createInput({ heartbeat: { ...HEARTBEAT, action: 'log-only' } });
    const caller = await call(world);
    caller.socket.pause();
    await world.clock.advance(100_000);
    const warned = world.log.filter((line) => line.startsWith('warn the peer does not answer pings'));
    expect([peers(), warned.length]).toEqual([1, 3]);
    caller.socket.resume();
    caller.send('alive');
    await world.clock.advance(100_000);
    expect(world.log.filter((line) => line.startsWith('warn the peer does not answer pings'))).toHaveLength(3);
  });

  test('action reconnect terminates the peer: it is for the peer to come back', async () => {
    const { world, peers } = await createInput({ heartbeat: { ...HEARTBEAT, action: 'reconnect' } });
    (await call(world)).socket.pause();
    await world.clock.advance(31_000);
    expect(peers()).toBe(0);
  });

  test('payload is what peers are asked with', async () => {
    const world = new World();
    world.add([inputSource({}, { heartbeat: { ...HEARTBEAT, payload: 'are you there' } })]);
    const asked: string[] = [];
    const { listen } = world.network;
    Object.assign(world.environment, {
      listen: (request: Parameters<typeof listen>[0], accept: Parameters<typeof listen>[1]) =>
        listen(request, (socket, handshake) => {
          const ping = socket.ping.bind(socket);
          socket.ping = (payload, taken) => {
            asked.push(payload);
            ping(payload, taken);
          };
          return accept(socket, handshake);
        }),
    });
    await world.start();
    await call(world);
    await world.clock.advance(45_000);
    expect(asked).toEqual(['are you there', 'are you there']);
  });

  test('does not take our own event loop that stood still for a death', async () => {
    const world = new World({ latency: 50 });
    const pipeline = world.add([inputSource({}, { heartbeat: HEARTBEAT })]);
    await world.start();
    const caller = await call(world);
    await world.clock.advance(150);
    const [peer] = pipeline.source('in').peers;
    await world.clock.advanceTo((peer?.since ?? 0) - 1_700_000_000_000 + 20_000);
    world.clock.block(30_000);
    await world.clock.advance(60_000);
    expect([caller.open, pipeline.source('in').peers.length]).toEqual([true, 1]);
  });

  test('of a relay with url is server.heartbeat; heartbeat is of the upstream', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const pipeline = world.add([
      relaySource({ url: upstream.url, heartbeat: 'off' }, { heartbeat: { 'ping-interval': '1s', timeout: '1s' } }),
    ]);
    await world.start();
    (await call(world)).socket.pause();
    upstream.peer.socket.pause();
    await world.clock.advance(60_000);
    expect([pipeline.source('chat').peers.length, upstream.peers.length]).toEqual([0, 1]);
  });
});

describe('while a source is held', () => {
  async function createHeld() {
    const world = new World();
    const pipeline = world.add([inputSource({}, { heartbeat: HEARTBEAT })]);
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    pipeline.sink('slow', { buffer: { 'max-events': 1 }, function: () => opened });
    await world.start();
    const [busy, frozen] = [await call(world), await call(world)];
    for (let round = 0; round < 12; round += 1) {
      busy.send(...Array.from({ length: 1_000 }, () => 'x'));
      await world.clock.advance(10);
    }
    frozen.socket.pause();
    return { world, pipeline, busy, open, peers: () => pipeline.source('in').peers.length };
  }

  test('no peer is judged', async () => {
    const { world, pipeline, peers } = await createHeld();
    expect(pipeline.source('in').status.held).toBe(true);
    await world.clock.advance(600_000);
    expect([pipeline.source('in').status.held, peers()]).toEqual([true, 2]);
  });

  test('for more than 10 s, that is warned of and counted once', async () => {
    const { world, pipeline, open } = await createHeld();
    const warned = () => world.log.filter((line) => line.startsWith('warn peers not read for 10 s')).length;
    await world.clock.advance(9_000);
    expect([warned(), pipeline.source('in').status.endpoint?.pauses]).toEqual([0, 0]);
    await world.clock.advance(600_000);
    expect([warned(), pipeline.source('in').status.endpoint?.pauses]).toEqual([1, 1]);
    open();
    await world.clock.advance(600_000);
    expect(warned()).toBe(1);
  });

  test('for less than 10 s, nothing is said', async () => {
    const { world, pipeline, open } = await createHeld();
    await world.clock.advance(9_000);
    open();
    await world.clock.advance(600_000);
    expect(pipeline.source('in').status.endpoint?.pauses).toBe(0);
  });

  test('a peer that comes then is not judged either', async () => {
    const { world, peers } = await createHeld();
    (await call(world)).socket.pause();
    await world.clock.advance(600_000);
    expect(peers()).toBe(3);
  });

  test('and free again, a fresh ping is answered or not within the timeout', async () => {
    const { world, busy, open, peers } = await createHeld();
    await world.clock.advance(600_000);
    open();
    await world.clock.advance(9_900);
    expect(peers()).toBe(2);
    await world.clock.advance(200);
    expect([peers(), busy.open]).toEqual([1, true]);
  });
});
