import { describe, expect, test } from 'vitest';
import { SchemaError } from '../../../src/messages/schema/error.ts';
import type { Field } from '../../../src/messages/schema/field.ts';
import { compileFields } from '../../../src/messages/schema/record-schema.ts';
import { field } from './sample-fields.ts';

describe('a schema', () => {
  test('has fields, in each record', () => {
    expect(fault()).toMatchObject({ message: 'a record has at least one field', path: ['fields'] });
    expect(fault(field('a', 'record', { fields: [] })).path).toEqual(['fields', 0, 'fields']);
    expect(fault(field('a', 'int'), field('b', 'record')).path).toEqual(['fields', 1, 'fields']);
  });

  test('has each name once in a record', () => {
    const twice = [field('x', 'int'), field('y', 'int'), field('x', 'long')];
    expect(fault(...twice)).toMatchObject({ message: 'two fields are named "x"', path: ['fields', 2, 'name'] });
    expect(fault(field('a', 'record', { fields: twice })).path).toEqual(['fields', 0, 'fields', 2, 'name']);
    expect(() => compileFields([field('x', 'record', { fields: [field('x', 'int')] })])).not.toThrow();
  });

  test('has no field without a name', () => {
    expect(fault(field('', 'int')).path).toEqual(['fields', 0, 'name']);
  });

  test('has symbols for an enum and a value for a map', () => {
    expect(fault(field('a', 'enum')).path).toEqual(['fields', 0, 'symbols']);
    expect(fault(field('a', 'enum', { symbols: [] })).path).toEqual(['fields', 0, 'symbols']);
    expect(fault(field('a', 'map')).path).toEqual(['fields', 0, 'valueType']);
    expect(fault(field('a', 'map', { value: field('', 'enum') })).path).toEqual(['fields', 0, 'valueType', 'symbols']);
  });

  test('is no deeper than 512 records in each other', () => {
    let deep = field('v', 'int');
    for (let level = 1; level < 512; level += 1) deep = field('v', 'record', { fields: [deep] });
    expect(() => compileFields([deep])).not.toThrow();
    expect(fault(field('v', 'record', { fields: [deep] })).message).toContain('nested deeper than 512 levels');
    const map = { ...field('', 'map'), value: field('', 'int') };
    map.value = map;
    expect(fault(field('v', 'map', { value: map })).message).toContain('nested deeper than 512 levels');
  });
});

describe('a default value', () => {
  test.each<[Partial<Field> & Pick<Field, 'type'>, string]>([
    [{ type: 'int', defaultValue: 'x' }, '"x" is not a number (int)'],
    [{ type: 'long', defaultValue: 2 ** 63 }, '9223372036854776000 is outside the range'],
    [{ type: 'enum', symbols: ['a'], defaultValue: 'b' }, '"b" is not one of a (enum)'],
    [{ type: 'int', mode: 'repeated', defaultValue: 1 }, '1 is not an array (repeated int)'],
    [{ type: 'int', mode: 'repeated', defaultValue: [1, 'x'] }, '"x" is not a number (int) at /1'],
    [{ type: 'int', mode: 'required', defaultValue: null }, 'null is not allowed'],
    [
      { type: 'record', fields: [field('x', 'int', { mode: 'required' })], defaultValue: {} },
      'a value is missing (field x, required int) at /x',
    ],
  ])('fits its own field: %j', (more, problem) => {
    const { message, path } = fault(field('a', 'int'), field('b', 'int'), field('c', more.type, more));
    expect(message).toContain(`the default value does not fit: ${problem}`);
    expect(path).toEqual(['fields', 2, 'defaultValue']);
  });

  test('of a nested field and of the values of a map has its own path', () => {
    const bad = field('x', 'int', { defaultValue: 'x' });
    expect(fault(field('a', 'record', { fields: [bad] })).path).toEqual(['fields', 0, 'fields', 0, 'defaultValue']);
    expect(fault(field('a', 'map', { value: { ...bad, name: '' } })).path).toEqual([
      'fields',
      0,
      'valueType',
      'defaultValue',
    ]);
  });

  test('may be null, for none', () => {
    const fields = [
      field('a', 'int', { defaultValue: null }),
      field('b', 'int', { mode: 'repeated', defaultValue: null }),
    ];
    expect(compileFields(fields).write({})).toBe('{"a":null,"b":[]}');
  });

  test('may need one that is declared later', () => {
    const inner = [field('x', 'int', { mode: 'required', defaultValue: 3 })];
    const fields = [field('a', 'record', { fields: inner, defaultValue: {} })];
    expect(compileFields(fields).write({})).toBe('{"a":{"x":3}}');
  });

  test('does not contain itself', () => {
    const node: Field[] = [];
    node.push(field('next', 'record', { fields: node, defaultValue: {} }));
    expect(() => compileFields(node)).toThrow(
      expect.objectContaining({
        message: 'the default value does not fit: it contains itself',
        path: ['fields', 0, 'defaultValue'],
      }),
    );
  });

  test('may be a bigint', () => {
    expect(compileFields([field('a', 'long', { defaultValue: 2n ** 63n - 1n })]).write({})).toBe(
      '{"a":9223372036854775807}',
    );
  });
});

function fault(...fields: readonly Field[]): SchemaError {
  try {
    compileFields(fields);
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error('the schema has no fault');
}
