import { describe, expect, test } from 'vitest';
import { HISTORY_LENGTH } from '../../src/actors/history.ts';
import type { Transition } from '../../src/actors/transition.ts';
import { UsageError } from '../../src/errors.ts';
import { mapMessages } from '../../src/streams/transforms.ts';
import { BIND, call, inputSource, relaySource } from '../web-socket/callers.ts';
import { World, webSocketSink, webSocketSource } from './world.ts';

const START = 1_700_000_000_000;

const QUIET = { heartbeat: 'off', reconnect: { jitter: 0 } } as const;

async function createWorld(options: Parameters<typeof webSocketSource>[1] = QUIET) {
  const world = new World();
  const upstream = await world.server('upstream');
  world.add([webSocketSource(upstream.url, options)]);
  return { world, upstream, history: () => world.supervisor.history('ticks/exchange') };
}

/** `event: first state that was left → first that was reached (cause)` */
function told({ event, from, to, cause }: Transition): string {
  return `${event}: ${from[0] ?? ''} → ${to[0] ?? ''}${cause === undefined ? '' : ` (${cause})`}`;
}

/** What an id is refused with. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('the history of a connection', () => {
  test('is empty before the start', async () => {
    const { history } = await createWorld();
    expect(history()).toEqual([]);
  });

  test('tells of its life, with causes', async () => {
    const { world, upstream, history } = await createWorld();
    await world.start();
    upstream.peer.socket.close(1001, 'moving');
    await world.clock.advance(1_000);
    const dialled = [
      'done prepare: preparing → linked.opening.transport',
      'socket.connected: linked.opening.transport → linked.opening.upgrade',
      'socket.open: linked.opening.upgrade → linked.live.heartbeat.off',
    ];
    expect(history().map(told)).toEqual([
      'init:  → preparing',
      ...dialled,
      'socket.lost: linked.live.heartbeat.off → backoff.normal (the peer closed with 1001: moving)',
      'after backoffDelay: backoff.normal → preparing',
      ...dialled,
    ]);
  });

  test('tells when each of it was, by the wall clock', async () => {
    const { world, upstream, history } = await createWorld();
    await world.start();
    await world.clock.advance(900);
    await upstream.die();
    await world.clock.advance(499);
    const lost = history().find(({ event }) => event === 'socket.lost');
    expect([history()[0]?.at, lost?.at, history().at(-1)]).toEqual([START, START + 1_000, lost]);
  });

  test('tells every region that was left', async () => {
    const { world, upstream, history } = await createWorld();
    await world.start();
    await upstream.die();
    await world.clock.advance(10);
    expect(history().at(-1)?.from).toEqual([
      'linked.live.heartbeat.off',
      'linked.live.pulse.off',
      'linked.live.watch.off',
      'linked.live.stability.unproven',
      'linked.live.flow.flowing',
    ]);
  });

  test('is not pushed out by a day of heartbeats', async () => {
    const { world, history } = await createWorld({});
    await world.start();
    await world.clock.advance(86_400_000);
    expect(history()[0]?.event).toBe('init');
    expect(history().find(({ event }) => event === 'ping.answered')?.times).toBeGreaterThan(4_000);
  });

  test('is that of its last transitions, where it has been through more', async () => {
    const { world, upstream, history } = await createWorld();
    world.network.refuse(upstream.address, { kind: 'status', status: 503 });
    await world.start();
    await world.clock.advance(3_600_000);
    expect([history().length, history().at(-1)?.cause]).toEqual([
      HISTORY_LENGTH,
      'the peer answered the upgrade with 503',
    ]);
  });

  test('stays when the supervisor has stopped', async () => {
    const { world, history } = await createWorld();
    await world.start();
    await world.stop();
    expect(history().map(told).slice(-2)).toEqual([
      'stop: linked.live.heartbeat.off → linked.closing',
      'socket.lost: linked.closing → closed',
    ]);
  });

  test('goes by the path of the connection in log lines too', async () => {
    const { world, history } = await createWorld();
    await world.start();
    expect(history()).toHaveLength(4);
    expect(world.supervisor.history('ticks/exchange/connection')).toEqual(history());
  });

  test('goes by the component, also where that is called connection itself', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    world.add([{ ...webSocketSource(upstream.url, QUIET), name: 'connection' }]);
    await world.start();
    const ids = ['ticks/connection', 'ticks/connection/connection'];
    expect(ids.map((id) => world.supervisor.history(id).length)).toEqual([4, 4]);
  });
});

describe('the history of the connection of a sink', () => {
  test('goes on when the sink has crashed and was restarted', async () => {
    const world = new World();
    const store = await world.server('store');
    const pipeline = world.add([{ name: 'feed', function: {} }]);
    let calls = 0;
    pipeline.sink('store', {
      ...webSocketSink(store.url, { connect: { mode: 'eager' }, heartbeat: 'off' }),
      transform: mapMessages(({ text }) => {
        calls += 1;
        if (calls === 1) throw new Error('boom');
        return text;
      }),
    });
    await world.start();
    await pipeline.source('feed').push('one');
    await world.clock.advance(1_000);
    const events = world.supervisor.history('ticks/store').map(({ event }) => event);
    const dialled = ['init', 'done prepare', 'socket.connected', 'socket.open'];
    expect(events).toEqual([...dialled, 'stopped', ...dialled]);
  });

  test('is there for the upstream of a relay', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    world.add([relaySource({ url: upstream.url })]);
    await world.start();
    await call(world);
    expect(world.supervisor.history('ticks/chat.upstream').map(({ event }) => event)).toContain('socket.open');
  });
});

describe('the history of a peer', () => {
  async function createListening() {
    const world = new World();
    const pipeline = world.add([inputSource(), webSocketSource('ws://nobody/')]);
    await world.start();
    const caller = await call(world);
    const paths = () => pipeline.source('in').peers.map(({ id }) => `ticks/listener/${BIND}/${id}`);
    return { world, caller, paths, path: paths()[0] ?? '' };
  }

  test('goes by the path of its actor', async () => {
    const { world, path } = await createListening();
    const [first] = world.supervisor.history(path);
    expect(first).toMatchObject({ event: 'init', from: [], to: expect.arrayContaining(['live.heartbeat.quiet']) });
  });

  test('tells why it is sent away', async () => {
    const { world, path, caller } = await createListening();
    caller.socket.pause();
    world.supervisor.stop().catch(() => {});
    await world.clock.advance(1_200);
    expect(world.supervisor.history(path).at(-1)?.cause).toBe('sent away with 1001: going away');
    caller.socket.resume();
    await world.clock.advance(20_000);
  });

  test('is gone with the peer', async () => {
    const { world, caller, path } = await createListening();
    caller.socket.close(1000, '');
    await world.clock.advance(100);
    expect(() => world.supervisor.history(path)).toThrow(UsageError);
  });

  test('is each its own', async () => {
    const { world, path, paths } = await createListening();
    await world.clock.advance(5_000);
    await call(world);
    const began = paths().map((id) => world.supervisor.history(id)[0]?.at ?? 0);
    expect([paths()[0], began.length, (began[1] ?? 0) - (began[0] ?? 0)]).toEqual([path, 2, 5_010]);
  });

  test('is named where another peer is asked for', async () => {
    const { world, path } = await createListening();
    const id = `ticks/listener/${BIND}/nobody`;
    const text = `there is no connection ${JSON.stringify(id)}, only ${path}, ticks/exchange`;
    expect(refusal(() => world.supervisor.history(id))).toBe(text);
  });
});

describe('the history of what is not there', () => {
  test.each(['ticks/exchagne', 'ticks', '', 'other/exchange', 'ticks/exchange/socket'])('%j is refused', async (id) => {
    const { world } = await createWorld();
    const text = `there is no connection ${JSON.stringify(id)}, only ticks/exchange`;
    expect(refusal(() => world.supervisor.history(id))).toBe(text);
  });

  test('is refused for a pipeline, also where a component is called as it is', () => {
    const world = new World();
    world.add([{ ...webSocketSource('ws://nobody/'), name: 'ticks' }]);
    expect(refusal(() => world.supervisor.history('ticks'))).toBe('there is no connection "ticks", only ticks/ticks');
  });

  test('is refused for a component that has no connection', async () => {
    const { world } = await createWorld();
    world.add([{ name: 'feed', function: {} }], [], 'plain');
    expect(refusal(() => world.supervisor.history('plain/feed'))).toContain('no connection "plain/feed", only');
  });

  test('names the nearest of many', async () => {
    const world = new World();
    world.add(Array.from({ length: 8 }, (_, at) => ({ ...webSocketSource('ws://nobody/'), name: `feed${at}` })));
    const text = refusal(() => world.supervisor.history('ticks/fed7'));
    expect(text).toMatch(/^there is no connection "ticks\/fed7", only ticks\/feed7, .* and 3 more$/);
  });

  test('says so when there is none at all', () => {
    const text = refusal(() => new World().supervisor.history('ticks/exchange'));
    expect(text).toBe('there is no connection "ticks/exchange", nor any other one');
  });
});

describe('a connection that has failed for good', () => {
  const failedLine = (world: World) => world.log.find((line) => line.startsWith('error failed:')) ?? '';

  test('logs how it came to that', async () => {
    const { world, upstream } = await createWorld();
    world.network.refuse(upstream.address, { kind: 'status', status: 404 });
    await world.start().catch(() => {});
    const { history, forgotten } = JSON.parse(failedLine(world).replace(/^[^{]*/, ''));
    expect([history, forgotten]).toEqual([
      [
        '2023-11-14T22:13:20.000Z init: preparing',
        '2023-11-14T22:13:20.000Z done prepare: preparing → linked.opening.transport',
        '2023-11-14T22:13:20.001Z socket.connected: linked.opening.transport → linked.opening.upgrade',
        '2023-11-14T22:13:20.003Z socket.lost: linked.opening.upgrade → failed (the peer answered the upgrade with 404)',
      ],
      undefined,
    ]);
  });

  test('logs how many transitions it has forgotten', async () => {
    const { world, upstream } = await createWorld({ ...QUIET, reconnect: { jitter: 0, 'max-attempts': 100 } });
    world.network.refuse(upstream.address, { kind: 'status', status: 503 });
    await world.start();
    await world.clock.advance(86_400_000);
    const { history, forgotten } = JSON.parse(failedLine(world).replace(/^[^{]*/, ''));
    expect([history.length, forgotten]).toEqual([HISTORY_LENGTH, 4 * 100 - HISTORY_LENGTH]);
  });
});
