import { describe, expect, test } from 'vitest';
import { NOTHING, numbered, type Server, World, webSocketSink, webSocketSource } from './world.ts';

type SinkOptions = Parameters<typeof webSocketSink>[1];
type SourceOptions = Parameters<typeof webSocketSource>[1];

async function createRelay(sink: SinkOptions = {}, source: SourceOptions = {}, world = new World()) {
  const upstream = await world.server('upstream');
  const downstream = await world.server('downstream');
  const pipeline = world.add([webSocketSource(upstream.url, source)], [webSocketSink(downstream.url, sink)]);
  await world.start();
  return { world, upstream, downstream, pipeline };
}

/** What a go-back-N receiver keeps: each event that continues what it has. */
function inOrder(received: readonly string[]): string[] {
  const kept: string[] = [];
  for (const text of received) if (text === `event ${kept.length + 1}`) kept.push(text);
  return kept;
}

async function restart(world: World, server: Server, down: number): Promise<void> {
  await server.die();
  await world.clock.advance(down);
  await server.open();
}

describe('a relay from socket to socket', () => {
  test.each(['pong', 'written'] as const)('delivers everything in order, with ack: %s', async (ack) => {
    const { world, upstream, downstream, pipeline } = await createRelay({ ack });
    for (let round = 0; round < 50; round += 1) {
      upstream.send(...numbered(20, 'event ', round * 20 + 1));
      await world.clock.advance(7);
    }
    await world.clock.advance(1_000);
    expect(downstream.received).toEqual(numbered(1_000));
    expect(pipeline.status.sources[0]).toMatchObject({ received: 1_000, settled: 1_000, inFlight: 0 });
    expect(await world.stop()).toEqual({ failures: [], undelivered: 0 });
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test('dials its lazy sink only when an event is there', async () => {
    const { world, upstream, downstream } = await createRelay();
    await world.clock.advance(60_000);
    expect(downstream.peers).toHaveLength(0);
    upstream.send('event 1');
    await world.clock.advance(10);
    expect(downstream.received).toEqual(['event 1']);
  });

  test('sends its requests on every connect, before it is live', async () => {
    const { world, upstream } = await createRelay({}, { requests: ['subscribe', 'me'], 'request-interval': '1s' });
    await world.clock.advance(2_000);
    await restart(world, upstream, 100);
    await world.clock.advance(5_000);
    expect(upstream.peers.map(({ heard }) => heard.texts)).toEqual([
      ['subscribe', 'me'],
      ['subscribe', 'me'],
    ]);
  });
});

describe('a source whose server dies', () => {
  test('comes back, and its sink is not touched', async () => {
    const { world, upstream, downstream, pipeline } = await createRelay();
    upstream.send(...numbered(10));
    await world.clock.advance(100);
    await restart(world, upstream, 5_000);
    await world.clock.advance(30_000);
    upstream.send(...numbered(10, 'event ', 11));
    await world.clock.advance(1_000);
    expect(downstream.received).toEqual(numbered(20));
    expect([downstream.peers.length, pipeline.source('exchange').status.connection?.reconnects]).toEqual([1, 1]);
  });

  test('is waiting meanwhile, with attempt and cause in its status', async () => {
    const { world, upstream, pipeline } = await createRelay();
    await upstream.die();
    await world.clock.advance(3_000);
    const { connection } = pipeline.source('exchange').status;
    expect(connection).toMatchObject({
      state: 'waiting',
      cause: { detail: { kind: 'network', code: 'ECONNREFUSED' } },
    });
    expect(connection?.attempt).toBeGreaterThan(2);
  });

  test('that is frozen is left after interval and timeout, and dialled anew', async () => {
    const { world, upstream, pipeline } = await createRelay(
      {},
      { heartbeat: { 'ping-interval': '20s', timeout: '10s' }, connect: { timeout: '5s' } },
    );
    world.network.freeze(upstream.address);
    await world.clock.advanceTo(29_900);
    expect(pipeline.source('exchange').status.connection?.state).toBe('live');
    await world.clock.advanceTo(30_100);
    expect(pipeline.source('exchange').status.connection).toMatchObject({
      state: 'waiting',
      cause: { detail: { kind: 'silence', judge: 'heartbeat' } },
    });
    world.network.thaw(upstream.address);
    await world.clock.advance(10_000);
    expect(pipeline.source('exchange').status.connection?.state).toBe('live');
    await world.stop();
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test('that answers pings and says nothing else is never left', async () => {
    const { world, upstream } = await createRelay();
    await world.clock.advance(3_600_000);
    expect(upstream.peers).toHaveLength(1);
  });

  test('is not left for our own event loop that stood still for three timeouts', async () => {
    const { world, upstream, pipeline } = await createRelay({}, {}, new World({ latency: 50 }));
    // Live at 150, so its first ping leaves at 20 150; the pong is still on its way when the loop goes on.
    await world.clock.advanceTo(20_150);
    world.clock.block(30_000);
    await world.clock.advance(60_000);
    expect([upstream.peers.length, pipeline.source('exchange').status.connection?.state]).toEqual([1, 'live']);
  });
});

describe('a sink whose peer dies', () => {
  /** 200 events in turns, while the peer dies four times in the middle of them. */
  async function createStorm(ack: 'pong' | 'written') {
    const relay = await createRelay({ ack, connect: { mode: 'eager' } });
    const { world, upstream, downstream } = relay;
    for (let round = 0; round < 40; round += 1) {
      upstream.send(...numbered(5, 'event ', round * 5 + 1));
      await world.clock.advance(1);
      if (round % 10 === 5) await restart(world, downstream, 50);
      await world.clock.advance(1_000);
    }
    await world.clock.advance(120_000);
    return relay;
  }

  test('gets all that it had not acknowledged again, in order', async () => {
    const { downstream, pipeline } = await createStorm('pong');
    expect([inOrder(downstream.received), downstream.peers.length]).toEqual([numbered(200), 5]);
    expect(pipeline.sink('store').status).toMatchObject({ owed: 0, delivered: 200 });
  });

  test('gets nothing twice but what was in flight when it died', async () => {
    const { downstream } = await createStorm('pong');
    const [first, ...later] = downstream.peers.map(({ heard }) => heard.texts);
    const starts = later.map((texts) => Number(texts[0]?.slice(6)));
    const ends = [first ?? [], ...later].map((texts) => Number(texts.at(-1)?.slice(6)));
    expect(starts.map((start, at) => (ends[at] ?? 0) - start + 1).filter((again) => again > 30)).toEqual([]);
  });

  test('with ack: written loses at most what the system had taken, and keeps the order', async () => {
    const { downstream, pipeline } = await createStorm('written');
    const numbers = downstream.received.map((text) => Number(text.slice(6)));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBeGreaterThanOrEqual(180);
    expect(pipeline.sink('store').status.owed).toBe(0);
  });

  test('loses nothing that waited for it', async () => {
    const { world, upstream, downstream, pipeline } = await createRelay();
    await downstream.die();
    upstream.send(...numbered(100));
    await world.clock.advance(10_000);
    expect(pipeline.sink('store').status).toMatchObject({ state: 'idle', owed: 100 });
    await downstream.open();
    await world.clock.advance(60_000);
    expect([downstream.received, pipeline.sink('store').status.owed]).toEqual([numbered(100), 0]);
  });

  test('keeps its source reading', async () => {
    const { world, upstream, downstream, pipeline } = await createRelay();
    upstream.send('event 1');
    await world.clock.advance(1_000);
    await downstream.die();
    upstream.send('event 2');
    await world.clock.advance(1_000);
    expect(pipeline.sink('store').status.state).toBe('recovering');
    expect(pipeline.source('exchange').status).toMatchObject({ received: 2, held: false });
  });
});

describe('a sink that is slower than its source', () => {
  test.each(['frozen', 'paused'] as const)(
    'whose peer is %s for three timeouts loses nothing, and no source connection is judged',
    async (how) => {
      const world = new World({ bufferBytes: 4_096 });
      const { upstream, downstream, pipeline } = await createRelay(
        { heartbeat: 'off', retry: { timeout: '10m' }, 'max-in-flight': { events: 50 } },
        { heartbeat: { 'ping-interval': '20s', timeout: '10s' } },
        world,
      );
      upstream.send('event 1');
      await world.clock.advance(1_000);
      if (how === 'frozen') world.network.freeze(downstream.address);
      else downstream.peer.socket.pause();
      for (let round = 0; round < 300; round += 1) {
        upstream.send(...numbered(100, 'event ', round * 100 + 2));
        await world.clock.advance(300);
      }
      expect(pipeline.source('exchange').status.held).toBe(true);
      if (how === 'frozen') world.network.thaw(downstream.address);
      else downstream.peer.socket.resume();
      await world.clock.advance(600_000);
      expect(inOrder(downstream.received)).toHaveLength(30_001);
      expect([upstream.peers.length, downstream.received.length]).toEqual([1, 30_001]);
    },
  );
});
