import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DURATION, parseDuration } from '../../src/config/durations.ts';
import { DurationError } from '../../src/config/error.ts';

describe('a duration', () => {
  test.each<[string | number, number]>([
    ['500ms', 500],
    ['2s', 2000],
    ['1m30s', 90_000],
    ['6h30m', 23_400_000],
    ['1d', 86_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1.5s', 1500],
    ['1.1s', 1100],
    [' 2s ', 2000],
    ['30', 30_000],
    [30, 30_000],
    [0.25, 250],
    ['1.2e-10', 1],
    [1.2e-10, 1],
    ['0', 0],
    ['0ms', 0],
    [0, 0],
    [MAX_DURATION / 1000, MAX_DURATION],
  ])('%j is %d ms', (value, milliseconds) => {
    expect(parseDuration(value)).toBe(milliseconds);
  });

  test.each([
    '',
    ' ',
    's',
    '2x',
    '2 s',
    '2sec',
    '30s1m',
    '1s1s',
    '1m30',
    'ten',
    '1e',
    '--2s',
    '0x10',
    'Infinity',
    '2S',
  ])('%j is refused as no duration', (value) => {
    expect(() => parseDuration(value)).toThrow(`${JSON.stringify(value)} is not a duration such as 500ms, 2s or 1m30s`);
  });

  test.each([Number.NaN, '1.2.3s'])('%j is refused as no duration either', (value) => {
    expect(() => parseDuration(value)).toThrow('is not a duration');
  });

  test.each(['-2s', '-1', -0.001])('%j is refused as negative', (value) => {
    expect(() => parseDuration(value)).toThrow('is negative');
  });

  test.each(['25d', '2147483648ms', 2_147_484, Number.POSITIVE_INFINITY])(
    '%j is refused as longer than a timer takes',
    (value) => {
      expect(() => parseDuration(value)).toThrow('is too long, expected at most 24d20h');
    },
  );

  test.each(['0', '0s', 0])('%j is refused where zero is not legal', (value) => {
    expect(() => parseDuration(value, { zero: false })).toThrow('is zero, expected a duration above zero');
  });

  test('that is refused is a DurationError with a code', () => {
    expect(() => parseDuration('soon')).toThrow(DurationError);
    expect(() => parseDuration('soon')).toThrow(expect.objectContaining({ code: 'duration' }));
  });

  test('of any text or number is finite and not negative, or refused with its own error', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^-?[0-9.]{1,8}(ms|s|m|h|d)?([0-9]{1,3}(ms|s|m|h|d))?$/));
    fc.assert(
      fc.property(fc.oneof(texts, fc.double()), (value) => {
        try {
          const milliseconds = parseDuration(value);
          return Number.isInteger(milliseconds) && milliseconds >= 0 && milliseconds <= MAX_DURATION;
        } catch (error) {
          return error instanceof DurationError;
        }
      }),
    );
  });

  test('written in milliseconds is read back', () => {
    fc.assert(fc.property(fc.nat(MAX_DURATION), (milliseconds) => parseDuration(`${milliseconds}ms`) === milliseconds));
  });
});
