import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LosslessNumber } from '../../../src/json/lossless.ts';
import { readTimestamp, writeTimestamp } from '../../../src/messages/schema/timestamp.ts';

/** What is written of what was read. */
function written(value: unknown): string | undefined {
  const ms = readTimestamp(value);
  return ms === undefined ? undefined : writeTimestamp(ms);
}

describe('a date with a time is read', () => {
  test.each([
    ['2026-01-31T14:42:02.132Z', '2026-01-31T14:42:02.132Z'],
    ['2026-01-31t14:42:02z', '2026-01-31T14:42:02.000Z'],
    ['2026-01-31T14:42Z', '2026-01-31T14:42:00.000Z'],
    ['2026-01-31T14:42:02', '2026-01-31T14:42:02.000Z'],
    ['2026-01-31 14:42:02', '2026-01-31T14:42:02.000Z'],
    ['2026-01-31 14:42:02.1', '2026-01-31T14:42:02.100Z'],
    ['2026-01-31 14:42:02,25', '2026-01-31T14:42:02.250Z'],
    ['2026-01-31 14:42', '2026-01-31T14:42:00.000Z'],
    ['2026/01/31 14:42:02.132', '2026-01-31T14:42:02.132Z'],
    ['2026/01/31T14:42:02+09:00', '2026-01-31T05:42:02.000Z'],
    ['20260131T144202Z', '2026-01-31T14:42:02.000Z'],
    ['20260131T1442', '2026-01-31T14:42:00.000Z'],
    ['20260131 144202.5+0900', '2026-01-31T05:42:02.500Z'],
  ])('%s', (text, expected) => {
    expect(written(text)).toBe(expected);
  });
});

describe('a date without a time is midnight in UTC', () => {
  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026/01/31', '2026-01-31T00:00:00.000Z'],
    ['20260131', '2026-01-31T00:00:00.000Z'],
    ['0000-01-01', '0000-01-01T00:00:00.000Z'],
    ['0099-12-31', '0099-12-31T00:00:00.000Z'],
    ['9999-12-31', '9999-12-31T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29', '2000-02-29T00:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(written(text)).toBe(expected);
  });
});

describe('a zone shifts the time to UTC', () => {
  test.each([
    ['Z', '2026-01-01T03:00:00.000Z'],
    [' UTC', '2026-01-01T03:00:00.000Z'],
    ['GMT', '2026-01-01T03:00:00.000Z'],
    ['+09:00', '2025-12-31T18:00:00.000Z'],
    ['+0900', '2025-12-31T18:00:00.000Z'],
    ['+09', '2025-12-31T18:00:00.000Z'],
    [' +0530', '2025-12-31T21:30:00.000Z'],
    ['-03:30', '2026-01-01T06:30:00.000Z'],
    ['-00:00', '2026-01-01T03:00:00.000Z'],
    ['+09:00[Asia/Tokyo]', '2025-12-31T18:00:00.000Z'],
    ['Z[UTC]', '2026-01-01T03:00:00.000Z'],
  ])('%s', (zone, expected) => {
    expect(written(`2026-01-01T03:00:00${zone}`)).toBe(expected);
  });

  test.each(['+24:00', '+09:60', '+9', '+09:0', '+', 'CET', '[Asia/Tokyo]', '+09:00[', '  Z', 'Z '])(
    'but %s is no zone',
    (zone) => {
      expect(readTimestamp(`2026-01-01T03:00:00${zone}`)).toBeUndefined();
    },
  );

  test('but not out of the years that have four digits', () => {
    expect([readTimestamp('0000-01-01T00:00:00+00:01'), readTimestamp('9999-12-31T23:59:00-00:01')]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('a fraction of a second', () => {
  test('may have any length', () => {
    expect(written(`2026-01-31T14:42:02.${'9'.repeat(1000)}Z`)).toBe('2026-01-31T14:42:02.999Z');
  });

  test('is cut to milliseconds, down also before 1970', () => {
    expect(written('1969-12-31T23:59:59.9999Z')).toBe('1969-12-31T23:59:59.999Z');
  });

  test('may be followed by a zone', () => {
    expect(written('2026-01-31 14:42:02.132456789 -0100')).toBe('2026-01-31T15:42:02.132Z');
  });

  test('must have a digit', () => {
    expect(readTimestamp('2026-01-31T14:42:02.Z')).toBeUndefined();
  });
});

describe('a leap second', () => {
  test('is the first second of the next day', () => {
    expect(written('2016-12-31T23:59:60.5Z')).toBe('2017-01-01T00:00:00.500Z');
  });

  test('ends a day in UTC, wherever the clock is', () => {
    expect(written('2017-01-01T05:29:60+05:30')).toBe('2017-01-01T00:00:00.000Z');
  });

  test('is none in the middle of a day', () => {
    expect(readTimestamp('2016-12-31T12:00:60Z')).toBeUndefined();
  });
});

describe('no timestamp is', () => {
  test.each([
    '2026-02-30',
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-04-31T00:00:00Z',
    '20261301',
    '2026-1-31',
    '26-01-31',
    '2026-01/31',
    '2026.01.31',
    '+002026-01-31',
    '10000-01-01',
    '2026-01-31T',
    '2026-01-31T14',
    '2026-01-31T14:4',
    '2026-01-31T24:00:00',
    '2026-01-31T14:60',
    '2026-01-31T14:42:61Z',
    '2026-01-31T14:42:',
    '2026-01-31T14:42:02.132ZZ',
    '2026-01-31_14:42:02',
    '2026-01-31Z',
    ' 2026-01-31',
    '2026-01-31 ',
    'Sat, 31 Jan 2026 14:42:02 GMT',
    'January 31, 2026',
    'now',
    '',
    '-',
    '0x10',
    'NaN',
    'Infinity',
    '٢٠٢٦-٠١-٣١',
  ])('%j', (text) => {
    expect(readTimestamp(text)).toBeUndefined();
  });

  test.each([null, undefined, true, {}, [], ['2026-01-31'], new Date(0), Number.NaN, Number.POSITIVE_INFINITY])(
    '%j, which is neither text nor number',
    (value) => {
      expect(readTimestamp(value)).toBeUndefined();
    },
  );
});

describe('an epoch counts by its absolute value', () => {
  test.each([
    ['seconds', 0, '1970-01-01T00:00:00.000Z'],
    ['seconds', 1769870522, '2026-01-31T14:42:02.000Z'],
    ['seconds', 5e9, '2128-06-11T08:53:20.000Z'],
    ['seconds', -1, '1969-12-31T23:59:59.000Z'],
    ['seconds', 20260131, '1970-08-23T11:48:51.000Z'],
    ['milliseconds', 5e9 + 1, '1970-02-27T20:53:20.001Z'],
    ['milliseconds', 1769870522132, '2026-01-31T14:42:02.132Z'],
    ['milliseconds', -5e9 - 1, '1969-11-04T03:06:39.999Z'],
    ['milliseconds', 5e13, '3554-06-09T16:53:20.000Z'],
    ['microseconds', 5e13 + 1, '1971-08-02T16:53:20.000Z'],
    ['microseconds', 1769870522132999, '2026-01-31T14:42:02.132Z'],
    ['microseconds', -5e13 - 1, '1968-06-01T07:06:39.999Z'],
    ['nanoseconds', 1769870522132000000, '2026-01-31T14:42:02.132Z'],
    ['nanoseconds', 5.1e16, '1971-08-14T06:40:00.000Z'],
    ['nanoseconds', -5.1e16, '1968-05-20T17:20:00.000Z'],
  ])('%s: %d', (_, value, expected) => {
    expect(written(value)).toBe(expected);
  });

  test('as a text too', () => {
    expect([written('1769870522132'), written('1769870522.5'), written('-1'), written('1.769870522132e12')]).toEqual([
      '2026-01-31T14:42:02.132Z',
      '2026-01-31T14:42:02.500Z',
      '1969-12-31T23:59:59.000Z',
      '2026-01-31T14:42:02.132Z',
    ]);
  });

  test('and eight digits are one as a number, but a date as a text', () => {
    expect([written(20260131), written('20260131')]).toEqual(['1970-08-23T11:48:51.000Z', '2026-01-31T00:00:00.000Z']);
  });

  test('as a text of eight characters that are not all digits too', () => {
    expect([written('-1234567'), written('12345.67'), written('1.7698e9')]).toEqual([
      '1969-12-17T17:03:53.000Z',
      '1970-01-01T03:25:45.670Z',
      '2026-01-30T19:06:40.000Z',
    ]);
  });

  test('of a bigint with every digit', () => {
    expect(written(1769870522131999999n)).toBe('2026-01-31T14:42:02.131Z');
  });

  test('of a number with more digits than a double has', () => {
    expect(written(new LosslessNumber('1769870522131999999'))).toBe('2026-01-31T14:42:02.131Z');
  });

  test('whose fraction is taken as it is written, not as a double has it', () => {
    const wrong = Array.from({ length: 1000 }, (_, ms) => 1769870522000 + ms).filter(
      (ms) => readTimestamp(Number(`${String(ms).slice(0, -3)}.${String(ms).slice(-3)}`)) !== ms,
    );
    expect(wrong).toEqual([]);
  });

  test('and is cut down, also before 1970', () => {
    expect([readTimestamp(-0.0001), readTimestamp(-5000000000.5), readTimestamp('-50000000000001')]).toEqual([
      -1, -5000000001, -50000000001,
    ]);
  });

  test('and is never −0', () => {
    expect([readTimestamp(-0), readTimestamp('-0'), readTimestamp('-0.0'), readTimestamp('-0e5')]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test.each([
    '253402300800000000000',
    '-62167219200000000001',
    1e300,
    '1e400',
    '9'.repeat(400),
    new LosslessNumber('1e999'),
    10n ** 400n,
  ])('and is none outside of the years 0 to 9999: %s', (value) => {
    expect(readTimestamp(value)).toBeUndefined();
  });

  test('and the first and the last millisecond of those years are', () => {
    expect([written('-62167219200000000000'), written('253402300799999999999')]).toEqual([
      '0000-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ]);
  });
});

describe('any instant of the years 0 to 9999', () => {
  const instants = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });

  test('is written as Date does', () => {
    fc.assert(fc.property(instants, (ms) => writeTimestamp(ms) === new Date(ms).toISOString()));
  });

  test('is read as it was written', () => {
    fc.assert(fc.property(instants, (ms) => readTimestamp(writeTimestamp(ms)) === ms));
  });

  test('is read as it was written in another zone', () => {
    const offsets = fc.integer({ min: -1439, max: 1439 });
    fc.assert(
      fc.property(instants, offsets, (ms, offset) => {
        const local = ms + offset * 60_000;
        fc.pre(local >= -62_167_219_200_000 && local <= 253_402_300_799_999);
        const size = Math.abs(offset);
        const zone = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0')).join(':');
        return readTimestamp(writeTimestamp(local).replace('Z', `${offset < 0 ? '-' : '+'}${zone}`)) === ms;
      }),
    );
  });
});

test('any text either is a timestamp or is not, without an error', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^[-+\d:.TZ/ e]{0,30}$/));
  fc.assert(fc.property(texts, (text) => ['number', 'undefined'].includes(typeof readTimestamp(text))));
});
