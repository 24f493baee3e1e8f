import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/json/lossless.ts';
import { readField, readPointer } from '../../src/messages/pointer.ts';

/** The example of RFC 6901, section 5. */
const EXAMPLE = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('a JSON pointer', () => {
  test('finds nothing in a number, however many digits it has', () => {
    expect(readPointer(parseJson('{"a":12345678901234567890}'), '/a/value')).toBeUndefined();
  });

  test.each([
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%s finds %j', (pointer, found) => {
    expect(readPointer(EXAMPLE, pointer)).toEqual(found);
  });

  test('that is empty finds the whole value', () => {
    expect(readPointer(EXAMPLE, '')).toBe(EXAMPLE);
  });

  test('reads ~01 as ~1', () => {
    expect(readPointer({ '~1': 'here' }, '/~01')).toBe('here');
  });

  test.each([
    '/foo/2',
    '/foo/-',
    '/foo/00',
    '/foo/length',
    '/foo/0/0',
    '/none',
    '/foo/ 1',
    '/constructor',
    '/m~n',
    'foo',
  ])('%s finds nothing', (pointer) => {
    expect(readPointer(EXAMPLE, pointer)).toBeUndefined();
  });

  test.each([null, undefined, 'text', 1])('finds nothing in %j', (value) => {
    expect(readPointer(value, '/length')).toBeUndefined();
  });

  test('finds every part of any JSON value', () => {
    fc.assert(
      fc.property(fc.object({ key: fc.string(), maxDepth: 3 }), (value) => {
        for (const [pointer, part] of parts(value)) expect(readPointer(value, pointer)).toBe(part);
      }),
    );
  });
});

/** Each part of a value and the pointer to it. */
function parts(value: unknown, pointer = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[pointer, value]];
  const inner = Object.entries(value).flatMap(([key, part]) => {
    return parts(part, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  });
  return [[pointer, value], ...inner];
}

describe('a path of fields', () => {
  test.each([
    ['a', { b: [{ c: 'deep' }] }],
    ['a.b.0.c', 'deep'],
  ])('%s finds %j', (path, found) => {
    expect(readField({ a: { b: [{ c: 'deep' }] } }, path)).toEqual(found);
  });

  test.each(['b', 'a.b.1', 'a.b.0.c.d', 'a..b', ''])('%j finds nothing where there is nothing', (path) => {
    expect(readField({ a: { b: [{ c: 'deep' }] } }, path)).toBeUndefined();
  });
});
