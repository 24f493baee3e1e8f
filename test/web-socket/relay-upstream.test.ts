import { describe, expect, test } from 'vitest';
import { numbered, type Server, World } from '../supervision/world.ts';
import { type Caller, call, callTogether, collect, leftovers, NOTHING_AT_ALL, relaySource } from './callers.ts';

const SOON = { 'initial-backoff': '1s', 'max-backoff': '1s', jitter: 0 } as const;

async function createRelay(options = {}, world = new World()) {
  const upstream = await world.server('upstream');
  const pipeline = world.add([relaySource({ url: upstream.url, reconnect: SOON, ...options })]);
  const events = collect(pipeline, 'store', 'chat');
  await world.start();
  return { world, upstream, pipeline, events };
}

const BYTES = Buffer.from([0, 255, 254, 1]);

function frames(received: Caller['heard']['received']) {
  return received.map(({ data, binary }) => [data.toString('latin1'), binary]);
}

const BOTH = [
  { data: 'text', binary: false },
  { data: BYTES, binary: true },
  { data: 'text again', binary: false },
];

const KEPT = [
  ['text', false],
  [BYTES.toString('latin1'), true],
  ['text again', false],
];

describe('mode relay with url', () => {
  test('sends what comes from upstream to every peer', async () => {
    const { world, upstream } = await createRelay();
    const callers = await callTogether(world, 3);
    upstream.send(...numbered(50));
    await world.clock.advance(10);
    for (const caller of callers) expect(caller.texts).toEqual(numbered(50));
  });

  test('sends what peers send upstream, and to no other peer', async () => {
    const { world, upstream } = await createRelay();
    const [ann, bob] = await callTogether(world, 2);
    ann?.send('from ann');
    await world.clock.advance(5);
    bob?.send('from bob');
    await world.clock.advance(5);
    expect([upstream.received, ann?.texts, bob?.texts]).toEqual([['from ann', 'from bob'], [], []]);
  });

  test('dials one upstream, however many peers it has', async () => {
    const { world, upstream } = await createRelay();
    const callers = await callTogether(world, 20);
    for (const caller of callers) caller.send('hello');
    await world.clock.advance(100);
    expect([upstream.peers.length, upstream.received.length]).toEqual([1, 20]);
  });

  test('keeps the opcode on the way from upstream', async () => {
    const { world, upstream } = await createRelay();
    const caller = await call(world);
    upstream.peer.socket.write(BOTH);
    await world.clock.advance(10);
    expect(frames(caller.heard.received)).toEqual(KEPT);
  });

  test('keeps the opcode on the way to it', async () => {
    const { world, upstream } = await createRelay();
    const caller = await call(world);
    caller.socket.write(BOTH);
    await world.clock.advance(10);
    expect(frames(upstream.peer.heard.received)).toEqual(KEPT);
  });

  test.each(['text', 'json', 'binary', 'binary-base64'] as const)(
    'with payload %s passes frames on as they came',
    async (payload) => {
      const { world, upstream } = await createRelay({ payload });
      const caller = await call(world);
      caller.socket.write(BOTH);
      upstream.peer.socket.write(BOTH);
      await world.clock.advance(100);
      expect([frames(upstream.peer.heard.received), frames(caller.heard.received)]).toEqual([KEPT, KEPT]);
    },
  );

  test('is a source, whose events say their side', async () => {
    const { world, upstream, pipeline, events } = await createRelay();
    const caller = await call(world);
    upstream.send('down');
    await world.clock.advance(5);
    caller.send('up');
    await world.clock.advance(5);
    const [peer] = pipeline.source('chat').peers;
    expect(events.map(({ text, attributes }) => [text, attributes])).toEqual([
      ['down', { side: 'upstream' }],
      ['up', { side: 'peer', 'peer.id': peer?.id }],
    ]);
  });

  test('settles every event, of either side, once', async () => {
    const { world, upstream, pipeline } = await createRelay();
    const caller = await call(world);
    upstream.send(...numbered(100));
    caller.send(...numbered(100));
    await world.clock.advance(1_000);
    expect(pipeline.source('chat').status).toMatchObject({ received: 200, settled: 200, inFlight: 0 });
  });

  test('sends its requests to the upstream on every connect', async () => {
    const { world, upstream } = await createRelay({ requests: [{ op: 'subscribe' }] });
    await restart(world, upstream, 100);
    await world.clock.advance(2_000);
    expect(upstream.peers.map(({ heard }) => heard.texts)).toEqual([['{"op":"subscribe"}'], ['{"op":"subscribe"}']]);
  });

  test('leaves nothing after a stop', async () => {
    const { world, upstream } = await createRelay();
    await callTogether(world, 3);
    upstream.send(...numbered(10));
    await world.clock.advance(5);
    expect(await world.stop()).toEqual({ failures: [], undelivered: 0 });
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });
});

async function restart(world: World, server: Server, down: number): Promise<void> {
  await server.die();
  await world.clock.advance(down);
  await server.open();
}

describe('a relay whose upstream is lost', () => {
  test('keeps its peers', async () => {
    const { world, upstream } = await createRelay();
    const callers = await callTogether(world, 3);
    await restart(world, upstream, 30_000);
    await world.clock.advance(5_000);
    upstream.send('back');
    await world.clock.advance(10);
    expect(callers.map(({ open, texts }) => [open, texts])).toEqual(Array(3).fill([true, ['back']]));
  });

  test('delivers what peers have sent meanwhile once it is back, in order', async () => {
    const { world, upstream } = await createRelay();
    const caller = await call(world);
    await upstream.die();
    caller.send(...numbered(100));
    await world.clock.advance(30_000);
    await upstream.open();
    await world.clock.advance(5_000);
    expect(upstream.received).toEqual(numbered(100));
  });

  test('holds its peers back when they have sent more than it may keep, and still loses nothing', async () => {
    const { world, upstream, pipeline } = await createRelay({}, new World({ bufferBytes: 4_096 }));
    const caller = await call(world);
    await upstream.die();
    for (let round = 0; round < 30; round += 1) {
      caller.send(...numbered(1_000, 'event ', round * 1_000 + 1));
      await world.clock.advance(20);
    }
    await world.clock.advance(60_000);
    expect([pipeline.source('chat').status.held, caller.socket.queuedBytes > 0, caller.open]).toEqual(
      Array(3).fill(true),
    );
    await upstream.open();
    await world.clock.advance(60_000);
    expect(upstream.received).toEqual(numbered(30_000));
  });

  test('says at a stop what it could not deliver, and sends its peers away', async () => {
    const { world, upstream } = await createRelay();
    const caller = await call(world);
    await upstream.die();
    caller.send(...numbered(20));
    await world.clock.advance(100);
    expect(await world.stop('2s')).toEqual({ failures: [], undelivered: 20 });
    expect(caller.loss).toMatchObject({ code: 1001 });
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });

  test('says in its status that its upstream is waited for', async () => {
    const { world, upstream, pipeline } = await createRelay();
    await upstream.die();
    await world.clock.advance(500);
    expect(pipeline.sink('chat.upstream').status.connection).toMatchObject({ state: 'waiting' });
  });

  test('sends again, in order, what the upstream had not acknowledged', async () => {
    const { world, upstream } = await createRelay();
    const caller = await call(world);
    for (let round = 0; round < 20; round += 1) {
      caller.send(...numbered(5, 'event ', round * 5 + 1));
      await world.clock.advance(20);
      if (round % 7 === 6) await restart(world, upstream, 50);
    }
    await world.clock.advance(10_000);
    const kept: string[] = [];
    for (const text of upstream.received) if (text === `event ${kept.length + 1}`) kept.push(text);
    expect(kept).toEqual(numbered(100));
  });

  test.each([1000, 1001, 1005, 1011, 4000])('by a close with %d dials it again', async (code) => {
    const { world, upstream } = await createRelay();
    upstream.peer.socket.close(code, '');
    await world.clock.advance(5_000);
    expect(upstream.peers).toHaveLength(2);
  });

  test('for good fails, saying why, and sends its peers away', async () => {
    const { world, upstream, pipeline } = await createRelay();
    const caller = await call(world);
    upstream.peer.socket.close(1003, 'no');
    await world.during(world.supervisor.done);
    expect(pipeline.status).toMatchObject({ state: 'failed', cause: expect.stringContaining('1003') });
    expect(caller.loss).toMatchObject({ kind: 'close', code: 1001 });
  });
});

describe('a relay with a sink that has no room', () => {
  async function createJam() {
    const world = new World({ bufferBytes: 4_096 });
    const upstream = await world.server('upstream');
    const heartbeat = { 'ping-interval': '20s', timeout: '10s' } as const;
    const pipeline = world.add([
      relaySource({ url: upstream.url, heartbeat }, { heartbeat, 'send-buffer-capacity': 12_000 }),
    ]);
    const kept: string[] = [];
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    pipeline.sink('slow', {
      inputs: ['chat'],
      buffer: { 'max-events': 10 },
      function: async ({ messages }) => {
        await opened;
        kept.push(...messages.map(({ text }) => text));
      },
    });
    await world.start();
    const caller = await call(world);
    for (let round = 0; round < 12; round += 1) {
      upstream.send(...numbered(1_000, 'down ', round * 1_000 + 1));
      caller.send(...numbered(1_000, 'up ', round * 1_000 + 1));
      await world.clock.advance(20);
    }
    return { world, upstream, pipeline, caller, kept, open };
  }

  test('reads neither its upstream nor its peers', async () => {
    const { upstream, caller, pipeline } = await createJam();
    expect(pipeline.source('chat').status.held).toBe(true);
    expect([upstream.peer.socket.queuedBytes > 0, caller.socket.queuedBytes > 0]).toEqual([true, true]);
  });

  test('loses nothing of either side, and judges neither meanwhile', async () => {
    const { world, upstream, caller, kept, open } = await createJam();
    await world.clock.advance(120_000);
    expect([upstream.peers.length, caller.open]).toEqual([1, true]);
    open();
    await world.clock.advance(60_000);
    expect(kept.filter((text) => text.startsWith('down'))).toEqual(numbered(12_000, 'down '));
    expect(kept.filter((text) => text.startsWith('up'))).toEqual(numbered(12_000, 'up '));
    expect([upstream.received, caller.texts]).toEqual([numbered(12_000, 'up '), numbered(12_000, 'down ')]);
  });
});
