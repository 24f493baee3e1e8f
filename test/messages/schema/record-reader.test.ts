import { describe, expect, test } from 'vitest';
import { LosslessNumber } from '../../../src/json/lossless.ts';
import { compileFields } from '../../../src/messages/schema/record-schema.ts';
import { field } from './sample-fields.ts';

const BIG = '9223372036854775807';
const DIGITS_30 = '123456789012345678901234567890';

describe('parsing for a schema', () => {
  test.each(['long', 'string', 'timestamp'] as const)('keeps digits that a double would lose for a %s', (type) => {
    const schema = compileFields([field('v', type)]);
    expect(schema.parse(`{"v":${BIG},"w":1.10}`)).toEqual({ v: new LosslessNumber(BIG), w: 1.1 });
  });

  test('keeps the text of numbers for a json, which may hold any', () => {
    expect(compileFields([field('v', 'json')]).parse('{"v":[1.10,1e3]}')).toEqual({
      v: [new LosslessNumber('1.10'), new LosslessNumber('1e3')],
    });
  });

  test('keeps the text of numbers for a numeric, however deep it is in the schema', () => {
    const map = field('m', 'map', { value: field('', 'record', { fields: [field('v', 'numeric')] }) });
    expect(compileFields([map]).parse('{"m":{"k":{"v":1.10}}}')).toEqual({
      m: { k: { v: new LosslessNumber('1.10') } },
    });
  });

  test.each(['boolean', 'bytes', 'int', 'float', 'double', 'date', 'time'] as const)(
    'is JSON.parse for a schema that has no more than %s',
    (type) => {
      expect(compileFields([field('v', type)]).parse(`[${BIG},1.10]`)).toEqual([Number(BIG), 1.1]);
    },
  );

  test.each(['', 'pong', '{', '{"a":1}x'])('is a SyntaxError for %j', (text) => {
    for (const type of ['int', 'long', 'numeric'] as const) {
      expect(() => compileFields([field('v', type)]).parse(text)).toThrow(SyntaxError);
    }
  });
});

describe('the value of a record', () => {
  test.each([
    ['7', 7],
    ['-0', 0],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    [BIG, 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775000', 9223372036854775000n],
  ])('has a long of %s as a number, above 2^53 as a bigint', (given, value) => {
    expect(readBack(given, 'long')).toBe(value);
  });

  test.each(['7', '-0', '1.10', DIGITS_30, '1e400', '0.0000001', '100000000000000000000'])(
    'has a numeric of %s as its text',
    (given) => {
      expect(readBack(given, 'numeric')).toBe(given);
    },
  );

  test('has all numbers of other types as numbers', () => {
    const schema = compileFields([field('n', 'numeric'), field('l', 'long'), field('d', 'double'), field('i', 'int')]);
    for (const double of ['-0', '1e21', '1e-7', '123456789012345680000', '0.1', '1.10', '-1.5e300']) {
      const text = schema.write(schema.parse(`{"n":1.10,"l":${BIG},"d":${double},"i":5}`));
      expect(schema.read(text)).toEqual({ n: '1.10', l: BigInt(BIG), d: Number(double), i: 5 });
    }
  });

  test('has what is null as null, also where a bigint could be', () => {
    const fields = [field('l', 'long'), field('r', 'record', { fields: [field('n', 'numeric')] })];
    expect(compileFields(fields).read('{"l":null,"r":null}')).toEqual({ l: null, r: null });
  });

  test('has bigints in arrays, maps and records', () => {
    const schema = compileFields([
      field('list', 'long', { mode: 'repeated' }),
      field('map', 'map', { value: field('', 'numeric') }),
      field('lists', 'map', { value: field('', 'long', { mode: 'repeated' }) }),
      field('__proto__', 'record', { fields: [field('v', 'long')] }),
    ]);
    const given = `{"list":[${BIG},1,null],"map":{"a":1.10},"lists":{"a":[${BIG}]},"__proto__":{"v":${BIG}}}`;
    const value = schema.read(schema.write(schema.parse(given)));
    expect(Object.entries(Object(value))).toEqual([
      ['list', [BigInt(BIG), 1, null]],
      ['map', { a: '1.10' }],
      ['lists', { a: [BigInt(BIG)] }],
      ['__proto__', { v: BigInt(BIG) }],
    ]);
  });

  test('has what was added to the record after it was written', () => {
    expect(compileFields([field('l', 'long')]).read(`{"l":${BIG},"received":"2026-01-31"}`)).toEqual({
      l: BigInt(BIG),
      received: '2026-01-31',
    });
  });
});

function readBack(given: string, type: 'long' | 'numeric'): unknown {
  const schema = compileFields([field('v', type)]);
  const record = schema.read(schema.write(schema.parse(`{"v":${given}}`)));
  return Object(record).v;
}
