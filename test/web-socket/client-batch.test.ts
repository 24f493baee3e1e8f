import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { numbered, World } from '../supervision/world.ts';
import { drop, type SinkOptions, sinkBench } from './client-bench.ts';

type Batch = NonNullable<SinkInput['batch']>;

async function bench(batch: Batch, options: SinkOptions = {}) {
  const made = await sinkBench({ ...options, batch });
  await made.world.start();
  return made;
}

/** The frames of a sink that takes from the standard input, once that has ended. */
async function frames(lines: readonly string[], batch: Batch, options: SinkOptions = {}) {
  const { payload = 'text' } = options;
  const world = new World();
  const server = await world.server('downstream');
  const sink = { name: 'store', batch, 'web-socket': { url: server.url, ...options } };
  world.add([{ name: 'in', stdin: { payload } }], [sink]);
  await world.start();
  world.stdin.end(lines.join('\n'));
  await world.clock.advance(1_000);
  return server.received;
}

describe('batch.mode fixed', () => {
  test('sends a batch at fixed-size', async () => {
    const { world, server, push } = await bench({ mode: 'fixed', 'fixed-size': 3, timeout: '1h' });
    push(...numbered(7, ''));
    await world.clock.advance(1_000);
    expect(server.received).toEqual(['1\n2\n3', '4\n5\n6']);
  });

  test('is the default, with a fixed-size of 100 and a timeout of 100 ms', async () => {
    const { world, server, push } = await bench({});
    push(...numbered(101, ''));
    await world.clock.advance(99);
    expect(server.received).toEqual([numbered(100, '').join('\n')]);
    await world.clock.advance(100);
    expect(server.received.slice(1)).toEqual(['101']);
  });

  test('goes over the events of documents', async () => {
    expect(await frames(['a', 'b', 'c'], { mode: 'fixed', 'fixed-size': 2 })).toEqual(['a\nb', 'c']);
  });
});

describe('batch.mode document', () => {
  test("sends a batch at its document's end, whatever fixed-size says", async () => {
    expect(await frames(numbered(5, ''), { mode: 'document', 'fixed-size': 2 })).toEqual(['1\n2\n3\n4\n5']);
  });

  test('takes each event of a connection for a document', async () => {
    const world = new World();
    const [up, down] = [await world.server('up'), await world.server('down')];
    const sink = { url: down.url, batch: { mode: 'document', timeout: '1h' } } as const;
    world.add([{ name: 'exchange', 'web-socket': { url: up.url } }], [{ name: 'store', 'web-socket': sink }]);
    await world.start();
    up.send('one', 'two');
    await world.clock.advance(1_000);
    expect(down.received).toEqual(['one', 'two']);
  });

  test('sends what there is at its timeout, and the rest at the end', async () => {
    const world = new World();
    const server = await world.server('downstream');
    const batch = { mode: 'document', timeout: '1s' } as const;
    world.add([{ name: 'in', stdin: {} }], [{ name: 'store', batch, 'web-socket': { url: server.url } }]);
    await world.start();
    world.stdin.write('a\nb\nc\n');
    await world.clock.advance(2_000);
    const early = [...server.received];
    world.stdin.end('d');
    await world.clock.advance(2_000);
    // The last line that is known waits, since it may be the end of the document.
    expect([early, server.received]).toEqual([['a\nb'], ['a\nb', 'c\nd']]);
  });

  test('makes batches per source, so that no document is mixed with another', async () => {
    const world = new World();
    const server = await world.server('downstream');
    const streams: Record<string, PassThrough> = { a: new PassThrough(), b: new PassThrough() };
    Object.assign(world.environment.files, { read: (path: string) => streams[path] });
    const sources = ['a', 'b'].map((name) => ({ name, file: { path: name } }));
    const batch = { mode: 'document', timeout: '1h' } as const;
    world.add(sources, [{ name: 'store', inputs: ['a', 'b'], batch, 'web-socket': { url: server.url } }]);
    await world.start();
    for (const name of ['a', 'b', 'a', 'b']) {
      streams[name]?.write(`${name}\n`);
      await world.clock.advance(10);
    }
    for (const name of ['b', 'a']) {
      streams[name]?.end(`${name}!`);
      await world.clock.advance(100);
    }
    expect(server.received).toEqual(['b\nb\nb!', 'a\na\na!']);
  });

  test('sends what there is at max-bytes', async () => {
    expect(await frames(['aaaa', 'bbbb', 'cc'], { mode: 'document', 'max-bytes': 8 })).toEqual(['aaaa\nbbbb', 'cc']);
  });
});

describe('batch.fixed-size', () => {
  test('of 1 sends each event at once', async () => {
    const { world, server, push } = await bench({ 'fixed-size': 1, timeout: '1h' });
    push('a', 'b');
    await world.clock.advance(10);
    expect(server.received).toEqual(['a', 'b']);
  });
});

describe('batch.max-bytes', () => {
  test('ends a batch that the next event would make larger', async () => {
    const { world, server, push } = await bench({ 'max-bytes': 10, timeout: '500ms' });
    push('aaaa', 'bbbb', 'cccc', 'too long for any batch', 'd');
    await world.clock.advance(1_000);
    expect(server.received).toEqual(['aaaa\nbbbb', 'cccc', 'too long for any batch', 'd']);
  });
});

describe('batch.timeout', () => {
  test('counts from the first event of a batch', async () => {
    const { world, server, push } = await bench({ timeout: '2s' }, { connect: { mode: 'eager' } });
    push('a');
    await world.clock.advance(1_500);
    push('b');
    await world.clock.advance(400);
    expect(server.received).toEqual([]);
    await world.clock.advance(200);
    expect(server.received).toEqual(['a\nb']);
  });

  test('is not waited for by a stop, which sends the open batch', async () => {
    const { world, server, push } = await bench({ timeout: '1h' }, { connect: { mode: 'eager' } });
    push('a', 'b');
    await world.clock.advance(10);
    expect([await world.stop(), server.received]).toEqual([{ failures: [], undelivered: 0 }, ['a\nb']]);
  });
});

describe('batch.header and batch.footer', () => {
  test('stand before and after the events, on lines of their own', async () => {
    expect(await frames(['a', 'b'], { header: 'BEGIN\n', footer: 'END\n' })).toEqual(['BEGIN\na\nb\nEND\n']);
  });

  test('header: alone has one newline behind it', async () => {
    expect(await frames(['a'], { header: 'BEGIN' })).toEqual(['BEGIN\na']);
  });

  test('footer: alone has one newline before it', async () => {
    expect(await frames(['a'], { footer: 'END' })).toEqual(['a\nEND']);
  });

  test('may have several lines', async () => {
    expect(await frames(['a'], { header: 'one\ntwo', footer: 'three\n\nfour' })).toEqual([
      'one\ntwo\na\nthree\n\nfour',
    ]);
  });

  test('are filled in from the first event of each batch, and from its number', async () => {
    const header = `\${kind} \${/n} \${stat|_BATCH_NUMBER} \${none||-}`;
    const lines = ['{"kind":"a","n":1}', '{"kind":"b","n":2}', '{"kind":"c","n":3}'];
    expect(await frames(lines, { 'fixed-size': 2, header }, { payload: 'json' })).toEqual([
      `a 1 1 -\n${lines[0]}\n${lines[1]}`,
      `c 3 2 -\n${lines[2]}`,
    ]);
  });

  test('of a sink with a cursor may hold it', async () => {
    const cursor = { 'value-field': 'id', 'initial-value': '0' };
    const { world, server, push } = await bench({ 'fixed-size': 1, header: `after \${cursor}` }, { cursor });
    push({ id: 1 });
    await world.clock.advance(1_000);
    push({ id: 2 });
    await world.clock.advance(1_000);
    expect(server.received).toEqual(['after 0\n{"id":1}', 'after 1\n{"id":2}']);
  });

  test('without a value for a field make failures of the events of the batch', async () => {
    const { world, server, push, sink } = await bench({ 'fixed-size': 2, header: `\${missing}` });
    push({ a: 1 }, { a: 2 }, { missing: 'here' }, { a: 4 });
    await world.clock.advance(1_000);
    expect([server.received, sink().rejected]).toEqual([['here\n{"missing":"here"}\n{"a":4}'], 2]);
  });
});

describe('batch.wrap-as-json', () => {
  test('makes one JSON array of the events, without newlines', async () => {
    const { world, server, push } = await bench({ 'fixed-size': 3, 'wrap-as-json': true }, { payload: 'json' });
    push({ a: 1 }, 'text', '[1, 2]');
    await world.clock.advance(1_000);
    expect(server.received).toEqual(['[{"a":1},"text",[1, 2]]']);
  });

  test('stands between header and footer, without newlines', async () => {
    const batch = { 'wrap-as-json': true, header: '{"events":', footer: '}' };
    expect(await frames(['{"a":1}', '{"a":2}'], batch, { payload: 'json' })).toEqual(['{"events":[{"a":1},{"a":2}]}']);
  });

  test.each(['binary', 'binary-base64'] as const)('with payload %s is refused', async (payload) => {
    await expect(bench({ 'wrap-as-json': true }, { payload })).rejects.toThrow(`cannot be with payload ${payload}`);
  });
});

describe('batch.use-document-marker', () => {
  const marked = (id: string, index: number, end: boolean) => ({ id, index, end });

  test('writes into JSON objects which document they are of, their index, and whether they are its last', async () => {
    const batch = { mode: 'document', 'use-document-marker': true } as const;
    const [frame = ''] = await frames(['{"a":1}', '[2]', '{"a":3}'], batch, { payload: 'json' });
    const [first, second, third] = frame.split('\n').map((line) => JSON.parse(line));
    const { id } = first._document;
    expect([first, second, third]).toEqual([
      { a: 1, _document: marked(id, 0, false) },
      [2],
      { a: 3, _document: marked(id, 2, true) },
    ]);
  });

  test('gives events attributes, which a header may name', async () => {
    const header = `\${msg|document.index} \${msg|document.end}`;
    expect(await frames(['a'], { 'use-document-marker': true, header })).toEqual(['0 true\na']);
  });

  test('is off by default', async () => {
    expect(await frames(['{"a":1}'], { mode: 'document' }, { payload: 'json' })).toEqual(['{"a":1}']);
  });
});

describe('batch', () => {
  test('absent: each event is a frame', async () => {
    const { world, server, push } = await sinkBench();
    await world.start();
    push('a', 'b');
    await world.clock.advance(10);
    expect(server.received).toEqual(['a', 'b']);
  });

  test('means the same beside the kind and inside it, and is refused in both', async () => {
    const batch = { 'fixed-size': 2 };
    const inside = await bench(batch);
    inside.push('a', 'b');
    await inside.world.clock.advance(10);
    expect([inside.server.received, await frames(['a', 'b'], batch)]).toEqual([['a\nb'], ['a\nb']]);
    const sink = { name: 'store', batch, 'web-socket': { url: 'ws://downstream/', batch } };
    expect(() => inside.pipeline.sink('both', sink)).toThrow();
    expect(() => new World().add([{ name: 'in', stdin: {} }], [sink])).toThrow('is given beside web-socket too');
  });

  test('that is not acknowledged is sent again as it was, whole', async () => {
    const options = { ack: 'reply', reply: { pointer: '/id' } } as const;
    const { world, server, push } = await bench({ 'fixed-size': 2, header: 'H' }, options);
    push({ id: 1 }, { id: 2 });
    await world.clock.advance(10);
    await drop(world, server);
    expect(server.received).toEqual(Array(2).fill('H\n{"id":1}\n{"id":2}'));
  });
});
