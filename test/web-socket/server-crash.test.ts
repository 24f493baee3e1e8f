import { describe, expect, test } from 'vitest';
import type { FrameSocket } from '../../src/environment.ts';
import { mapMessages } from '../../src/streams/transforms.ts';
import { numbered, World } from '../supervision/world.ts';
import {
  call,
  callTogether,
  connected,
  FEED,
  leftovers,
  NOTHING_AT_ALL,
  outputSink,
  publish,
  relaySource,
} from './callers.ts';

/** Everybody who is accepted has a socket that `spoil` has been at; the first one is number 0. */
function spoilSockets(world: World, spoil: (socket: FrameSocket, index: number) => void): void {
  const { listen } = world.network;
  let accepted = 0;
  Object.assign(world.environment, {
    listen: (request: Parameters<typeof listen>[0], accept: Parameters<typeof listen>[1]) =>
      listen(request, (socket, handshake) => {
        spoil(socket, accepted);
        accepted += 1;
        return accept(socket, handshake);
      }),
  });
}

function boom(): never {
  throw new Error('boom');
}

describe('a peer whose actor crashes', () => {
  /** Of ten peers some cannot be pinged. */
  async function createFaulty(...faulty: number[]) {
    const world = new World();
    spoilSockets(world, (socket, index) => {
      if (faulty.includes(index)) socket.ping = boom;
    });
    const pipeline = world.add([FEED], [outputSink()]);
    await world.start();
    const callers = await callTogether(world, 10);
    await world.clock.advance(21_000);
    return { world, pipeline, callers };
  }

  test('is cut off and logged, and no sibling is touched', async () => {
    const { world, pipeline, callers } = await createFaulty(3);
    await publish(world, pipeline, ...numbered(3));
    expect(callers.map(({ open }) => open)).toEqual(callers.map((_, at) => at !== 3));
    expect(callers.filter((_, at) => at !== 3).map(({ texts }) => texts)).toEqual(Array(9).fill(numbered(3)));
    expect(world.log.filter((line) => line.startsWith('error crashed') && line.includes('boom'))).toHaveLength(1);
  });

  test('leaves its place: somebody else may come', async () => {
    const { world, pipeline } = await createFaulty(3);
    expect((await call(world)).open).toBe(true);
    expect(pipeline.sink('out').peers).toHaveLength(10);
  });

  test('does not count as a restart, however many there are', async () => {
    const { pipeline, callers } = await createFaulty(0, 1, 2, 3, 4, 5, 6, 7);
    expect([pipeline.status.state, callers.filter(({ open }) => open).length]).toEqual(['running', 2]);
    expect(pipeline.sink('out').status).toMatchObject({ restarts: 0, endpoint: { peers: 2 } });
  });

  test('at its start is cut off', async () => {
    const world = new World();
    spoilSockets(world, (socket, index) => {
      if (index === 0) socket.write = boom;
    });
    const options = { cursor: { 'query-parameter': 'after', 'value-pointer': '/id' }, replay: {} } as const;
    const pipeline = world.add([FEED], [outputSink({}, options)]);
    await world.start();
    await publish(world, pipeline, '{"id":1}', '{"id":2}');
    const broken = await call(world, '/?after=1');
    const sound = await call(world, '/?after=1');
    expect([broken.open, sound.open, sound.texts, connected(world)]).toEqual([false, true, ['{"id":2}'], 1]);
  });

  test('leaves nothing', async () => {
    const { world } = await createFaulty(1, 2);
    await world.stop();
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });
});

describe('a sink that crashes', () => {
  test('keeps its peers, and goes on at the first unsettled event', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink()]);
    let calls = 0;
    pipeline.sink('out', {
      transform: mapMessages(({ text }) => {
        calls += 1;
        if (calls === 3) boom();
        return text;
      }),
    });
    await world.start();
    const callers = await callTogether(world, 3);
    await publish(world, pipeline, ...numbered(10));
    expect(callers.map(({ open, texts }) => [open, texts])).toEqual(Array(3).fill([true, numbered(10)]));
    expect(pipeline.sink('out').status).toMatchObject({ restarts: 1, owed: 0, endpoint: { accepted: 3 } });
  });

  test('of a relay keeps its peers too', async () => {
    const world = new World();
    const pipeline = world.add([relaySource()]);
    let calls = 0;
    pipeline.sink('store', {
      inputs: ['chat'],
      transform: mapMessages(({ text }) => {
        calls += 1;
        if (calls === 2) boom();
        return text;
      }),
      function: () => {},
    });
    await world.start();
    const [ann, bob] = await callTogether(world, 2);
    ann?.send(...numbered(5));
    await world.clock.advance(100);
    expect([bob?.texts, pipeline.sink('store').status.restarts]).toEqual([numbered(5), 1]);
  });
});

describe('a listener that crashes', () => {
  /** As on a real network, sockets tell of their end some time after the listener was closed. */
  function delayLosses(world: World): void {
    const { listen } = world.network;
    Object.assign(world.environment, {
      listen: (request: Parameters<typeof listen>[0], accept: Parameters<typeof listen>[1]) =>
        listen(request, (socket, handshake) => {
          const events = accept(socket, handshake);
          return {
            connected: () => events.connected(),
            open: (protocol) => events.open(protocol),
            frames: (frames) => events.frames(frames),
            pong: (payload) => events.pong(payload),
            drained: () => events.drained(),
            lost: (loss) => void world.clock.setTimeout(() => events.lost(loss), 1),
          };
        }),
    });
  }

  async function createCrash() {
    const world = new World();
    delayLosses(world);
    const { logger } = world.environment;
    const info = (fields: object, message: string) => {
      if (message.includes('certificates')) boom();
      logger.info(fields, message);
    };
    Object.assign(world.environment, { logger: { ...logger, info } });
    const pipeline = world.add([FEED], [outputSink()]);
    await world.start();
    const before = await callTogether(world, 3);
    world.supervisor.reload();
    await world.clock.advance(100);
    return { world, pipeline, before };
  }

  test('is restarted: its peers are cut off, and those that come again are served', async () => {
    const { world, pipeline, before } = await createCrash();
    const after = await callTogether(world, 3);
    await publish(world, pipeline, ...numbered(3));
    expect(before.filter(({ open }) => open)).toEqual([]);
    expect(after.map(({ texts }) => texts)).toEqual(Array(3).fill(numbered(3)));
    expect(pipeline.sink('out').status.endpoint).toMatchObject({ state: 'listening', peers: 3, accepted: 6 });
  });

  test('judges and dismisses those that have come again', async () => {
    const { world, pipeline } = await createCrash();
    const [frozen, sound] = await callTogether(world, 2);
    frozen?.socket.pause();
    await world.clock.advance(31_000);
    expect(pipeline.sink('out').peers).toHaveLength(1);
    await world.stop();
    expect(sound?.loss).toMatchObject({ code: 1001 });
    frozen?.socket.resume();
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });
});
