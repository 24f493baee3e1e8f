// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { StartError } from '../../src/errors.ts';
import { filterMessages, mapMessages } from '../../src/index.ts';
import type { Message } from '../../src/messages/message.ts';
import { type Server, World, webSocketSource } from '../supervision/world.ts';
import { call, callTogether, collect, inputSource, outputSink } from './callers.ts';
import { drop, headersOf, type SourceOptions, sourceBench } from './client-bench.ts';
import { SOON } from './scripted-server.ts';

const SCHEMA = {
  fields: [
    { name: 'id', type: 'long' },
    { name: 'price', type: 'numeric' },
    { name: 'pair', type: 'string', mode: 'required' },
  ],
} as const;

const LONG = '9223372036854775807';
const PRICE = '123456789012345678901234567890.10';

/** As the feed writes it, and the record of it. */
const RAW = `{ "pair": "XY", "price": ${PRICE}, "id": "${LONG}", "more": 1 }`;
const RECORD = `{"id":${LONG},"price":${PRICE},"pair":"XY"}`;

/** A pipeline from a source with a schema to these sinks, that has been sent one message. */
async function delivered(sinks: readonly SinkInput[], options: SourceOptions = {}, world = new World()) {
  const server = await world.server('upstream');
  const pipeline = world.add([webSocketSource(server.url, { schema: SCHEMA, ...options })], sinks);
  await world.start();
  server.send(RAW);
  await world.clock.advance(1_000);
  return { world, server, pipeline };
}

/** What is printed. */
async function printed(sink: SinkInput, options: SourceOptions = {}): Promise<string> {
  const { world } = await delivered([sink], options);
  return world.printed;
}

/** What a sink of the app is given, of one message. */
async function received(texts: readonly string[] = [RAW], options: SourceOptions = {}) {
  const bench = await sourceBench({ schema: SCHEMA, ...options });
  await bench.world.start();
  bench.server.send(...texts);
  await bench.world.clock.advance(1_000);
  return bench;
}

describe('the digits of a long and of a numeric', () => {
  test('reach the standard output', async () => {
    expect(await printed({ name: 'out', stdout: {} })).toBe(`${RECORD}\n`);
  });

  test('reach a file', async () => {
    const world = new World();
    const written = new PassThrough();
    Object.assign(world.environment.files, { append: () => written });
    await delivered([{ name: 'out', file: { path: 'out.jsonl' } }], {}, world);
    expect(String(written.read())).toBe(`${RECORD}\n`);
  });

  test.each(['text', 'json'] as const)('reach the peer of a sink with payload: %s', async (payload) => {
    const world = new World();
    const down = await world.server('downstream');
    await delivered([{ name: 'store', 'web-socket': { url: down.url, payload } }], {}, world);
    expect(down.received).toEqual([RECORD]);
  });

  test('reach the peers of a server-output, also the one that comes back by such a cursor', async () => {
    const world = new World();
    const replay = { cursor: { 'query-parameter': 'after', 'value-field': 'id' }, replay: {} };
    const { server } = await delivered([outputSink({}, replay)], {}, world);
    const caller = await call(world, `/?after=${LONG}`);
    server.send('{"pair":"XY","id":-9223372036854775808}');
    await world.clock.advance(100);
    expect(caller.texts).toEqual(['{"id":-9223372036854775808,"price":null,"pair":"XY"}']);
  });

  test('are a bigint and a text to a sink of the app', async () => {
    const { kept } = await received();
    expect(kept.map(({ value, text }) => [value, text])).toEqual([
      [{ id: 9223372036854775807n, price: PRICE, pair: 'XY' }, RECORD],
    ]);
  });

  test('are numbers to a sink of the app where a number holds them', async () => {
    const { kept } = await received(['{"id":9007199254740991,"pair":"XY"}']);
    expect(kept[0]?.value).toEqual({ id: 9007199254740991, price: null, pair: 'XY' });
  });

  test('are there for a tap too', async () => {
    const { world, server, pipeline } = await delivered([]);
    const tapped: unknown[] = [];
    pipeline.source('exchange').messages$.subscribe(({ value }) => tapped.push(value));
    server.send(RAW);
    await world.clock.advance(100);
    expect(tapped).toEqual([{ id: 9223372036854775807n, price: PRICE, pair: 'XY' }]);
  });

  test('pass a transform that filters, and one that makes another event', async () => {
    const { world, server, pipeline } = await sourceBench({ schema: SCHEMA });
    const texts: string[] = [];
    const keep = ({ messages }: { readonly messages: readonly Message[] }) =>
      void texts.push(...messages.map(({ text }) => text));
    pipeline.sink('filtered', { transform: filterMessages(({ text }) => text.includes('XY')), function: keep });
    const wrap = mapMessages(({ value }) => ({ wrapped: value }));
    pipeline.sink('mapped', { transform: wrap, function: keep });
    await world.start();
    server.send(RAW);
    await world.clock.advance(100);
    expect(texts).toEqual([RECORD, `{"wrapped":{"id":${LONG},"price":"${PRICE}","pair":"XY"}}`]);
  });

  test('stay in a batch that is a JSON array, on a line and in a frame', async () => {
    const batch = { 'fixed-size': 2, timeout: '100ms', 'wrap-as-json': true } as const;
    expect(await printed({ name: 'out', stdout: {}, batch })).toBe(`[${RECORD}]\n`);
    const world = new World();
    const down = await world.server('downstream');
    await delivered([{ name: 'store', 'web-socket': { url: down.url, payload: 'json' }, batch }], {}, world);
    expect(down.received).toEqual([`[${RECORD}]`]);
  });

  test('stay in an event with a document marker', async () => {
    const batch = { mode: 'document', 'use-document-marker': true, timeout: '100ms' } as const;
    const line = await printed({ name: 'out', stdout: {}, batch });
    expect(line).toContain(RECORD.slice(1, -1));
  });

  test('are what ${field} is filled in with, in the header of a batch and in the template of a line', async () => {
    const batch = { 'fixed-size': 1, header: '# ${id} ${price}' } as const;
    expect(await printed({ name: 'out', stdout: { template: '${pair} ${id} ${price}' }, batch })).toBe(
      `# ${LONG} ${PRICE}\nXY ${LONG} ${PRICE}\n`,
    );
  });

  test('are those of a cursor', async () => {
    const cursor = { 'header-name': 'x-from', 'value-field': 'id' };
    const { world, server } = await received([RAW], { cursor, reconnect: SOON });
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, LONG]);
  });

  test('are what select and sequence go by, also where the schema does not ask for them', async () => {
    const { kept } = await received(
      ['{"id":9007199254740992}', '{"id":9007199254740993}', '{"id":9007199254740995}', '{"id":1}'],
      {
        schema: { fields: [{ name: 'low', type: 'double' }] },
        select: [{ pointer: '/id', matches: '^900719925474099[0-9]$' }],
        sequence: { pointer: '/id' },
      },
    );
    expect(kept.map(({ text, attributes }) => [text, attributes.gap])).toEqual([
      ['{"low":null}', undefined],
      ['{"low":null}', undefined],
      ['{"low":null}', '1'],
    ]);
  });

  test('stay as they are written without a schema, where the event is passed on', async () => {
    const { kept } = await received([RAW], { schema: undefined, select: [{ pointer: '/id', exists: true }] });
    expect(kept.map(({ text }) => text)).toEqual([RAW]);
  });
});

describe('a schema of mode server-input', () => {
  async function bench() {
    const world = new World();
    const pipeline = world.add([inputSource({}, { schema: SCHEMA })]);
    const events = collect(pipeline, 'store', 'in');
    const failures = collect(pipeline, 'dead', 'in.failures');
    await world.start();
    return { world, pipeline, events, failures, source: () => pipeline.source('in').status };
  }

  test('makes records of what each peer sends', async () => {
    const { world, events, pipeline } = await bench();
    const [ann, bob] = await callTogether(world, 2);
    ann?.send(RAW);
    await world.clock.advance(10);
    bob?.send('{"pair":"YZ"}');
    await world.clock.advance(10);
    const ids = pipeline.source('in').peers.map(({ id }) => id);
    expect(events.map(({ text, attributes }) => [text, attributes['peer.id']])).toEqual([
      [RECORD, ids[0]],
      ['{"id":null,"price":null,"pair":"YZ"}', ids[1]],
    ]);
  });

  test('goes on after what a bad peer sends: that fails, and nobody is sent away', async () => {
    const { world, events, failures, source } = await bench();
    const [bad, fine] = await callTogether(world, 2);
    for (let round = 0; round < 10; round += 1) {
      bad?.send('{"pair":null}', 'poison', '{"id":1}');
      fine?.send(RAW);
      await world.clock.advance(10);
    }
    expect([events.length, failures.length, bad?.open, fine?.open]).toEqual([10, 30, true, true]);
    expect(source()).toMatchObject({ restarts: 0, received: 40, failed: 30, rejected: 0, settled: 40 });
  });

  test('refuses on-error, since no peer may stop the others', () => {
    const options: object = { schema: SCHEMA, 'on-error': 'fail' };
    expect(() => new World().add([inputSource({}, options)])).toThrow('on-error');
  });
});

describe('received-field and event-time-field', () => {
  const NOW = '2023-11-14T22:13:20';

  test('stand at the end of a record, in this order', async () => {
    const { kept } = await received([RAW], { 'event-time-field': 'at', 'received-field': 'got' });
    const stamp = expect.stringMatching(`^\\{"id":.*,"pair":"XY","got":"${NOW}\\.\\d{3}Z","at":"${NOW}\\.\\d{3}Z"\\}$`);
    expect(kept.map(({ text }) => text)).toEqual([stamp]);
  });

  test('tell when the message came, and when its interval was handed on', async () => {
    const { world, server, kept } = await received([], {
      'event-time-field': 'at',
      'received-field': 'got',
      'emit-interval': '10s',
    });
    server.send(RAW);
    await world.clock.advance(20_000);
    const [times] = kept.map(({ text }) => JSON.parse(text));
    expect(Date.parse(times.at) - Date.parse(times.got)).toBe(10_000);
  });

  test('take the event time from the message, whose digits stay', async () => {
    const { kept } = await received([`{"pair":"XY","price":${PRICE},"ts":1700000000123456789}`], {
      'event-time-field': 'at',
      'event-time': { pointer: '/ts' },
    });
    expect(kept.map(({ text }) => text)).toEqual([
      `{"id":null,"price":${PRICE},"pair":"XY","at":"2023-11-14T22:13:20.123Z"}`,
    ]);
  });

  test('fail a message whose event time is none, and no other', async () => {
    const { kept, pipeline } = await received(['{"pair":"a","ts":"soon"}', '{"pair":"b"}'], {
      'event-time-field': 'at',
      'event-time': { pointer: '/ts' },
      'on-error': 'continue',
    });
    expect(kept.map(({ text }) => text)).toEqual(['{"id":null,"price":null,"pair":"b","at":null}']);
    expect(pipeline.source('exchange').status.rejected).toBe(1);
  });

  test('are part of the value that a sink of the app reads', async () => {
    const { kept } = await received([RAW], { 'received-field': 'got' });
    expect(kept[0]?.value).toMatchObject({ id: 9223372036854775807n, got: expect.stringContaining(NOW) });
  });
});

const AVRO = JSON.stringify({ type: 'record', name: 'Tick', fields: [{ name: 'id', type: 'long' }] });

describe('a schema that stands in a file', () => {
  async function started(schema: NonNullable<SourceOptions['schema']>, files: Readonly<Record<string, string>> = {}) {
    const world = new World();
    const server: Server = await world.server('upstream');
    for (const [path, text] of Object.entries(files)) world.files.texts.set(path, text);
    const pipeline = world.add([webSocketSource(server.url, { schema })]);
    const events = collect(pipeline, 'kept');
    const start = () => world.during(world.supervisor.start());
    return { world, server, events, start };
  }

  test('is read at the start', async () => {
    const { world, server, events, start } = await started({ avroSchema: 'tick.avsc' }, { 'tick.avsc': AVRO });
    await start();
    await world.clock.advance(100);
    server.send('{"id":"7","more":1}');
    await world.clock.advance(100);
    expect(events.map(({ text }) => text)).toEqual(['{"id":7}']);
  });

  test.each<[string, NonNullable<SourceOptions['schema']>]>([
    ['avroSchema', { avroSchema: 'tick.avsc' }],
    ['protobufDescriptor', { protobufDescriptor: 'tick.avsc', messageName: 'Tick' }],
  ])('%s: keeps the pipeline from starting while it is missing, and is named', async (option, schema) => {
    const { start, server } = await started(schema);
    const refused = start();
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow(
      `ticks cannot start: exchange: schema.${option} ("tick.avsc"): cannot be read: no such file`,
    );
    expect(server.peers).toEqual([]);
  });

  test.each<[string, string, NonNullable<SourceOptions['schema']>]>([
    ['avroSchema', '{"type":"rec', { avroSchema: 'tick.avsc' }],
    [
      'avroSchema.fields.0.type',
      '{"type":"record","name":"T","fields":[{"name":"id","type":"lon"}]}',
      { avroSchema: 'tick.avsc' },
    ],
    ['protobufDescriptor', 'no descriptor', { protobufDescriptor: 'tick.avsc', messageName: 'Tick' }],
  ])('%s: keeps it from starting when it holds %j, and is named', async (option, text, schema) => {
    const { start } = await started(schema, { 'tick.avsc': text });
    await expect(start()).rejects.toThrow(`ticks cannot start: exchange: schema.${option} ("tick.avsc"): `);
  });

  test.each(['received-field', 'event-time-field'] as const)(
    'keeps it from starting when it has a field of the name that %s adds',
    async (option) => {
      const world = new World();
      world.files.texts.set('tick.avsc', AVRO);
      world.add([webSocketSource('ws://upstream/', { schema: { avroSchema: 'tick.avsc' }, [option]: 'id' })]);
      await expect(world.during(world.supervisor.start())).rejects.toThrow(
        `ticks cannot start: exchange: ${option}: "id" is a field of the schema already, expected another`,
      );
    },
  );

  test('leaves nothing behind when it is missing', async () => {
    const { world, start } = await started({ avroSchema: 'tick.avsc' });
    await expect(start()).rejects.toThrow(StartError);
    expect([await world.leftovers(), world.files.locked.size]).toEqual([{ timers: 0, sockets: 0 }, 0]);
  });
});

describe('a schema that is given as avro text', () => {
  test('converts', async () => {
    const { kept } = await received(['{"id":"7","more":1}'], { schema: { avroSchema: AVRO } });
    expect(kept.map(({ text }) => text)).toEqual(['{"id":7}']);
  });

  test.each(['{"type":"rec', '{"type":"record","name":"T","fields":[{"name":"id","type":"lon"}]}'])(
    'and is broken is refused before anything starts: %s',
    (avroSchema) => {
      const add = () => new World().add([webSocketSource('ws://upstream/', { schema: { avroSchema } })]);
      expect(add).toThrow(/sources\[0\]\.web-socket\.schema\.avroSchema/);
    },
  );
});
