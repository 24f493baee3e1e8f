import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileSchema, type SchemaContents } from '../../../src/messages/schema/compile.ts';
import { SchemaError } from '../../../src/messages/schema/error.ts';

const MARKET = readFileSync(new URL('fixtures/market.binpb', import.meta.url));

function avro(...fields: readonly unknown[]): SchemaContents {
  return { kind: 'avro', text: JSON.stringify({ type: 'record', name: 'Tick', fields }) };
}

function complaintOf(contents: SchemaContents): SchemaError {
  try {
    compileSchema(contents);
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error('the schema was taken');
}

/** The record that is made of a JSON text. */
function recordOf(contents: SchemaContents, text: string): string {
  const schema = compileSchema(contents);
  return schema.write(schema.parse(text));
}

describe('a schema is compiled', () => {
  test('from its fields', () => {
    const contents: SchemaContents = { kind: 'fields', fields: [{ name: 'id', type: 'long', mode: 'required' }] };
    expect(recordOf(contents, '{"id":9223372036854775807,"more":1}')).toBe('{"id":9223372036854775807}');
  });

  test('from Avro', () => {
    const price = { type: 'bytes', logicalType: 'decimal', precision: 30, scale: 2 };
    const at = { type: 'long', logicalType: 'timestamp-millis' };
    const contents = avro(
      { name: 'price', type: price },
      { name: 'at', type: ['null', at] },
      { name: 'next', type: ['null', 'Tick'] },
    );
    const text = '{"price":1.10,"at":1769870522132,"next":{"price":12345678901234567890.12}}';
    expect(recordOf(contents, text)).toBe(
      '{"price":1.10,"at":"2026-01-31T14:42:02.132Z","next":{"price":12345678901234567890.12,"at":null,"next":null}}',
    );
  });

  test('from a protobuf descriptor set', () => {
    const contents: SchemaContents = { kind: 'protobuf', descriptorSet: MARKET, messageName: 'edition.Quote' };
    expect(recordOf(contents, '{"id":"a","size":"7"}')).toBe('{"id":"a","size":7,"lot":100}');
  });
});

describe('what does not fit', () => {
  test('has the path of a field where fields were written', () => {
    const fields = [{ name: 'id', type: 'int', mode: 'nullable', defaultValue: 'many' }] as const;
    expect(complaintOf({ kind: 'fields', fields }).path).toEqual(['fields', 0, 'defaultValue']);
  });

  test('has the name of a field where they were not', () => {
    const level = { type: 'record', name: 'Level', fields: [{ name: 'price', type: 'double', default: 'high' }] };
    const complaint = complaintOf(avro({ name: 'levels', type: { type: 'map', values: level } }));
    expect(complaint).toMatchObject({ message: expect.stringMatching(/^field levels\.price: .*"high"/), path: [] });
  });

  test('has only its message when it concerns no field', () => {
    expect(complaintOf(avro()).message).toBe('a record has at least one field');
  });
});
