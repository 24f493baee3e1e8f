import { describe, expect, test } from 'vitest';
import { sinkBench, sourceBench } from './client-bench.ts';

type Form = 'text' | 'json' | 'binary' | 'binary-base64';

/** A frame that the server sends, as bytes or as text. */
type Sent = string | Buffer;

/** The values that a source makes of frames, and what it could not make anything of. */
async function read(payload: Form, ...frames: Sent[]) {
  const { world, server, kept, pipeline } = await sourceBench({ payload });
  await world.start();
  server.peer.socket.write(frames.map((data) => ({ data, binary: typeof data !== 'string' })));
  await world.clock.advance(100);
  return { values: kept.map(({ value }) => value), rejected: pipeline.status };
}

/** The frames that a sink writes for events of an app, and how many it could not write. */
async function written(payload: Form, ...events: unknown[]) {
  const { world, server, push, sink } = await sinkBench({ payload });
  await world.start();
  push(...events);
  await world.clock.advance(1_000);
  const frames = server.peers.flatMap(({ heard }) => heard.received);
  return {
    frames: frames.map(({ data, binary }) => [binary ? 'binary' : 'text', binary ? [...data] : data.toString()]),
    rejected: sink().rejected,
  };
}

/** The same for events that came as frames to a source of the same form. */
async function passed(from: Form, to: Form, ...frames: Sent[]) {
  const { world, server, pipeline } = await sourceBench({ payload: from });
  const downstream = await world.server('downstream');
  pipeline.sink('store', { 'web-socket': { url: downstream.url, payload: to } });
  await world.start();
  server.peer.socket.write(frames.map((data) => ({ data, binary: typeof data !== 'string' })));
  await world.clock.advance(1_000);
  const received = downstream.peers.flatMap(({ heard }) => heard.received);
  return received.map(({ data, binary }) => [binary ? 'binary' : 'text', binary ? [...data] : data.toString()]);
}

const bytes = (...numbers: number[]) => Buffer.from(numbers);

describe('payload text', () => {
  test('in: is the text of a frame, whichever opcode it came with', async () => {
    const { values } = await read('text', 'plain', Buffer.from('ünï'), '', '{"a":1}');
    expect(values).toEqual(['plain', 'ünï', '', '{"a":1}']);
  });

  test('in: a binary frame that is not UTF-8 is rejected in its place, and the rest goes on', async () => {
    const { values, rejected } = await read('text', 'before', bytes(0xff, 0xfe), 'after');
    expect([values, rejected.sources[0]?.rejected]).toEqual([['before', 'after'], 1]);
  });

  test('out: is a text frame: a string as it is, _raw for a record that has one, else JSON text', async () => {
    const { frames } = await written('text', 'plain', '', { _raw: 'as it came', a: 1 }, { a: 1 }, [1], 12, null);
    expect(frames).toEqual([
      ['text', 'plain'],
      ['text', ''],
      ['text', 'as it came'],
      ['text', '{"a":1}'],
      ['text', '[1]'],
      ['text', '12'],
      ['text', 'null'],
    ]);
  });

  test('out: of what came as JSON strings is their text', async () => {
    expect(await passed('json', 'text', '"quoted"', '{"_raw":"raw"}', '{"px":1.10}')).toEqual([
      ['text', 'quoted'],
      ['text', 'raw'],
      ['text', '{"px":1.10}'],
    ]);
  });

  test('is the default of sources and of sinks', async () => {
    const { world, server, kept, pipeline } = await sourceBench();
    const downstream = await world.server('downstream');
    pipeline.sink('store', { 'web-socket': { url: downstream.url } });
    await world.start();
    server.send('{"a":1}');
    await world.clock.advance(1_000);
    expect([kept[0]?.value, downstream.received]).toEqual(['{"a":1}', ['{"a":1}']]);
  });
});

describe('payload json', () => {
  test('in: is the parsed value, whichever opcode it came with', async () => {
    const { values } = await read('json', '{"a":[1]}', Buffer.from('"text"'), '12', 'null');
    expect(values).toEqual([{ a: [1] }, 'text', 12, null]);
  });

  test('in: a binary frame that is not UTF-8 is rejected in its place, and the rest goes on', async () => {
    const { values, rejected } = await read('json', '1', bytes(0xff), '3');
    expect([values, rejected.sources[0]?.rejected]).toEqual([[1, 3], 1]);
  });

  test('out: text that is JSON goes verbatim, other text as a JSON string, values as JSON, in text frames', async () => {
    const { frames } = await written('json', '{ "px": 1.10, "id": 12345678901234567890 }', 'plain', '', { a: 1 });
    expect(frames).toEqual([
      ['text', '{ "px": 1.10, "id": 12345678901234567890 }'],
      ['text', '"plain"'],
      ['text', '""'],
      ['text', '{"a":1}'],
    ]);
  });

  test('out: bytes are the JSON string of their base64', async () => {
    expect(await passed('binary', 'json', bytes(0xff, 0))).toEqual([['text', '"/wA="']]);
  });

  test('through: what came as JSON leaves as it came, and what is none is rejected by the sink', async () => {
    const text = '{ "big": 12345678901234567890, "e": 1E2 }';
    expect(await passed('json', 'json', text, 'not json', '[]')).toEqual([
      ['text', text],
      ['text', '[]'],
    ]);
  });
});

describe('payload binary', () => {
  test('in: is the bytes of a frame, whichever opcode it came with', async () => {
    const { values } = await read('binary', bytes(0xff, 0), 'ä', '');
    expect(values).toEqual([bytes(0xff, 0), Buffer.from('ä'), Buffer.alloc(0)]);
  });

  test('out: is a binary frame: bytes as they are, strings as UTF-8, else JSON bytes', async () => {
    const { frames } = await written('binary', bytes(0xff, 0), 'ä', '', { a: 1 });
    expect(frames).toEqual([
      ['binary', [0xff, 0]],
      ['binary', [...Buffer.from('ä')]],
      ['binary', []],
      ['binary', [...Buffer.from('{"a":1}')]],
    ]);
  });

  test('through: bytes are kept', async () => {
    expect(await passed('binary', 'binary', bytes(0xc3, 0x28, 0), bytes())).toEqual([
      ['binary', [0xc3, 0x28, 0]],
      ['binary', []],
    ]);
  });
});

describe('payload binary-base64', () => {
  test('in: is the base64 text of the bytes of a frame, whichever opcode it came with', async () => {
    const { values } = await read('binary-base64', bytes(0xff, 0), 'a', '');
    expect(values).toEqual(['/wA=', 'YQ==', '']);
  });

  test('out: is a binary frame of what base64 text stands for, standard or URL-safe', async () => {
    const { frames } = await written('binary-base64', '/wA=', '_wA', '', bytes(1, 2));
    expect(frames).toEqual([
      ['binary', [0xff, 0]],
      ['binary', [0xff, 0]],
      ['binary', []],
      ['binary', [1, 2]],
    ]);
  });

  test('out: what is no base64 is rejected, and the rest goes on', async () => {
    const { frames, rejected } = await written('binary-base64', 'not base64!', { a: 1 }, 'AQ==');
    expect([frames, rejected]).toEqual([[['binary', [1]]], 2]);
  });

  test('through: bytes are kept', async () => {
    expect(await passed('binary-base64', 'binary-base64', bytes(0xff, 0, 1), 'text')).toEqual([
      ['binary', [0xff, 0, 1]],
      ['binary', [...Buffer.from('text')]],
    ]);
  });
});
