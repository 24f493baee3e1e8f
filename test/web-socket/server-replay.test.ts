import { describe, expect, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { World } from '../supervision/world.ts';
import { BIND, call, callTogether, FEED, outputSink, publish } from './callers.ts';

type Options = NonNullable<Parameters<typeof outputSink>[1]>;

const CURSOR = { 'query-parameter': 'after', 'header-name': 'Last-Event-ID', 'value-pointer': '/id' } as const;

const tick = (id: number) => JSON.stringify({ id });
const ticks = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => tick(first + at));

async function createReplay(
  replay: Options['replay'] = {},
  cursor: NonNullable<Options['cursor']> = CURSOR,
  server = {},
) {
  const world = new World();
  const pipeline = world.add([FEED], [outputSink(server, { cursor, replay })]);
  await world.start();
  return { world, pipeline, endpoint: () => pipeline.sink('out').status.endpoint };
}

describe('cursor and replay of mode server-output', () => {
  test('a peer that comes back is sent what it missed, then what comes live, in order and once', async () => {
    const { world, pipeline } = await createReplay();
    await publish(world, pipeline, ...ticks(1, 10));
    const caller = await call(world, '/?after=4');
    await publish(world, pipeline, ...ticks(11, 12));
    expect(caller.texts).toEqual(ticks(5, 12));
  });

  test('query-parameter says where it was', async () => {
    const { world, pipeline } = await createReplay({}, { 'query-parameter': 'from', 'value-pointer': '/id' });
    await publish(world, pipeline, ...ticks(1, 3));
    expect((await call(world, '/?from=2')).texts).toEqual([tick(3)]);
    expect((await call(world, '/?after=2')).texts).toEqual([]);
  });

  test('header-name says where it was', async () => {
    const { world, pipeline } = await createReplay({}, { 'header-name': 'Last-Event-ID', 'value-pointer': '/id' });
    await publish(world, pipeline, ...ticks(1, 3));
    expect((await call(world, '/', { headers: { 'last-event-id': '2' } })).texts).toEqual([tick(3)]);
  });

  test('value-field says what the cursor of an event is', async () => {
    const { world, pipeline } = await createReplay({}, { 'query-parameter': 'after', 'value-field': 'at.seq' });
    const events = ['a', 'b', 'c'].map((seq) => JSON.stringify({ at: { seq } }));
    await publish(world, pipeline, ...events);
    expect((await call(world, '/?after=b')).texts).toEqual([events[2]]);
  });

  test('value-pointer says what the cursor of a payload is', async () => {
    const { world, pipeline } = await createReplay({}, { 'query-parameter': 'after', 'value-pointer': '/at/0' });
    const events = ['a', 'b', 'c'].map((seq) => JSON.stringify({ at: [seq] }));
    await publish(world, pipeline, ...events);
    expect((await call(world, '/?after=b')).texts).toEqual([events[2]]);
  });

  test('a peer without a cursor is sent what comes live', async () => {
    const { world, pipeline } = await createReplay();
    await publish(world, pipeline, ...ticks(1, 3));
    const caller = await call(world);
    await publish(world, pipeline, tick(4));
    expect(caller.texts).toEqual([tick(4)]);
  });

  test('a peer that has missed nothing is sent what comes live', async () => {
    const { world, pipeline, endpoint } = await createReplay();
    await publish(world, pipeline, ...ticks(1, 3));
    const caller = await call(world, '/?after=3');
    await publish(world, pipeline, tick(4));
    expect([caller.texts, endpoint()?.gaps]).toEqual([[tick(4)], 0]);
  });

  test('an event without a cursor is replayed too', async () => {
    const { world, pipeline } = await createReplay();
    await publish(world, pipeline, tick(1), 'between', tick(2));
    expect((await call(world, '/?after=1')).texts).toEqual(['between', tick(2)]);
  });

  test('the replay goes on while events come live, and none is lost or doubled', async () => {
    const world = new World({ bufferBytes: 1_024 });
    const pipeline = world.add([FEED], [outputSink({}, { cursor: CURSOR, replay: {} })]);
    await world.start();
    await publish(world, pipeline, ...ticks(1, 500));
    const [caller] = await callTogether(world, 1, '/?after=1');
    for (let id = 501; id <= 700; id += 1) {
      await pipeline.source('feed').push(tick(id));
      await world.clock.advance(1);
    }
    await world.clock.advance(1_000);
    expect(caller?.texts).toEqual(ticks(2, 700));
  });

  test('with batches the cursor of a frame is that of its last event', async () => {
    const world = new World();
    const sink: SinkInput = { ...outputSink({}, { cursor: CURSOR, replay: {} }), batch: { 'fixed-size': 2 } };
    const pipeline = world.add([FEED], [sink]);
    await world.start();
    await publish(world, pipeline, ...ticks(1, 6));
    expect((await call(world, '/?after=4')).texts).toEqual([`${tick(5)}\n${tick(6)}`]);
  });

  test('without replay a cursor changes nothing', async () => {
    const world = new World();
    const pipeline = world.add([FEED], [outputSink({}, { cursor: CURSOR })]);
    await world.start();
    await publish(world, pipeline, ...ticks(1, 3));
    expect((await call(world, '/?after=1')).texts).toEqual([]);
  });

  test('what nobody heard is kept for who comes back, and counted as unheard', async () => {
    const { world, pipeline, endpoint } = await createReplay();
    const first = await call(world);
    await publish(world, pipeline, tick(1));
    first.socket.terminate();
    await world.clock.advance(10);
    await publish(world, pipeline, ...ticks(2, 5));
    expect([(await call(world, '/?after=1')).texts, endpoint()?.unheard]).toEqual([ticks(2, 5), 4]);
  });
});

describe('replay.max-events', () => {
  test('is how many are kept: an older cursor is a gap', async () => {
    const { world, pipeline, endpoint } = await createReplay({ 'max-events': 3 });
    await publish(world, pipeline, ...ticks(1, 10));
    expect((await call(world, '/?after=8')).texts).toEqual(ticks(9, 10));
    expect(endpoint()?.gaps).toBe(0);
    await call(world, '/?after=7');
    expect(endpoint()?.gaps).toBe(1);
  });
});

describe('replay.max-bytes', () => {
  test('is how many bytes are kept', async () => {
    const { world, pipeline, endpoint } = await createReplay({ 'max-bytes': 50 });
    await publish(world, pipeline, ...ticks(1, 10));
    await call(world, '/?after=1');
    expect(endpoint()?.gaps).toBe(1);
    expect((await call(world, '/?after=9')).texts).toEqual([tick(10)]);
  });
});

describe('replay.on-gap', () => {
  test.each([
    ['too old', '2'],
    ['unknown', 'never'],
  ])('notify is the default: a peer whose cursor is %s is told of the gap first', async (_, after) => {
    const { world, pipeline, endpoint } = await createReplay({ 'max-events': 3 });
    await publish(world, pipeline, ...ticks(1, 10));
    const caller = await call(world, `/?after=${after}`);
    await publish(world, pipeline, tick(11));
    expect(caller.texts.map((text) => JSON.parse(text))).toEqual([
      { gap: { after, from: '8' } },
      { id: 8 },
      { id: 9 },
      { id: 10 },
      { id: 11 },
    ]);
    expect(endpoint()?.gaps).toBe(1);
  });

  test('close closes the peer and says why', async () => {
    const { world, pipeline, endpoint } = await createReplay({ 'max-events': 3, 'on-gap': 'close' });
    await publish(world, pipeline, ...ticks(1, 10));
    const caller = await call(world, '/?after=2');
    expect([caller.texts, caller.loss]).toEqual([
      [],
      { kind: 'close', code: 4404, reason: 'cursor unknown or too old' },
    ]);
    expect(endpoint()?.gaps).toBe(1);
  });

  test('ignore says nothing of it, and counts it', async () => {
    const { world, pipeline, endpoint } = await createReplay({ 'max-events': 3, 'on-gap': 'ignore' });
    await publish(world, pipeline, ...ticks(1, 10));
    const caller = await call(world, '/?after=2');
    await publish(world, pipeline, tick(11));
    expect([caller.texts, endpoint()?.gaps]).toEqual([ticks(8, 11), 1]);
  });
});

describe('cursor and replay of mode relay', () => {
  test('a peer that comes back is sent what the others have said, and not what it says itself', async () => {
    const world = new World();
    const relay = { mode: 'relay', server: { bind: BIND }, cursor: CURSOR, replay: {} } as const;
    world.add([{ name: 'chat', 'web-socket': relay }]);
    await world.start();
    const ann = await call(world);
    ann.send(...ticks(1, 5));
    await world.clock.advance(10);
    const bob = await call(world, '/?after=2');
    bob.send(tick(6));
    await world.clock.advance(10);
    expect([ann.texts, bob.texts]).toEqual([[tick(6)], ticks(3, 5)]);
  });

  test('with url it is of what came from upstream', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const relay = { mode: 'relay', url: upstream.url, server: { bind: BIND }, cursor: CURSOR, replay: {} } as const;
    world.add([{ name: 'chat', 'web-socket': relay }]);
    await world.start();
    upstream.send(...ticks(1, 20));
    await world.clock.advance(10);
    const caller = await call(world, '/', { headers: { 'Last-Event-ID': '15' } });
    expect(caller.texts).toEqual(ticks(16, 20));
  });
});
