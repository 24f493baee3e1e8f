import { describe, expect, test } from 'vitest';
import type { Condition } from '../../src/config/records.ts';
import { parseJson } from '../../src/json/lossless.ts';
import { compileCondition, compileSelect, describeCondition } from '../../src/messages/condition.ts';

function holds(condition: Omit<Condition, 'pointer'>, json: string): boolean {
  return compileCondition({ pointer: '/a', ...condition })(parseJson(`{"a":${json}}`));
}

describe('equals', () => {
  test.each([
    ['"text"', '"text"'],
    ['null', 'null'],
    ['true', 'true'],
    ['1.5', '1.50'],
    ['0', '-0'],
    ['1000', '1e3'],
    ['5', '5.00000000000000000'],
    ['12345678901234567890', '12345678901234567890'],
    ['12345678901234567890', '1234567890123456789e1'],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['1e21', '1000000000000000000000'],
    ['{"b":[1,{"c":null}],"d":2}', '{"d":2,"b":[1,{"c":null}]}'],
    ['[]', '[]'],
  ])('%s holds of %s', (equals, json) => {
    expect(holds({ equals: parseJson(equals) }, json)).toBe(true);
  });

  test.each([
    ['"1"', '1'],
    ['1', '"1"'],
    ['0', 'null'],
    ['0', 'false'],
    ['5', '5.0000000000000000001'],
    ['9007199254740993', '9007199254740992'],
    ['9007199254740992', '9007199254740993'],
    ['12345678901234567890', '12345678901234567891'],
    ['12345678901234567890', '-12345678901234567890'],
    ['1', '12345678901234567890'],
    ['{"a":1}', '{"a":1,"b":1}'],
    ['{"a":1,"b":1}', '{"a":1}'],
    ['{"a":1}', '{"b":1}'],
    ['{"constructor":1}', '{"a":1}'],
    ['[1,2]', '[2,1]'],
    ['[1]', '{"0":1}'],
    ['{}', '[]'],
    ['{}', '12345678901234567890'],
    ['{}', 'null'],
  ])('%s does not hold of %s', (equals, json) => {
    expect(holds({ equals: parseJson(equals) }, json)).toBe(false);
  });

  test('may be a bigint', () => {
    const equals = 9007199254740993n;
    expect([holds({ equals }, '9007199254740993'), holds({ equals }, '9007199254740992')]).toEqual([true, false]);
  });

  test('may be a whole number of more digits than a double writes', () => {
    expect(holds({ equals: 2 ** 70 }, '1180591620717411303424')).toBe(true);
  });

  test('is not kept busy by a number as long as a message', () => {
    expect(holds({ equals: 11 }, `1${'0'.repeat(500_000)}1`)).toBe(false);
  });

  test('with a fraction whose last digits were lost holds of one with all of them', () => {
    expect(holds({ equals: Number('0.1234567890123456789') }, '0.1234567890123456789')).toBe(true);
  });

  test('holds of nothing where there is no value', () => {
    expect(compileCondition({ pointer: '/b', equals: null })({ a: 1 })).toBe(false);
  });

  test('finds nothing within a number of many digits', () => {
    const condition = { pointer: '/a/value', exists: true };
    expect(compileCondition(condition)(parseJson('{"a":12345678901234567890}'))).toBe(false);
  });

  test('is asked of the whole with an empty pointer', () => {
    expect(compileCondition({ pointer: '', equals: 'pong' })('pong')).toBe(true);
  });
});

describe('in', () => {
  test.each([
    ['1', true],
    ['"two"', true],
    ['{"three":3}', true],
    ['2', false],
  ])('is asked of %s: %s', (json, expected) => {
    expect(holds({ in: [1, 'two', { three: 3 }] }, json)).toBe(expected);
  });
});

describe('exists', () => {
  test.each(['null', '0', '""', 'false', '{}'])('holds of %s', (json) => {
    expect([holds({ exists: true }, json), holds({ exists: false }, json)]).toEqual([true, false]);
  });

  test('does not hold where there is nothing', () => {
    const missing = (exists: boolean) => compileCondition({ pointer: '/b', exists })({ a: 1 });
    expect([missing(true), missing(false)]).toEqual([false, true]);
  });
});

describe('matches', () => {
  test.each([
    ['^tick', '"ticker"'],
    ['ick', '"ticker"'],
    ['^-?1\\.5$', '1.5'],
    ['90$', '12345678901234567890'],
    ['^true$', 'true'],
    ['^\\p{L}$', '"é"'],
  ])('%s holds of %s', (matches, json) => {
    expect(holds({ matches }, json)).toBe(true);
  });

  test.each([
    ['^ick', '"ticker"'],
    ['null', 'null'],
    ['', '{}'],
    ['', '[]'],
  ])('%s does not hold of %s', (matches, json) => {
    expect(holds({ matches }, json)).toBe(false);
  });

  test('gives the same answer each time', () => {
    const condition = compileCondition({ pointer: '', matches: 'a' });
    expect([condition('a'), condition('a')]).toEqual([true, true]);
  });
});

describe('a selection', () => {
  const a = { pointer: '/a', exists: true };
  const b = { pointer: '/b', exists: true };

  test('wants all conditions of a list', () => {
    const select = compileSelect([[a, b]]);
    expect([select({ a: 1 }), select({ a: 1, b: 1 })]).toEqual([false, true]);
  });

  test('wants one of several lists', () => {
    const select = compileSelect([[a], [b]]);
    expect([select({ a: 1 }), select({ b: 1 }), select({})]).toEqual([true, true, false]);
  });

  test('without a list takes everything', () => {
    expect(compileSelect([])({})).toBe(true);
  });
});

describe('a condition is described', () => {
  test.each<[Condition, string]>([
    [{ pointer: '/type', equals: 'auth_ok' }, '/type equals "auth_ok"'],
    [{ pointer: '/id', equals: parseJson('12345678901234567890') }, '/id equals 12345678901234567890'],
    [{ pointer: '/id', equals: 12345678901234567890n }, '/id equals 12345678901234567890'],
    [{ pointer: '/type', in: ['a', 1] }, '/type is one of "a", 1'],
    [{ pointer: '/id', exists: true }, '/id exists'],
    [{ pointer: '/id', exists: false }, '/id does not exist'],
    [{ pointer: '', matches: '^o' }, 'the message matches /^o/'],
  ])('%#', (condition, description) => {
    expect(describeCondition(condition)).toBe(description);
  });
});
