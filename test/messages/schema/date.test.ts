import { describe, expect, test } from 'vitest';
import { LosslessNumber } from '../../../src/json/lossless.ts';
import { readDate } from '../../../src/messages/schema/date.ts';

describe('a date is read', () => {
  test.each([
    ['2026-01-31', '2026-01-31'],
    ['2026/01/31', '2026-01-31'],
    ['20260131', '2026-01-31'],
    ['0001-01-01', '0001-01-01'],
  ])('from %s', (text, date) => {
    expect(readDate(text)).toBe(date);
  });

  test('in UTC from a timestamp', () => {
    expect(readDate('2026-01-31T05:00:00+09:00')).toBe('2026-01-30');
  });

  test.each([
    [0, '1970-01-01'],
    [20484, '2026-01-31'],
    [-1, '1969-12-31'],
    [20484n, '2026-01-31'],
    [new LosslessNumber('20484.0'), '2026-01-31'],
    ['20484', '2026-01-31'],
    ['-1', '1969-12-31'],
    ['+1234567', '5350-02-17'],
    [-719528, '0000-01-01'],
    [2932896, '9999-12-31'],
  ])('from %s days since 1970', (value, date) => {
    expect(readDate(value)).toBe(date);
  });

  test('from eight digits as days when they are a number', () => {
    expect(readDate(20260131)).toBeUndefined();
  });
});

describe('no date is', () => {
  test.each([
    '2026-02-30',
    '20260230',
    '2026-1-1',
    '14:42',
    '1.5',
    '',
    'today',
    1.5,
    2932897,
    -719529,
    Number.NaN,
    null,
    true,
    {},
  ])('%j', (value) => {
    expect(readDate(value)).toBeUndefined();
  });
});
