import { describe, expect, test } from 'vitest';
import { World, webSocketSource } from '../supervision/world.ts';
import { call, collect, inputSource } from './callers.ts';
import { drop, headersOf, type SourceOptions, sourceBench } from './client-bench.ts';
import { greeted, SOON, typed } from './scripted-server.ts';

const SCHEMA = { fields: [{ name: 'id', type: 'long', mode: 'required' }] } as const;
const TICKS = [typed('tick')];

const tick = (id: number) => `{"type":"tick","id":${id}}`;
const ACK = '{"type":"ack","channel":"ticks"}';

async function bench(options: SourceOptions = {}) {
  const made = await sourceBench({ payload: 'json', reconnect: SOON, ...options });
  const { world, server, pipeline, kept } = made;
  await world.start();
  return {
    ...made,
    /** In one turn. */
    send: async (...texts: string[]) => {
      server.send(...texts);
      await world.clock.advance(100);
    },
    texts: () => kept.map(({ text }) => text),
    source: () => pipeline.source('exchange').status,
  };
}

describe('select', () => {
  test('keeps acknowledgements from a source with a schema, to which they would be poison', async () => {
    const { send, texts, source } = await bench({ schema: SCHEMA, select: TICKS });
    await send(ACK, tick(1), ACK, tick(2), '{"type":"heartbeat"}');
    expect(texts()).toEqual(['{"id":1}', '{"id":2}']);
    expect(source()).toMatchObject({ received: 2, rejected: 0, restarts: 0, records: { selected: 2, passedOver: 3 } });
  });

  test('gives what it passes over no number: everything that has one is settled', async () => {
    const { send, kept, source } = await bench({ select: TICKS });
    await send(...Array.from({ length: 50 }, () => [ACK, tick(1)]).flat());
    expect(kept.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    expect(source()).toMatchObject({ received: 50, settled: 50, inFlight: 0 });
  });

  test('still fails what is selected and cannot be used, and what is no JSON', async () => {
    const { send, source } = await bench({ schema: SCHEMA, select: TICKS, 'on-error': 'continue' });
    await send('{"type":"tick"}', 'no JSON', ACK, tick(1));
    expect(source()).toMatchObject({ received: 3, rejected: 2, records: { selected: 2, passedOver: 1 } });
  });

  test('of a list of lists: one must hold', async () => {
    const high = [typed('tick'), { pointer: '/id', in: [8, 9] }];
    const { send, texts } = await bench({ select: [high, [{ pointer: '/urgent', exists: true }]] });
    await send(tick(1), tick(8), '{"urgent":null}', tick(9));
    expect(texts()).toEqual([tick(8), '{"urgent":null}', tick(9)]);
  });

  test('goes on counting over connections and restarts', async () => {
    const { world, server, send, source } = await bench({ select: TICKS });
    await send(ACK, tick(1));
    await drop(world, server);
    await send(ACK, tick(2), 'poison');
    await send(ACK);
    expect(source()).toMatchObject({ restarts: 1, records: { selected: 2, passedOver: 3 } });
  });

  test('of mode server-input: goes for what each peer sends', async () => {
    const world = new World();
    const pipeline = world.add([inputSource({}, { select: TICKS })]);
    const events = collect(pipeline, 'store');
    await world.start();
    const caller = await call(world);
    caller.send(ACK, tick(1), 'poison', tick(2));
    await world.clock.advance(10);
    expect([events.map(({ text }) => text), caller.open]).toEqual([[tick(1), tick(2)], true]);
    expect(pipeline.source('in').status.records).toMatchObject({ selected: 2, passedOver: 1 });
  });

  test('leaves the cursor to what is selected', async () => {
    const cursor = { 'header-name': 'x-from', 'value-field': 'id' };
    const { world, server, send } = await bench({ select: TICKS, cursor });
    await send(tick(1), '{"type":"ack","id":99}');
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, '1']);
  });

  test('sees neither the reply that a script expects nor what is answered', async () => {
    const { events, status, pipeline, server } = await greeted(
      {
        select: TICKS,
        requests: [{ send: { op: 'subscribe' }, expect: typed('ack') }],
        respond: [{ when: typed('ping'), send: { type: 'pong' } }],
      },
      { upon: (text) => (text.includes('subscribe') ? [ACK, { type: 'ping' }, tick(1), ACK] : []) },
    );
    expect([events(), status().answered]).toEqual([[tick(1)], 2]);
    expect(pipeline.source('exchange').status.records).toMatchObject({ selected: 1, passedOver: 1 });
    expect(server.received).toEqual(['{"op":"subscribe"}', '{"type":"pong"}']);
  });
});

describe('ignore-text', () => {
  test('drops what is said beside the data, and counts it', async () => {
    const { send, texts, source } = await bench({ schema: SCHEMA, 'ignore-text': ['pong', 'ok'] });
    await send('pong', tick(1), 'ok', tick(2), 'pong');
    expect(texts()).toEqual(['{"id":1}', '{"id":2}']);
    expect(source()).toMatchObject({ received: 2, rejected: 0, restarts: 0, records: { ignored: 3 } });
  });

  test('leaves alone what has more in it', async () => {
    const { send, texts } = await bench({ 'ignore-text': 'pong' });
    await send('pong', '"pong"', '["pong"]');
    expect(texts()).toEqual(['"pong"', '["pong"]']);
  });
});

describe('split-arrays', () => {
  test('makes an event of each element, as it is written', async () => {
    const { send, texts } = await bench({ 'split-arrays': true });
    await send('[{"id":1.10}, {"id": 12345678901234567890}]', '{"id":3}', '[]', 'null');
    expect(texts()).toEqual(['{"id":1.10}', '{"id": 12345678901234567890}', '{"id":3}']);
  });

  test('left out: leaves an array one event, which a schema reads by position', async () => {
    const plain = await bench({ select: [{ pointer: '/0/id', exists: true }] });
    await plain.send('[{"id":1},{"id":2}]');
    const { send, texts } = await bench({ schema: SCHEMA });
    await send('[7,8]');
    expect([plain.texts(), texts()]).toEqual([['[{"id":1},{"id":2}]'], ['{"id":7}']]);
  });

  test('makes a failure of a whole message of which one element is bad', async () => {
    const { send, texts, source } = await bench({ 'split-arrays': true, schema: SCHEMA, 'on-error': 'continue' });
    await send('[{"id":1},{"id":2}]', '[{"id":3},{"id":"x"},{"id":5}]', '[{"id":6}]');
    expect(texts()).toEqual(['{"id":1}', '{"id":2}', '{"id":6}']);
    expect(source()).toMatchObject({ received: 4, rejected: 1, settled: 4 });
  });

  test('says which element is bad', async () => {
    const { world, send } = await bench({ 'split-arrays': true, schema: SCHEMA });
    await send('[{"id":3},{"id":"x"}]');
    expect(world.log.filter((line) => line.startsWith('error crashed')).join()).toContain('at /1/id;');
  });

  test('selects among the elements', async () => {
    const { send, texts, source } = await bench({ 'split-arrays': true, select: TICKS });
    await send(`[${tick(1)},${ACK},null,${tick(2)}]`, `[${ACK}]`);
    expect(texts()).toEqual([tick(1), tick(2)]);
    expect(source()).toMatchObject({ received: 2, records: { selected: 2, passedOver: 2, ignored: 1 } });
  });

  test('keeps a message one document of its sinks', async () => {
    const world = new World();
    const server = await world.server('upstream');
    const batch = { mode: 'document', 'wrap-as-json': true, timeout: '1s' } as const;
    const source = webSocketSource(server.url, { payload: 'json', 'split-arrays': true });
    world.add([source], [{ name: 'out', stdout: {}, batch }]);
    await world.start();
    server.send('[{"id":1},{"id":2}]', '{"id":3}', '[{"id":4},{"id":5}]');
    await world.clock.advance(100);
    expect(world.printed).toBe('[{"id":1},{"id":2}]\n[{"id":3}]\n[{"id":4},{"id":5}]\n');
  });
});

describe('latest-only', () => {
  const INTERVAL = { 'latest-only': true, 'emit-interval': '10s' } as const;

  test('hands on the last message of each interval, and counts the others', async () => {
    const { world, send, texts, source } = await bench({ ...INTERVAL, schema: SCHEMA });
    await send(tick(1), tick(2));
    await send(tick(3));
    await world.clock.advance(10_000);
    await send(tick(4));
    await world.clock.advance(20_000);
    expect(texts()).toEqual(['{"id":3}', '{"id":4}']);
    expect(source()).toMatchObject({ received: 4, settled: 4, inFlight: 0, records: { pruned: 2 } });
  });

  test('hands on all elements of that message', async () => {
    const { world, send, texts, source } = await bench({ ...INTERVAL, 'split-arrays': true });
    await send('[{"id":1},{"id":2}]', '[{"id":3},{"id":4}]');
    await world.clock.advance(10_000);
    expect([texts(), source().records?.pruned]).toEqual([['{"id":3}', '{"id":4}'], 2]);
  });

  test('holds no source back, however much comes in an interval', async () => {
    const { world, server, texts, source } = await bench({ ...INTERVAL, select: TICKS });
    for (let round = 0; round < 30; round += 1) {
      server.send(...Array.from({ length: 1_000 }, (_, at) => tick(round * 1_000 + at)));
      await world.clock.advance(100);
    }
    expect(source().held).toBe(false);
    await world.clock.advance(10_000);
    expect([texts(), source().received, source().records?.pruned]).toEqual([[tick(29_999)], 30_000, 29_999]);
  });

  test('is the last one that is good and selected, not a poison message or one that is passed over', async () => {
    const { world, send, texts, source } = await bench({
      ...INTERVAL,
      schema: SCHEMA,
      select: TICKS,
      'on-error': 'continue',
    });
    await send(tick(1), tick(2), '{"type":"tick"}', 'poison', ACK);
    await world.clock.advance(10_000);
    expect(texts()).toEqual(['{"id":2}']);
    expect(source()).toMatchObject({ received: 4, rejected: 2, settled: 4, records: { pruned: 1, passedOver: 1 } });
  });

  test('moves the cursor over what was left out', async () => {
    const cursor = { 'header-name': 'x-from', 'value-field': 'id' };
    const { world, server, send } = await bench({ ...INTERVAL, cursor });
    await send(tick(1), tick(2), tick(3));
    await world.clock.advance(10_000);
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, '3']);
  });

  test('of what waits at a stop: is delivered', async () => {
    const { world, send, texts } = await bench({ ...INTERVAL, select: TICKS });
    await send(tick(1), tick(2));
    const { undelivered } = await world.stop();
    expect([texts(), undelivered]).toEqual([[tick(2)], 0]);
  });

  test('without emit-interval is refused', () => {
    const add = () => new World().add([webSocketSource('ws://upstream/', { 'latest-only': true })]);
    expect(add).toThrow('emit-interval');
  });

  test('tells of a gap that was in what it left out', async () => {
    const { world, send, source } = await bench({ ...INTERVAL, sequence: { pointer: '/id' } });
    await send(tick(1), tick(5), tick(6));
    await world.clock.advance(10_000);
    expect(source().records).toMatchObject({ gaps: 1, missing: 3, pruned: 2 });
  });
});
