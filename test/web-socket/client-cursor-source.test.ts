// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import { type Server, World, webSocketSource } from '../supervision/world.ts';
import { drop, headersOf, type SourceOptions, sourceBench, targetsOf } from './client-bench.ts';

type Cursor = NonNullable<SourceOptions['cursor']>;
const BY_HEADER: Cursor = { 'header-name': 'last-event-id', 'value-field': 'id' };
const FILE = '.hawser/cursors/ticks.exchange.json';

const event = (id: unknown) => JSON.stringify({ id });

async function bench(cursor: Cursor, options: SourceOptions = {}, world = new World()) {
  const made = await sourceBench({ cursor, ...options }, world);
  await world.start();
  return made;
}

/** The header that each connection brought, when events came before each loss. */
async function resumed(cursor: Cursor, ...events: string[]): Promise<unknown[]> {
  const { world, server } = await bench(cursor);
  for (const each of events) {
    server.send(each);
    await world.clock.advance(100);
    await drop(world, server);
  }
  return headersOf(server, 'last-event-id');
}

/** A source one of whose sinks settles an event when the test says so; the others do at once. */
async function slowBench(...others: string[]) {
  const world = new World();
  const server = await world.server('upstream');
  const pipeline = world.add([webSocketSource(server.url, { cursor: BY_HEADER })]);
  const waiting: { message: Message | undefined; settle: () => void }[] = [];
  pipeline.sink('slow', {
    batch: { 'fixed-size': 1 },
    function: ({ messages }) =>
      new Promise((settle) => waiting.push({ message: messages[0], settle: () => settle(0) })),
  });
  for (const name of others) pipeline.sink(name, { function: () => {} });
  await world.start();
  const settle = async () => {
    waiting.at(-1)?.settle();
    await world.clock.advance(10);
  };
  return { world, server, pipeline, settle };
}

const lastOf = (server: Server) => headersOf(server, 'last-event-id').at(-1);

describe('cursor.header-name', () => {
  test('brings the cursor of the last settled event at each reconnect, and nothing before there is one', async () => {
    expect(await resumed(BY_HEADER, event('a'), event('b'))).toEqual([undefined, 'a', 'b']);
  });
});

describe('cursor.query-parameter', () => {
  test('brings it in the query, and wins over query and auth.query', async () => {
    const cursor = { 'query-parameter': 'from', 'value-field': 'id' };
    const { world, server } = await bench(cursor, { query: { from: 'q', x: '1' }, auth: { query: { from: 'auth' } } });
    server.send(event('a b'));
    await world.clock.advance(100);
    await drop(world, server);
    expect(targetsOf(server)).toEqual(['/?from=auth&x=1', '/?from=a%20b&x=1']);
  });

  test('may stand beside header-name', async () => {
    const { world, server } = await bench({ ...BY_HEADER, 'query-parameter': 'from' });
    server.send(event(7));
    await world.clock.advance(100);
    await drop(world, server);
    expect([targetsOf(server).at(-1), lastOf(server)]).toEqual(['/?from=7', '7']);
  });
});

describe('cursor.initial-value', () => {
  test('is sent until one is committed', async () => {
    const cursor = { ...BY_HEADER, 'initial-value': '0' };
    expect(await resumed(cursor, '{"other":1}', event('a'), '{"other":2}')).toEqual(['0', '0', 'a', 'a']);
  });
});

describe('cursor.value-field', () => {
  test.each([
    ['id', { id: 'a' }, 'a'],
    ['head.seq', { head: { seq: 12 } }, '12'],
  ])('%s: is a dot path into the event', async (field, value, expected) => {
    const cursor = { 'header-name': 'last-event-id', 'value-field': field };
    expect(await resumed(cursor, JSON.stringify(value))).toEqual([undefined, expected]);
  });

  test('keeps every digit of a long integer', async () => {
    expect(await resumed(BY_HEADER, '{"id":12345678901234567890}')).toEqual([undefined, '12345678901234567890']);
  });
});

describe('cursor.value-pointer', () => {
  test('is a JSON pointer into the event', async () => {
    const cursor = { 'header-name': 'last-event-id', 'value-pointer': '/a~1b/0' };
    expect(await resumed(cursor, '{"a/b":["x"]}')).toEqual([undefined, 'x']);
  });

  test('beside value-field is refused', () => {
    const cursor = { 'value-field': 'id', 'value-pointer': '/id' };
    expect(() => new World().add([webSocketSource('ws://upstream/', { cursor })])).toThrow('value-pointer');
  });
});

describe('cursor.resume-on-reconnect', () => {
  test('true: is the default', async () => {
    expect(await resumed({ ...BY_HEADER, 'resume-on-reconnect': true }, event('a'))).toEqual([undefined, 'a']);
  });

  test('false: sends it only when the process starts', async () => {
    const cursor = { ...BY_HEADER, 'initial-value': '0', 'resume-on-reconnect': false };
    expect(await resumed(cursor, event('a'), event('b'))).toEqual(['0', undefined, undefined]);
  });

  test('false: still keeps it, for the next start', async () => {
    const { world, server } = await bench({ ...BY_HEADER, 'resume-on-reconnect': false });
    server.send(event('a'));
    await world.clock.advance(100);
    await world.stop();
    expect(world.files.texts.get(FILE)).toContain('"value":"a"');
  });
});

describe('${cursor}', () => {
  test('is filled into url, headers, query, auth and requests at each attempt', async () => {
    const world = new World();
    const server = await world.server('upstream');
    const options: SourceOptions = {
      cursor: { 'value-field': 'id', 'initial-value': '0' },
      headers: { 'x-from': 'h-${cursor}' },
      query: { q: '${cursor}' },
      auth: { 'bearer-token': 't-${cursor}' },
      requests: [{ subscribe: { after: '${cursor}' } }],
    };
    world.add([webSocketSource('ws://upstream/${cursor}', options)]).sink('kept', { function: () => {} });
    await world.start();
    server.send(event('a"b'));
    await world.clock.advance(100);
    await drop(world, server);
    const seen = server.peers.map(({ handshake: { target, headers }, heard }) => [
      target,
      headers['x-from'],
      headers.authorization,
      ...heard.texts,
    ]);
    expect(seen).toEqual([
      ['/0?q=0', 'h-0', 'Bearer t-0', '{"subscribe":{"after":"0"}}'],
      ['/a%22b?q=a%22b', 'h-a"b', 'Bearer t-a"b', '{"subscribe":{"after":"a\\"b"}}'],
    ]);
  });

  test('with a default needs no initial-value', async () => {
    const { server } = await bench({ 'value-field': 'id' }, { headers: { 'x-from': '${cursor||none}' } });
    expect(headersOf(server, 'x-from')).toEqual(['none']);
  });

  test('without one fails the attempt while there is no cursor', async () => {
    const { status } = await bench({ 'value-field': 'id' }, { headers: { 'x-from': '${cursor}' } });
    expect(status()).toMatchObject({ state: 'waiting', cause: { detail: { kind: 'preparation' } } });
  });
});

describe('the cursor of a source', () => {
  test('is that of the last event that was settled, never of a later one that came', async () => {
    const { world, server, settle } = await slowBench();
    server.send(event(1), event(2), event(3));
    await world.clock.advance(100);
    await settle();
    await settle();
    await drop(world, server);
    expect(lastOf(server)).toBe('2');
  });

  test('is that of the slowest of its sinks', async () => {
    const { world, server, pipeline, settle } = await slowBench('fast');
    server.send(event(1), event(2));
    await world.clock.advance(100);
    await settle();
    await drop(world, server);
    expect([pipeline.sink('fast').status.delivered, lastOf(server)]).toEqual([2, '1']);
  });

  test('does not go past a failed event before every taker of the failures has settled it', async () => {
    const world = new World();
    const server = await world.server('upstream');
    const pipeline = world.add([webSocketSource(server.url, { cursor: BY_HEADER })]);
    pipeline.sink('kept', { function: () => {} });
    let settle = () => {};
    const taken = new Promise<void>((resolve) => {
      settle = resolve;
    });
    pipeline.sink('dead', { inputs: ['exchange.failures'], function: () => taken });
    await world.start();
    server.send(event(1));
    server.peer.socket.write([{ data: Buffer.from([0xff]), binary: true }]);
    server.send(event(3));
    await world.clock.advance(100);
    await drop(world, server);
    expect(lastOf(server)).toBe('1');
    settle();
    await world.clock.advance(100);
    await drop(world, server);
    expect(lastOf(server)).toBe('3');
  });

  test('of a web-socket sink behind it is acknowledged by the peer of that sink first', async () => {
    const world = new World();
    const [up, down] = [await world.server('up'), await world.server('down')];
    const sink = { url: down.url, ack: 'reply', reply: { pointer: '/id' } } as const;
    world.add([webSocketSource(up.url, { cursor: BY_HEADER })], [{ name: 'store', 'web-socket': sink }]);
    await world.start();
    up.send(event(1), event(2));
    await world.clock.advance(100);
    down.send('{"id":1}');
    await world.clock.advance(100);
    await drop(world, up);
    expect(lastOf(up)).toBe('1');
    down.send('{"id":2}');
    await world.clock.advance(100);
    await drop(world, up);
    expect(lastOf(up)).toBe('2');
  });
});
