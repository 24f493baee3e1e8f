import 'protobufjs/ext/descriptor.js';
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import { describe, expect, test } from 'vitest';
import { SchemaError } from '../../../src/messages/schema/error.ts';
import type { Field } from '../../../src/messages/schema/field.ts';
import { fieldsOfProtobuf } from '../../../src/messages/schema/protobuf.ts';

/** Written by protoc. */
const MARKET = readFileSync(new URL('fixtures/market.binpb', import.meta.url));

/** A descriptor set written by protobufjs. */
function setOf(source: string): Buffer {
  const { root } = protobuf.parse(`syntax = "proto3"; ${source}`, { keepCase: true });
  root.resolveAll();
  return Buffer.from(descriptor.FileDescriptorSet.encode(root.toDescriptor('proto3')).finish());
}

function named(fields: readonly Field[] | undefined, name: string): Field | undefined {
  return fields?.find((field) => field.name === name);
}

function complaintOf(descriptorSet: Buffer, messageName: string): string {
  try {
    fieldsOfProtobuf(descriptorSet, messageName);
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
    throw error;
  }
  throw new Error('the schema was taken');
}

describe('a proto3 field becomes nullable, with its JSON name as an alias', () => {
  const fields = fieldsOfProtobuf(MARKET, 'market.v1.Trade');

  test.each([
    ['product_id', 'productId', 'string'],
    ['a_int32', 'aInt32', 'int'],
    ['a_sint32', 'aSint32', 'int'],
    ['a_sfixed32', 'aSfixed32', 'int'],
    ['a_uint32', 'aUint32', 'long'],
    ['a_fixed32', 'aFixed32', 'long'],
    ['a_int64', 'aInt64', 'long'],
    ['a_sint64', 'aSint64', 'long'],
    ['a_sfixed64', 'aSfixed64', 'long'],
    ['a_uint64', 'aUint64', 'numeric'],
    ['a_fixed64', 'aFixed64', 'numeric'],
    ['a_float', 'aFloat', 'float'],
    ['a_double', 'aDouble', 'double'],
    ['a_bool', 'aBool', 'boolean'],
    ['a_bytes', 'aBytes', 'bytes'],
    ['renamed', 'other', 'string'],
    ['traded_at', 'tradedAt', 'timestamp'],
    ['w_double', 'wDouble', 'double'],
    ['w_float', 'wFloat', 'float'],
    ['w_int64', 'wInt64', 'long'],
    ['w_uint64', 'wUint64', 'numeric'],
    ['w_int32', 'wInt32', 'int'],
    ['w_uint32', 'wUint32', 'long'],
    ['w_bool', 'wBool', 'boolean'],
    ['w_string', 'wString', 'string'],
    ['w_bytes', 'wBytes', 'bytes'],
  ])('%s (%s) → %s', (name, alias, type) => {
    expect(named(fields, name)).toEqual({ name, alias, type, mode: 'nullable' });
  });

  test.each([
    ['took', 'string'],
    ['mask', 'string'],
    ['extra', 'json'],
    ['anything', 'json'],
    ['list', 'json'],
    ['packed', 'json'],
    ['nothing', 'json'],
    ['venue', 'string'],
    ['desk', 'long'],
  ])('%s, which is the same in JSON, → %s', (name, type) => {
    expect(named(fields, name)).toEqual({ name, type, mode: 'nullable' });
  });

  test('an enum has the names of its values', () => {
    expect(named(fields, 'side')).toEqual({
      name: 'side',
      type: 'enum',
      symbols: ['SIDE_UNSPECIFIED', 'SIDE_BUY', 'SIDE_SELL'],
      mode: 'nullable',
    });
  });

  test('a repeated one has the mode of its name', () => {
    expect([named(fields, 'tags'), named(fields, 'w_strings')]).toEqual([
      { name: 'tags', type: 'string', mode: 'repeated' },
      { name: 'w_strings', alias: 'wStrings', type: 'string', mode: 'repeated' },
    ]);
  });

  test('a message has its fields', () => {
    expect(named(fields, 'levels')).toEqual({
      name: 'levels',
      type: 'record',
      fields: [
        { name: 'price', type: 'double', mode: 'nullable' },
        { name: 'size', type: 'numeric', mode: 'nullable' },
      ],
      mode: 'repeated',
    });
  });

  test('a map has what its values are', () => {
    expect(named(fields, 'volumes')).toEqual({
      name: 'volumes',
      type: 'map',
      value: { name: '', type: 'long', mode: 'nullable' },
      mode: 'nullable',
    });
  });

  test('a map may have messages', () => {
    expect(named(fields, 'by_depth')?.value).toEqual({ ...named(fields, 'levels'), name: '', mode: 'nullable' });
  });

  test('a message may contain itself', () => {
    expect(named(fields, 'previous')?.fields).toBe(fields);
  });
});

describe('a proto2 field', () => {
  const fields = fieldsOfProtobuf(MARKET, 'legacy.Trade');

  test('may be required', () => {
    expect(named(fields, 'id')).toEqual({ name: 'id', type: 'string', mode: 'required' });
  });

  test.each([
    ['retries', 3],
    ['longest', '9223372036854775807'],
    ['live', true],
    ['kind', 'BLOCK'],
    ['unit', 'a "b"'],
    ['seal', Buffer.from([0x01, 0xff, 0x0a, 0x27, 0x7a]).toString('base64')],
    ['ratio', -1.5],
    ['widest', '18446744073709551615'],
  ])('may have a default: %s', (name, value) => {
    expect(named(fields, name)).toMatchObject({ mode: 'nullable', defaultValue: value });
  });

  test('may be a group', () => {
    expect(named(fields, 'fill')).toEqual({
      name: 'fill',
      type: 'record',
      fields: [{ name: 'count', type: 'int', mode: 'required' }],
      mode: 'repeated',
    });
  });

  test('is left out when it extends the message', () => {
    expect(fields.map(({ name }) => name).filter((name) => name.includes('note'))).toEqual([]);
  });
});

test('a field of an edition is what its features say', () => {
  expect(fieldsOfProtobuf(MARKET, 'edition.Quote')).toEqual([
    { name: 'id', type: 'string', mode: 'required' },
    { name: 'size', type: 'int', mode: 'nullable' },
    { name: 'lot', type: 'int', mode: 'nullable', defaultValue: 100 },
  ]);
});

describe('a descriptor set that protobufjs wrote', () => {
  test('is read too', () => {
    const set = setOf(
      'package a.b; enum Side { BUY = 0; } message Tick { string the_id = 1; repeated Side sides = 2; }',
    );
    expect(fieldsOfProtobuf(set, 'a.b.Tick')).toEqual([
      { name: 'the_id', alias: 'theId', type: 'string', mode: 'nullable' },
      { name: 'sides', type: 'enum', symbols: ['BUY'], mode: 'repeated' },
    ]);
  });

  test('may have a message without fields, which is kept as JSON', () => {
    expect(fieldsOfProtobuf(setOf('message Ping {} message Tick { Ping ping = 1; }'), 'Tick')).toEqual([
      { name: 'ping', type: 'json', mode: 'nullable' },
    ]);
  });

  test('may have names of two messages that contain each other', () => {
    const fields = fieldsOfProtobuf(setOf('message A { B b = 1; } message B { A a = 1; }'), 'A');
    expect(fields[0]?.fields?.[0]?.fields).toBe(fields);
  });

  test('has no alias that is the name of another field', () => {
    const fields = fieldsOfProtobuf(setOf('message A { int32 a_b = 1; string aB = 2; }'), 'A');
    expect(fields.map(({ alias }) => alias)).toEqual([undefined, undefined]);
  });
});

describe('a message', () => {
  test.each(['market.v1.Trade', '.market.v1.Trade', 'v1.Trade'])('is found as %s', (name) => {
    expect(named(fieldsOfProtobuf(MARKET, name), 'product_id')?.type).toBe('string');
  });

  test('is found without its package when there is one of the name', () => {
    expect(fieldsOfProtobuf(MARKET, 'Quote')).toEqual(fieldsOfProtobuf(MARKET, 'edition.Quote'));
  });

  test('is found within another', () => {
    expect(fieldsOfProtobuf(MARKET, 'market.v1.Trade.Level').map(({ name }) => name)).toEqual(['price', 'size']);
  });

  test('is not chosen among those of the same name', () => {
    expect(complaintOf(MARKET, 'Trade')).toBe(
      'more than one message is named "Trade": "legacy.Trade", "market.v1.Trade"',
    );
  });

  test.each(['trade', 'rade', '', '.Trade.', 'Side'])('is not %j, and those that are there are listed', (name) => {
    expect(complaintOf(MARKET, name)).toBe(
      `there is no message ${JSON.stringify(name)} in the descriptor set; expected one of "edition.Quote", ` +
        '"legacy.Trade", "legacy.Trade.Fill", "market.v1.Trade", "market.v1.Trade.Level"',
    );
  });

  test('is listed among twenty at most', () => {
    const names = Array.from({ length: 23 }, (_, index) => `M${index + 10}`);
    const set = setOf(names.map((name) => `message ${name} { int32 a = 1; }`).join(' '));
    expect(complaintOf(set, 'X')).toMatch(/expected one of "M10", .*"M29" and 3 more$/);
  });
});

describe('no descriptor set is', () => {
  const advice = '; write it with: protoc --include_imports --descriptor_set_out=FILE FILE.proto';

  test('an empty file', () => {
    expect(complaintOf(Buffer.alloc(0), 'A')).toBe(`there is no message in the descriptor set${advice}`);
  });

  test.each([
    ['a .proto file', readFileSync(new URL('fixtures/market.proto', import.meta.url))],
    ['JSON', Buffer.from('{"file":[]}')],
    ['any bytes', Buffer.from([1, 2, 3, 4, 5])],
    ['the first part of one', MARKET.subarray(0, 3000)],
  ])('%s', (_, bytes) => {
    const complaint = complaintOf(bytes, 'A');
    expect(complaint.startsWith('cannot be read as a descriptor set') && complaint.endsWith(advice)).toBe(true);
  });

  test('one without the files that it imports', () => {
    const file = descriptor.FileDescriptorSet.decode(MARKET).toJSON().file;
    const alone = descriptor.FileDescriptorSet.fromObject({
      file: file.filter(({ name }: { name: string }) => name === 'market.proto'),
    });
    expect(complaintOf(Buffer.from(descriptor.FileDescriptorSet.encode(alone).finish()), 'Trade')).toBe(
      `cannot be read as a descriptor set with its imports (no such Type or Enum '.google.protobuf.Timestamp' in Type .market.v1.Trade)${advice}`,
    );
  });
});
