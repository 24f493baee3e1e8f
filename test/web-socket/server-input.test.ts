import { describe, expect, test } from 'vitest';
import { numbered, World } from '../supervision/world.ts';
import { call, callTogether, collect, inputSource, leftovers, NOTHING_AT_ALL } from './callers.ts';

async function createInput(server = {}, options = {}) {
  const world = new World();
  const pipeline = world.add([inputSource(server, options)]);
  const events = collect(pipeline, 'store');
  await world.start();
  return { world, pipeline, events, source: pipeline.source('in') };
}

describe('mode server-input', () => {
  test('makes events of what peers send, in order for each peer', async () => {
    const { world, events, source } = await createInput();
    const [ann, bob] = await callTogether(world, 2);
    for (let round = 0; round < 10; round += 1) {
      ann?.send(...numbered(10, 'ann ', round * 10 + 1));
      bob?.send(...numbered(10, 'bob ', round * 10 + 1));
      await world.clock.advance(5);
    }
    const from = (name: string) => events.map(({ text }) => text).filter((text) => text.startsWith(name));
    expect([from('ann'), from('bob')]).toEqual([numbered(100, 'ann '), numbered(100, 'bob ')]);
    expect(source.status).toMatchObject({ received: 200, settled: 200, endpoint: { unconsumed: 0 } });
  });

  test('says in the attribute peer.id which peer an event is from', async () => {
    const { world, events, source } = await createInput();
    const [ann, bob] = await callTogether(world, 2);
    ann?.send('from ann');
    await world.clock.advance(5);
    bob?.send('from bob');
    await world.clock.advance(5);
    expect(events.map(({ attributes }) => attributes['peer.id'])).toEqual(source.peers.map(({ id }) => id));
    expect(new Set(source.peers.map(({ id }) => id)).size).toBe(2);
  });

  test('gives a peer that comes back another id', async () => {
    const { world, events } = await createInput();
    for (const word of ['first', 'second']) {
      const caller = await call(world);
      caller.send(word);
      await world.clock.advance(5);
      caller.socket.close(1000, '');
      await world.clock.advance(5);
    }
    expect(new Set(events.map(({ attributes }) => attributes['peer.id'])).size).toBe(2);
  });

  test('hands on what a peer sends with its upgrade and before it closes', async () => {
    const { world, events } = await createInput();
    const caller = await call(world);
    caller.send('one', 'two');
    caller.socket.close(1000, 'done');
    await world.clock.advance(10);
    expect(events.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(caller.loss).toEqual({ kind: 'close', code: 1000, reason: 'done' });
  });

  test('reads no peer while its sink has no room, and loses nothing', async () => {
    const world = new World({ bufferBytes: 4_096 });
    const pipeline = world.add([inputSource()]);
    const kept: string[] = [];
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    pipeline.sink('store', {
      buffer: { 'max-events': 10 },
      function: async ({ messages }) => {
        await opened;
        kept.push(...messages.map(({ text }) => text));
      },
    });
    await world.start();
    const caller = await call(world);
    for (let round = 0; round < 30; round += 1) {
      caller.send(...numbered(1_000, 'event ', round * 1_000 + 1));
      await world.clock.advance(10);
    }
    expect([pipeline.source('in').status.held, caller.socket.queuedBytes > 0]).toEqual([true, true]);
    open();
    await world.clock.advance(10_000);
    expect(kept).toEqual(numbered(30_000));
    expect([pipeline.source('in').status.held, caller.open]).toEqual([false, true]);
  });

  test('takes nothing more from its peers once it is stopped, and delivers what it has taken', async () => {
    const { world, events, source } = await createInput();
    const caller = await call(world);
    caller.send('before');
    await world.clock.advance(1);
    const stopping = world.supervisor.stop();
    caller.send('after');
    expect(await world.during(stopping)).toEqual({ failures: [], undelivered: 0 });
    expect([events.map(({ text }) => text), source.status.endpoint?.unconsumed]).toEqual([['before'], 1]);
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });

  test('emit-interval hands on what all peers have sent in an interval, each event with its own peer', async () => {
    const { world, events, source } = await createInput({}, { 'emit-interval': '1s' });
    const [ann, bob] = await callTogether(world, 2);
    ann?.send('1');
    bob?.send('2');
    await world.clock.advance(500);
    expect(events).toEqual([]);
    await world.clock.advance(600);
    expect(events.map(({ attributes }) => attributes['peer.id'])).toEqual(source.peers.map(({ id }) => id));
  });
});
