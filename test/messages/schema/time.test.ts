import { describe, expect, test } from 'vitest';
import { LosslessNumber } from '../../../src/json/lossless.ts';
import { readTime } from '../../../src/messages/schema/time.ts';

describe('a time is read', () => {
  test.each([
    ['14:42', '14:42:00'],
    ['14:42:02', '14:42:02'],
    ['14:42:02.5', '14:42:02.5'],
    ['14:42:02.500', '14:42:02.5'],
    ['14:42:02.000', '14:42:02'],
    ['14:42:02,132', '14:42:02.132'],
    ['23:59:59.999999999', '23:59:59.999999999'],
  ])('from %s', (text, time) => {
    expect(readTime(text)).toBe(time);
  });

  test.each([
    [0, '00:00:00'],
    [52922000000, '14:42:02'],
    [52922132000, '14:42:02.132'],
    [1, '00:00:00.000001'],
    [86399999999, '23:59:59.999999'],
    [52922000000n, '14:42:02'],
    [new LosslessNumber('52922000000.0'), '14:42:02'],
    ['52922000000', '14:42:02'],
  ])('from %s microseconds since midnight', (value, time) => {
    expect(readTime(value)).toBe(time);
  });

  test('from milliseconds, where a number counts those', () => {
    expect([readTime(52922132, 'milliseconds'), readTime('52922132', 'milliseconds')]).toEqual([
      '14:42:02.132',
      '14:42:02.132',
    ]);
  });
});

describe('no time is', () => {
  test.each([
    '24:00',
    '23:59:60',
    '14:60',
    '1:02',
    '14:42:2',
    '14:42:02.',
    '14:42:02.1234567890',
    '14:42:02Z',
    '2026-01-31T14:42:02Z',
    '-1',
    '1.5',
    '',
    -1,
    1.5,
    86400000000,
    Number.NaN,
    null,
    true,
    {},
  ])('%j', (value) => {
    expect(readTime(value)).toBeUndefined();
  });

  test('a number of milliseconds beyond the day', () => {
    expect(readTime(86400000, 'milliseconds')).toBeUndefined();
  });
});
