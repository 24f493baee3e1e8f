import { describe, expect, test } from 'vitest';
import type { SocketEvents } from '../../src/environment.ts';
import { createRootSupervisor } from '../../src/supervision/supervisor.ts';
import { NOTHING, numbered, World, webSocketSink, webSocketSource } from '../supervision/world.ts';
import { drop, headersOf, sinkBench, sourceBench, taking } from './client-bench.ts';

describe('a connection that is refused', () => {
  test.each(['ECONNREFUSED', 'ENOTFOUND'])(
    'with %s has cause and attempt count in the status, and backs off',
    async (code) => {
      const { world, server, status } = await sourceBench({ reconnect: { jitter: 0 } });
      world.network.refuse(server.address, { kind: 'network', code, message: `${code} upstream` });
      await world.start();
      await world.clock.advance(3_600);
      expect(status()).toMatchObject({ state: 'waiting', attempt: 4, cause: { message: `${code} upstream` } });
      expect(world.log.filter((line) => line.startsWith('error'))).toEqual([]);
    },
  );
});

describe('an upgrade that is never answered', () => {
  test.each(['source', 'sink'] as const)('leaks nothing over 1 000 rounds, at a %s', async (side) => {
    const options = { connect: { mode: 'eager', timeout: '1s' }, reconnect: { 'max-backoff': '1s' } } as const;
    const { world, server, status } = side === 'source' ? await sourceBench(options) : await sinkBench(options);
    world.network.hang(server.address);
    await world.start();
    const timers = world.clock.pending;
    await world.clock.advance(2_000_000);
    expect([status().attempt > 1_000, world.clock.pending <= timers + 2]).toEqual([true, true]);
    world.network.heal(server.address);
    await world.clock.advance(10_000);
    expect([status().state, server.peers.length, world.connections]).toEqual(['live', 1, 1]);
    await world.stop();
    expect(await world.leftovers()).toEqual(NOTHING);
  });
});

describe('a stop', () => {
  test.each(['connecting', 'greeting', 'live', 'closing', 'backoff', 'slow backoff'])(
    'during %s has one end, no late error and no timer left',
    async (at) => {
      const { world, server, status } = await sourceBench({ requests: ['a', 'b'], 'request-interval': '1h' });
      if (at === 'connecting') world.network.hang(server.address);
      if (at === 'backoff') await server.die();
      if (at === 'slow backoff') world.network.refuse(server.address, { kind: 'tls', code: 'X', message: 'refused' });
      await world.start();
      if (at === 'closing') void world.supervisor.stop();
      const outcome = await world.stop();
      await world.clock.advance(3_600_000);
      const errors = world.log.filter((line) => line.startsWith('error'));
      expect([outcome, errors, await world.leftovers(), status().state]).toEqual([
        { failures: [], undelivered: 0 },
        [],
        NOTHING,
        expect.stringMatching(/idle|waiting|connecting/),
      ]);
    },
  );
});

describe('a late event of an old socket', () => {
  /** Every socket that was dialled, with what it tells its owner. */
  async function createWorld() {
    const world = new World();
    const server = await world.server('upstream');
    const told: SocketEvents[] = [];
    const dial: typeof world.environment.dial = (request, events) => {
      told.push(events);
      return world.network.dial(request, events);
    };
    const supervisor = createRootSupervisor({ ...world.environment, dial });
    const pipeline = supervisor.add({
      name: 'ticks',
      sources: [webSocketSource(server.url)],
      sinks: [webSocketSink((await world.server('downstream')).url, { connect: { mode: 'eager' } })],
    });
    await world.during(supervisor.start());
    await world.clock.advance(100);
    return { world, server, told, pipeline };
  }

  test.each<[string, (events: SocketEvents) => void]>([
    ['frames', (events) => events.frames([{ data: Buffer.from('late'), binary: false }])],
    ['lost', (events) => events.lost({ kind: 'close', code: 1000, reason: '' })],
    ['open', (events) => events.open('')],
    ['connected', (events) => events.connected()],
    ['pong', (events) => events.pong('hawser-ack-1')],
    ['drained', (events) => events.drained()],
  ])('after a reconnect is ignored: %s', async (_, tell) => {
    const { world, told, pipeline } = await createWorld();
    for (const server of world.servers) world.network.cut(server.address);
    await world.clock.advance(10_000);
    const before = JSON.stringify(pipeline.status);
    for (const events of told.slice(0, 2)) tell(events);
    await world.clock.advance(10);
    expect([told.length, JSON.stringify(pipeline.status)]).toEqual([4, before]);
  });
});

describe('a server that accepts and closes after a second, for ever', () => {
  test('has its attempts counted on', async () => {
    const { world, server, status } = await sourceBench();
    server.greet = ({ socket }) => void world.clock.setTimeout(() => socket.close(1011, ''), 1_000);
    await world.start();
    await world.clock.advance(600_000);
    const { attempt } = status();
    await world.clock.advance(600_000);
    expect([attempt > 15, status().attempt > attempt]).toEqual([true, true]);
  });
});

describe('a network that is blackholed', () => {
  test('is dead after interval and timeout, and what is sent meanwhile is bounded', async () => {
    const { world, server, push, sink, status } = await sinkBench({
      connect: { mode: 'eager' },
      'max-in-flight': { events: 10 },
    });
    await world.start();
    world.network.blackhole(server.address);
    push(...numbered(1_000));
    await world.clock.advance(29_000);
    expect([status().state, sink().inFlight.events, sink().owed]).toEqual(['live', 10, 1_000]);
    await world.clock.advance(2_000);
    expect(status().state).not.toBe('live');
    world.network.heal(server.address);
    await world.clock.advance(60_000);
    expect([status().state, sink().owed, server.peer.heard.texts]).toEqual(['live', 0, numbered(1_000)]);
  });
});

describe('a reset with events in flight', () => {
  test('resumes from the committed cursor, so that nothing is lost', async () => {
    const { world, server, kept } = await sourceBench({ cursor: { 'header-name': 'x-from', 'value-field': 'id' } });
    // A server that sends what comes after the cursor, three events a connection, the last of which is cut off.
    server.greet = ({ socket, handshake }) => {
      const from = Number(handshake.headers['x-from'] ?? 0);
      socket.write([1, 2, 3].map((more) => ({ data: JSON.stringify({ id: from + more }), binary: false })));
    };
    await world.start();
    for (let round = 0; round < 5; round += 1) await drop(world, server);
    expect(kept.slice(0, 15).map(({ text }) => text)).toEqual(
      Array.from({ length: 15 }, (_, at) => JSON.stringify({ id: at + 1 })),
    );
    expect(headersOf(server, 'x-from').slice(0, 3)).toEqual([undefined, '3', '6']);
  });
});

describe('an acknowledgement that is lost after the peer took the frame', () => {
  test('has the frame sent again, and the cursor goes on when it is acknowledged', async () => {
    const cursor = { 'header-name': 'x-from', 'value-field': 'id' };
    const world = new World({ latency: 50 });
    const { server, push, sink } = await sinkBench({ cursor, connect: { mode: 'eager' } }, world);
    await world.start();
    await world.clock.advance(200);
    push({ id: 'a' });
    await world.clock.advance(500);
    push({ id: 'b' });
    // The frame takes 50 ms, its pong as long again.
    await world.clock.advance(75);
    await drop(world, server);
    await drop(world, server);
    expect(server.peers.map(({ heard }) => heard.texts)).toEqual([['{"id":"a"}', '{"id":"b"}'], ['{"id":"b"}'], []]);
    expect(headersOf(server, 'x-from')).toEqual([undefined, 'a', 'b']);
    expect(sink()).toMatchObject({ delivered: 2, owed: 0 });
  });
});

describe('a source that is held for longer than the timeout of its heartbeat', () => {
  test('pauses its socket, is not judged, loses nothing, and is read again', async () => {
    const world = new World({ bufferBytes: 4_096 });
    const server = await world.server('upstream');
    const pipeline = world.add([webSocketSource(server.url, { heartbeat: { 'ping-interval': '1s', timeout: '1s' } })]);
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const texts: string[] = [];
    pipeline.sink('slow', {
      buffer: { 'max-events': 10 },
      function: async ({ messages }) => {
        await gate;
        texts.push(...messages.map(({ text }) => text));
      },
    });
    await world.start();
    for (let round = 0; round < 12; round += 1) {
      server.send(...numbered(1_000, 'e', round * 1_000 + 1));
      await world.clock.advance(100);
    }
    await world.clock.advance(60_000);
    expect([pipeline.source('exchange').status.held, server.peer.socket.queuedBytes > 0]).toEqual([true, true]);
    open();
    await world.clock.advance(60_000);
    expect([texts, server.peers.length]).toEqual([numbered(12_000, 'e'), 1]);
  });
});

test('a server that comes up later is found by the next attempt', async () => {
  const { world, status } = taking('ws://late/', {});
  await world.start();
  await world.server('late');
  await world.clock.advance(5_000);
  expect(status().state).toBe('live');
});
