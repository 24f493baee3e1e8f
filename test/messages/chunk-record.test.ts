import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { RecordError, readChunk, writeChunk } from '../../src/messages/chunk-record.ts';
import { type Attributes, type Decode, type Encoding, Message } from '../../src/messages/message.ts';
import { PackedChunk, packFrames } from '../../src/messages/packed-chunk.ts';
import { chunkOf, emptyRange, event, shown, thinned } from '../streams/events.ts';

const POSITION = 41;
const NO_DECODE = () => undefined;

function copied(chunk: Chunk, decode: Parameters<typeof readChunk>[2] = NO_DECODE): Chunk {
  return readChunk(writeChunk(chunk, POSITION), POSITION, decode);
}

function packed(first: number, texts: readonly string[], attributes?: Attributes): PackedChunk {
  const origin = { source: 'a', epoch: 'e1', receivedAt: 5, encoding: 'json', attributes } as const;
  return new PackedChunk(origin, first, packFrames(texts.map((text) => ({ data: Buffer.from(text) }))));
}

/** All that a message is, but for its value. */
function facts({ source, epoch, sequence, receivedAt, payload, encoding, attributes, fault, isRecord }: Message) {
  const own = Buffer.isBuffer(payload) ? [...payload] : payload;
  const why = fault && { code: fault.code, message: fault.message, path: fault.path };
  return { source, epoch, sequence, receivedAt, own, encoding, attributes: { ...attributes }, why, isRecord };
}

function allOf({ source, through, messages }: Chunk) {
  return { source, through, messages: messages.map(facts) };
}

function isPacked(chunk: Chunk): boolean {
  return chunk instanceof PackedChunk;
}

/** What reading says: `whole`, or the error. */
function reading(record: Buffer, position = POSITION): string {
  try {
    readChunk(record, position, NO_DECODE);
    return 'whole';
  } catch (error) {
    return error instanceof RecordError ? `${error.reason}: ${error.message}` : `not ours: ${error}`;
  }
}

function flipped(record: Buffer, bit: number): Buffer {
  const other = Buffer.from(record);
  other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return other;
}

/** With a checksum that fits. */
function resealed(record: Buffer): Buffer {
  record.writeUInt32LE(crc32(record.subarray(4)), 0);
  return record;
}

const encoding = fc.constantFrom<Encoding>('text', 'json', 'binary', 'binary-base64');
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ud800', 'é漢\udc00🚢', '\ufeff'),
);
const anyPayload = fc.oneof(
  anyText,
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const anyAttributes = fc.dictionary(anyText, anyText, { maxKeys: 3 });
const anyFault = fc.option(
  fc.record({ code: fc.string(), message: anyText, path: fc.option(fc.string(), { nil: undefined }) }),
  { nil: undefined },
);

const anyMessage = (attributes: readonly Attributes[]) =>
  fc
    .record({
      source: fc.constantFrom('a', 'b'),
      epoch: fc.constantFrom('e1', 'e2'),
      sequence: fc.nat(),
      receivedAt: fc.oneof(fc.nat(), fc.double({ noNaN: true })),
      payload: anyPayload,
      encoding,
      attributes: fc.constantFrom(...attributes),
      fault: anyFault,
      record: fc.boolean(),
    })
    .map((of) => {
      const decode = of.record ? () => 'decoded' : undefined;
      const { source, epoch, sequence, receivedAt, payload, encoding, attributes } = of;
      const message = new Message(source, epoch, sequence, receivedAt, payload, encoding, attributes, decode);
      return of.fault ? message.withFault(of.fault) : message;
    });

const anyMessages: fc.Arbitrary<Chunk> = fc
  .array(anyAttributes, { minLength: 1, maxLength: 3 })
  .chain((attributes) =>
    fc.record({ source: anyText, through: fc.nat(), messages: fc.array(anyMessage(attributes), { maxLength: 12 }) }),
  );

/** Also parts of a larger one, which share its memory. */
const anyPacked: fc.Arbitrary<Chunk> = fc
  .record({
    payloads: fc.array(fc.uint8Array(), { minLength: 1, maxLength: 12 }),
    first: fc.integer({ min: 1, max: 1e9 }),
    receivedAt: fc.nat(),
    encoding,
    attributes: fc.option(anyAttributes, { nil: undefined }),
    cut: fc.nat(),
  })
  .map(({ payloads, first, receivedAt, encoding, attributes, cut }) => {
    const frames = packFrames(payloads.map((bytes) => ({ data: Buffer.from(bytes) })));
    const whole = new PackedChunk({ source: 'a', epoch: 'e1', receivedAt, encoding, attributes }, first, frames);
    return whole.split(cut % payloads.length)[1];
  });

const anyChunk = fc.oneof(anyMessages, anyPacked);

describe('a chunk that is written and read', () => {
  test('is the same, whatever it is', () => {
    fc.assert(
      fc.property(anyChunk, (chunk) => {
        expect(allOf(copied(chunk, () => () => 'decoded'))).toEqual(allOf(chunk));
      }),
      { numRuns: 500 },
    );
  });

  test('stays packed', () => {
    expect(isPacked(copied(packed(4, ['one', '', 'three'])))).toBe(true);
  });

  test('is written and read without making its messages, when it is packed', () => {
    const made = vi.spyOn(PackedChunk.prototype, 'messages', 'get');
    copied(packed(1, ['one', 'two']));
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
  });

  test('takes with it nothing of the memory that a part shares', () => {
    const whole = packed(1, ['x'.repeat(10_000), 'two']);
    expect(writeChunk(whole.split(1)[1], POSITION).length).toBeLessThan(300);
  });

  test('covers what it covered when it has no message', () => {
    expect(shown(copied(emptyRange('a', 9)))).toBe('->9');
  });

  test('keeps holes, and sequences that many parts of one event have', () => {
    expect(shown(copied(thinned('a', 9, [2, 5, 5, 5, 7])))).toBe('a2 a5 a5 a5 a7 ->9');
  });

  test('says once what its messages share', () => {
    const attributes = { peer: 'x'.repeat(1000) };
    const messages = Array.from({ length: 50 }, (_, at) => new Message('a', 'e1', at, 0, 'x', 'text', attributes));
    expect(writeChunk({ source: 'a', through: 49, messages }, POSITION).length).toBeLessThan(3000);
  });

  const attributes = { peer: '1' };
  const message = (payload: Buffer | string = 'x', epoch = 'e1', encoding: Encoding = 'text', decode?: Decode) =>
    new Message('a', epoch, 1, 0, payload, encoding, attributes, decode);

  test.each([
    ['attributes', new Message('a', 'e1', 1, 0, 'x', 'text', { peer: '2' })],
    ['source', new Message('b', 'e1', 1, 0, 'x', 'text', attributes)],
    ['epoch', message('x', 'e2')],
    ['encoding', message('x', 'e1', 'json')],
    ['decoder', message('x', 'e1', 'text', () => 'decoded')],
    ['fault', message().withFault({ code: 'schema', message: 'no number' })],
    ['kind of payload', message(Buffer.from('x'))],
    ['form of text', message('\ud800')],
  ])('tells messages apart that differ in their %s alone', (_, other) => {
    const chunk = { source: 'a', through: 1, messages: [message(), other, message(), other] };
    expect(allOf(copied(chunk, () => () => 'decoded'))).toEqual(allOf(chunk));
  });

  test('shares attributes as it did', () => {
    const other = new Message('a', 'e1', 1, 0, 'x', 'text', { peer: '1' });
    const [one, , two] = copied({ source: 'a', through: 2, messages: [message(), other, message('y', 'e2')] }).messages;
    expect(one?.attributes).toBe(two?.attributes);
  });

  test('keeps the message of a fault that is an error', () => {
    const fault = Object.assign(new Error('no number'), { code: 'schema' });
    const messages = [event('a', 1).withFault(fault)];
    expect(copied({ source: 'a', through: 1, messages }).messages[0]?.fault?.message).toBe('no number');
  });
});

describe('a record of a source', () => {
  const record = (sequence: number, source = 'a') =>
    new Message(source, `e${sequence}`, sequence, 0, '12345678901234567890', 'json', undefined, BigInt);

  test('is decoded by what the source says now', () => {
    const [message] = copied({ source: 'a', through: 1, messages: [record(1)] }, () => BigInt).messages;
    expect(message?.value).toBe(12345678901234567890n);
  });

  test('is what its payload says when the source decodes no more', () => {
    const [message] = copied({ source: 'a', through: 1, messages: [record(1)] }).messages;
    expect(message?.value).toBe(12345678901234567000);
  });

  test('asks for the decoder once for each source', () => {
    const decode = vi.fn(() => BigInt);
    copied({ source: 'a', through: 3, messages: [record(1), record(2), record(3, 'b')] }, decode);
    expect(decode.mock.calls).toEqual([['a'], ['b']]);
  });

  test('leaves a message beside it that had no decoder without one', () => {
    const messages = [record(1), event('a', 1, 'plain')];
    const decode = vi.fn(() => () => 'decoded');
    expect(copied({ source: 'a', through: 1, messages }, decode).messages.map(({ value }) => value)).toEqual([
      'decoded',
      'plain',
    ]);
  });
});

describe('a record that is not whole', () => {
  const RECORDS = [
    ['packed', writeChunk(packed(4, ['one', '', 'three'], { peer: '1' }), POSITION)],
    ['of messages', writeChunk(thinned('a', 9, [2, 5, 5, 7]), POSITION)],
    ['of nothing', writeChunk(emptyRange('a', 9), POSITION)],
  ] as const;

  test.each(RECORDS)('is damaged when any bit of it is flipped: %s', (_, record) => {
    const said = Array.from({ length: record.length * 8 }, (_, bit) => reading(flipped(record, bit)));
    expect(said.filter((each) => !each.startsWith('damaged: '))).toEqual([]);
  });

  test.each(RECORDS)('is damaged when it is cut anywhere: %s', (_, record) => {
    const said = Array.from(record, (_, length) => reading(record.subarray(0, length)));
    expect(said.filter((each) => !each.startsWith('damaged: '))).toEqual([]);
  });

  test.each(RECORDS)('is damaged when anything follows it: %s', (_, record) => {
    expect(reading(Buffer.concat([record, Buffer.alloc(1)]))).toBe('damaged: the record at 41 is cut or garbled');
  });

  test.each(RECORDS)('is damaged at any other position: %s', (_, record) => {
    expect(reading(record, 42)).toBe('damaged: the record at 42 was written for position 41');
  });

  test('of a changed payload does not match its checksum', () => {
    const record = writeChunk(packed(4, ['one']), POSITION);
    expect(reading(flipped(record, record.length * 8 - 1))).toBe(
      'damaged: the record at 41 does not match its checksum',
    );
  });

  test('never crashes the reader, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(reading(Buffer.from(bytes))).toMatch(/^damaged: /);
      }),
    );
  });

  test('never crashes the reader, even with a checksum that fits', () => {
    fc.assert(
      fc.property(anyChunk, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), (chunk, at, bytes) => {
        const record = writeChunk(chunk, POSITION);
        record.set(bytes.slice(0, record.length - 24), 24 + (at % Math.max(1, record.length - 28)));
        expect(reading(resealed(record))).toMatch(/^(damaged: |whole)/);
      }),
    );
  });
});

describe('a record of a later version', () => {
  test('is not called damaged', () => {
    const record = writeChunk(packed(4, ['one']), POSITION);
    record[16] = 2;
    expect(reading(resealed(record))).toBe('newer: the record at 41 was written by a newer hawser (2)');
  });
});

describe('the position', () => {
  test.each([0, 2 ** 32, Number.MAX_SAFE_INTEGER])('may be %d', (position) => {
    expect(shown(readChunk(writeChunk(chunkOf('a', 1, 2), position), position, NO_DECODE))).toBe('a1 a2 ->2');
  });
});
