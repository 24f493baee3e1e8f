import { describe, expect, test } from 'vitest';
import { LosslessNumber } from '../../../src/json/lossless.ts';
import { fieldsOfAvro } from '../../../src/messages/schema/avro.ts';
import { SchemaError } from '../../../src/messages/schema/error.ts';
import type { Field } from '../../../src/messages/schema/field.ts';

/** A record with these fields, as JSON text. */
function record(...fields: readonly unknown[]): string {
  return JSON.stringify({ type: 'record', name: 'Tick', namespace: 'market', fields });
}

/** The one field of a record. */
function fieldOf(type: unknown, more: Readonly<Record<string, unknown>> = {}): Field | undefined {
  return fieldsOfAvro(record({ name: 'it', type, ...more }))[0];
}

function complaintOf(text: string): SchemaError {
  try {
    fieldsOfAvro(text);
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error('the schema was taken');
}

describe('an Avro type becomes', () => {
  test.each([
    ['boolean', 'boolean'],
    ['string', 'string'],
    ['bytes', 'bytes'],
    ['int', 'int'],
    ['long', 'long'],
    ['float', 'float'],
    ['double', 'double'],
    [{ type: 'string', 'avro.java.string': 'String' }, 'string'],
    [{ type: 'fixed', name: 'Hash', size: 16 }, 'bytes'],
    [{ type: 'int', logicalType: 'date' }, 'date'],
    [{ type: 'long', logicalType: 'time-micros' }, 'time'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 'timestamp'],
    [{ type: 'long', logicalType: 'timestamp-micros' }, 'timestamp'],
    [{ type: 'long', logicalType: 'timestamp-nanos' }, 'timestamp'],
    [{ type: 'long', logicalType: 'local-timestamp-millis' }, 'timestamp'],
    [{ type: 'long', logicalType: 'local-timestamp-micros' }, 'timestamp'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 }, 'numeric'],
    [{ type: 'fixed', name: 'Amount', size: 8, logicalType: 'decimal', precision: 10 }, 'numeric'],
    [{ type: 'string', logicalType: 'uuid' }, 'string'],
    [{ type: 'string', logicalType: 'date' }, 'string'],
    [{ type: 'long', logicalType: 'of-our-own' }, 'long'],
    [{ type: 'record', name: 'Nothing', fields: [] }, 'json'],
  ])('%j → %s', (type, expected) => {
    expect(fieldOf(type)).toEqual({ name: 'it', type: expected, mode: 'required' });
  });

  test('a time whose numbers count milliseconds, where it says so', () => {
    expect(fieldOf({ type: 'int', logicalType: 'time-millis' })).toEqual({
      name: 'it',
      type: 'time',
      unit: 'milliseconds',
      mode: 'required',
    });
  });

  test('an enum with its symbols', () => {
    expect(fieldOf({ type: 'enum', name: 'Side', symbols: ['BUY', 'SELL'] })).toEqual({
      name: 'it',
      type: 'enum',
      symbols: ['BUY', 'SELL'],
      mode: 'required',
    });
  });

  test('a map with what its values are', () => {
    expect(fieldOf({ type: 'map', values: ['null', 'long'] })).toEqual({
      name: 'it',
      type: 'map',
      value: { name: '', type: 'long', mode: 'nullable' },
      mode: 'required',
    });
  });

  test('a map of lists', () => {
    expect(fieldOf({ type: 'map', values: { type: 'array', items: 'string' } })?.value).toEqual({
      name: '',
      type: 'string',
      mode: 'repeated',
    });
  });

  test('a record with its fields', () => {
    const inner = { type: 'record', name: 'Level', fields: [{ name: 'price', type: 'double' }] };
    expect(fieldOf(['null', inner])).toEqual({
      name: 'it',
      type: 'record',
      fields: [{ name: 'price', type: 'double', mode: 'required' }],
      mode: 'nullable',
    });
  });
});

describe('the mode is', () => {
  test.each([
    ['required', 'long'],
    ['required', ['long']],
    ['nullable', ['null', 'long']],
    ['nullable', ['long', 'null']],
    ['repeated', { type: 'array', items: 'long' }],
    ['repeated', ['null', { type: 'array', items: 'long' }]],
    ['repeated', { type: 'array', items: ['null', 'long'] }],
  ])('%s: %j', (mode, type) => {
    expect(fieldOf(type)).toEqual({ name: 'it', type: 'long', mode });
  });
});

describe('a named type', () => {
  test('may be used again, with or without its namespace', () => {
    const side = { type: 'enum', name: 'Side', symbols: ['BUY'] };
    const fields = fieldsOfAvro(
      record({ name: 'a', type: side }, { name: 'b', type: 'Side' }, { name: 'c', type: ['null', 'market.Side'] }),
    );
    expect(fields.map(({ symbols }) => symbols)).toEqual([['BUY'], ['BUY'], ['BUY']]);
  });

  test('keeps its logical type when it is used again', () => {
    const amount = { type: 'fixed', name: 'Amount', size: 8, logicalType: 'decimal', precision: 10 };
    const fields = fieldsOfAvro(record({ name: 'a', type: amount }, { name: 'b', type: 'Amount' }));
    expect(fields.map(({ type }) => type)).toEqual(['numeric', 'numeric']);
  });

  test('may contain itself', () => {
    const fields = fieldsOfAvro(record({ name: 'id', type: 'int' }, { name: 'next', type: ['null', 'Tick'] }));
    expect(fields[1]?.fields).toBe(fields);
  });
});

describe('a default', () => {
  test.each([
    ['int', 7],
    ['string', 'none'],
    [['null', 'string'], 'of the second type'],
    [{ type: 'array', items: 'int' }, [1, 2]],
    [{ type: 'enum', name: 'Side', symbols: ['BUY'] }, 'BUY'],
    [{ type: 'map', values: 'int' }, { a: 1 }],
  ])('of %j stays as it is', (type, value) => {
    expect(fieldOf(type, { default: value })?.defaultValue).toEqual(value);
  });

  test('of null is one', () => {
    expect(fieldOf(['null', 'int'], { default: null })?.defaultValue).toBeNull();
  });

  test('keeps every digit', () => {
    const text = record({ name: 'it', type: 'long', default: 0 }).replace(':0}', ':9223372036854775807}');
    expect(fieldsOfAvro(text)[0]?.defaultValue).toEqual(new LosslessNumber('9223372036854775807'));
  });

  test('of bytes becomes base64, from a text with a character for each of them', () => {
    expect(fieldOf('bytes', { default: '\u0001\u00ff' })?.defaultValue).toBe('Af8=');
  });

  test.each([
    ['\u00ff\u0000', 2, '-2.56'],
    ['\u0001', 3, '0.001'],
    ['\u0000\u00ff', 0, '255'],
    ['', 2, '0.00'],
  ])('of a decimal is the number that the bytes %j are at scale %d', (bytes, scale, expected) => {
    const type = { type: 'bytes', logicalType: 'decimal', precision: 10, scale };
    expect(fieldOf(type, { default: bytes })?.defaultValue).toBe(expected);
  });

  test('is read so within lists, maps and records too', () => {
    const inner = {
      type: 'record',
      name: 'Inner',
      fields: [
        { name: 'list', type: { type: 'array', items: 'bytes' } },
        { name: 'map', type: { type: 'map', values: ['null', 'bytes'] } },
      ],
    };
    expect(fieldOf(inner, { default: { list: ['\u0001'], map: { a: '\u0001', b: null } } })?.defaultValue).toEqual({
      list: ['AQ=='],
      map: { a: 'AQ==', b: null },
    });
  });
});

test('the first alias of a field is its other name', () => {
  expect(fieldOf('int', { aliases: ['was', 'before'] })?.alias).toBe('was');
});

test('fields may be named like what every object has', () => {
  const names = ['constructor', '__proto__', 'toString', 'class'];
  const fields = fieldsOfAvro(record(...names.map((name) => ({ name, type: 'int' }))));
  expect(fields.map(({ name }) => name)).toEqual(names);
});

describe('no schema is', () => {
  test.each([
    ['broken JSON', '{', /^is not JSON, in which an Avro schema is written: /],
    ['no text at all', '', /^is not JSON/],
    ['a name only', '"string"', /^describes string; expected a record: /],
    [
      'a list of types',
      '[{"type":"record","name":"A","fields":[]},"null"]',
      /^describes union:unwrapped; expected a record/,
    ],
    ['a map', '{"type":"map","values":"int"}', /^describes map; expected a record/],
    ['null', 'null', /^is no Avro schema: invalid type: null/],
    ['a number', '5', /^is no Avro schema: unknown type/],
    ['a record without fields', '{"type":"record","name":"A"}', /^is no Avro schema: non-array record fields/],
    [
      'a record whose name is a number',
      '{"type":"record","name":5,"fields":[]}',
      /^is no Avro schema: here is no type/,
    ],
    [
      'what is nested too deep',
      `${'{"type":"array","items":'.repeat(1e5)}"int"${'}'.repeat(1e5)}`,
      /^is nested too deep$/,
    ],
  ])('%s', (_, text, message) => {
    expect(complaintOf(text).message).toMatch(message);
  });

  test('one whose complaint is long: it is cut', () => {
    const fields = Array.from({ length: 100 }, () => ({ name: 'same', type: 'int' }));
    expect(complaintOf(record(...fields)).message).toHaveLength('is no Avro schema: '.length + 301);
  });
});

describe('an error says what and where', () => {
  const before = {
    name: 'before',
    type: ['null', { type: 'map', values: { type: 'long', logicalType: 'time-micros' } }],
  };
  const at = (type: unknown) => complaintOf(record(before, { name: 'it', type }));

  test.each([
    [
      'a union of several types',
      ['null', 'int', 'string'],
      [],
      'is a union of null, int, string; expected null and one other type: ["null", "string"]',
    ],
    [
      'a union of nothing but null',
      ['null'],
      [],
      'is a union of null; expected null and one other type: ["null", "string"]',
    ],
    ['null', 'null', [], 'is null, which no value can be'],
    [
      'an array of arrays',
      ['null', { type: 'array', items: { type: 'array', items: 'int' } }],
      [1, 'items'],
      'is an array of arrays; give the inner one a name, as the field of a record',
    ],
    ['a name that nothing has', 'Foo', [], 'is no Avro schema: undefined type name: market.Foo'],
    [
      'a name in the values of a map',
      { type: 'map', values: ['null', 'Foo'] },
      ['values', 1],
      'is no Avro schema: undefined type name: market.Foo',
    ],
    ['a type that Avro does not have', { type: 'recrod' }, [], 'is no Avro schema: unknown type: "recrod"'],
    [
      'an enum without symbols',
      { type: 'array', items: { type: 'enum', name: 'E', symbols: [] } },
      ['items'],
      'is no Avro schema: invalid enum symbols: []',
    ],
    ['two equal types in a union', ['int', 'int'], [], 'is no Avro schema: duplicate union branch name: "int"'],
    [
      'a field in a record',
      {
        type: 'record',
        name: 'B',
        fields: [
          { name: 'a', type: 'int' },
          { name: 'b', type: 'Foo' },
        ],
      },
      ['fields', 1, 'type'],
      'is no Avro schema: undefined type name: market.Foo',
    ],
    [
      'a field without a type',
      { type: 'record', name: 'B', fields: [{ name: 'a' }] },
      ['fields', 0, 'type'],
      'is no Avro schema: here is no type as Avro has them',
    ],
    [
      'a field whose name is none',
      {
        type: 'record',
        name: 'B',
        fields: [
          { name: 'a', type: 'int' },
          { name: 'b c', type: 'int' },
        ],
      },
      [],
      'is no Avro schema: invalid field name: b c',
    ],
  ])('%s', (_, type, path, message) => {
    expect(at(type)).toMatchObject({ message, path: ['fields', 1, 'type', ...path] });
  });
});
