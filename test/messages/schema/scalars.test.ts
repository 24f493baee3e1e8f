import { describe, expect, test } from 'vitest';
import { compileFields } from '../../../src/messages/schema/record-schema.ts';
import { convertedValue, field } from './sample-fields.ts';

const DIGITS_30 = '123456789012345678901234567890';
const MEBIBYTE = 2 ** 20;

describe('a boolean', () => {
  test.each([
    ['true', 'true'],
    ['false', 'false'],
    ['"true"', 'true'],
    ['"false"', 'false'],
  ])('of %s is %s', (given, written) => {
    expect(convertedValue(given, 'boolean')).toBe(written);
  });

  test.each(['1', '0', '"yes"', '"TRUE"', '[]', '{}'])('is not %s', (given) => {
    expect(() => convertedValue(given, 'boolean')).toThrow(`${given} is neither true nor false (field v, boolean)`);
  });
});

describe.each(['string', 'json'] as const)('a %s', (type) => {
  test.each([
    ['"BTC"', 'BTC'],
    ['""', ''],
    ['1.5', '1.5'],
    ['-0', '-0'],
    ['true', 'true'],
    [DIGITS_30, DIGITS_30],
    ['1e400', '1e400'],
    ['[1, 2]', '[1,2]'],
    [`{"a": {"id": ${DIGITS_30}}}`, `{"a":{"id":${DIGITS_30}}}`],
    ['{"__proto__":1,"constructor":2}', '{"__proto__":1,"constructor":2}'],
    ['{"a":1,"a":2}', '{"a":2}'],
  ])('of %s is the text %s', (given, text) => {
    expect(convertedValue(given, type)).toBe(JSON.stringify(text));
  });

  test.each(['"\\ud800"', '"a\\udc00b"', '"\\" \\\\ \\n \\u0000 \u2028 😀"'])(
    'of %s is written as JSON has it',
    (given) => {
      expect(convertedValue(given, type)).toBe(JSON.stringify(JSON.parse(given)));
    },
  );

  test('keeps a lone surrogate in an object as an escape', () => {
    expect(convertedValue('{"\\ud800":"\\udfff"}', type)).toBe(JSON.stringify('{"\\ud800":"\\udfff"}'));
  });

  test('keeps a text of a mebibyte, plain or full of quotes', () => {
    for (const text of ['x'.repeat(MEBIBYTE), '"'.repeat(MEBIBYTE)]) {
      expect(convertedValue(JSON.stringify(text), type)).toBe(JSON.stringify(text));
    }
  });

  test('keeps 512 levels of arrays and objects, and no more', () => {
    const deepest = `${'['.repeat(511)}{}${']'.repeat(511)}`;
    expect(convertedValue(deepest, type)).toBe(JSON.stringify(deepest));
    expect(() => convertedValue(`[${deepest}]`, type)).toThrow(`is not JSON of at most 512 levels (field v, ${type})`);
  });

  test('refuses 10 000 levels with an error that shows 80 characters of them', () => {
    const given = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    expect(() => convertedValue(given, type)).toThrow(
      `${'['.repeat(79)}… is not JSON of at most 512 levels (field v, ${type})`,
    );
  });
});

describe('bytes', () => {
  test.each([
    ['"aGk="', '"aGk="'],
    ['"aGk"', '"aGk="'],
    ['"-_-_"', '"+/+/"'],
    ['"+/+/"', '"+/+/"'],
    ['"_w"', '"/w=="'],
    ['""', '""'],
  ])('of %s are %s', (given, written) => {
    expect(convertedValue(given, 'bytes')).toBe(written);
  });

  test.each(['"a"', '"aGk=="', '"aGk=a"', '"a b="', '"-_+/"', '"ä"', '"="', '"=="', '1', '[1]', '{}'])(
    'are not %s',
    (given) => {
      expect(() => convertedValue(given, 'bytes')).toThrow(/ is not (a )?base64.*\(field v, bytes\)$/);
    },
  );

  test('may be a mebibyte', () => {
    const text = Buffer.alloc(MEBIBYTE, 0xff).toString('base64');
    expect(convertedValue(`"${text}"`, 'bytes')).toBe(`"${text}"`);
  });
});

describe('an enum', () => {
  test('is one of its symbols', () => {
    expect(convertedValue('"buy"', 'enum', { symbols: ['buy', 'se"ll'] })).toBe('"buy"');
    expect(convertedValue('"se\\"ll"', 'enum', { symbols: ['buy', 'se"ll'] })).toBe('"se\\"ll"');
  });

  test('may be a number in how it is written', () => {
    expect(convertedValue('2', 'enum', { symbols: ['1', '2'] })).toBe('"2"');
  });

  test.each(['"hold"', '""', '1', '{}', '"constructor"', '["buy"]'])('is not %s, which is none of them', (given) => {
    expect(() => convertedValue(given, 'enum', { symbols: ['buy', 'sell'] })).toThrow(
      `${given} is not one of buy, sell (field v, enum)`,
    );
  });

  test('lists ten symbols in its error', () => {
    const symbols = Array.from({ length: 12 }, (_, at) => `s${at}`);
    expect(() => convertedValue('"x"', 'enum', { symbols })).toThrow('s8, s9, and 2 more (field');
  });
});

describe('a date, a time, a timestamp', () => {
  test('are written in one form each', () => {
    expect(convertedValue('"2026/01/31"', 'date')).toBe('"2026-01-31"');
    expect(convertedValue('"14:42:02.500"', 'time')).toBe('"14:42:02.5"');
    expect(convertedValue('1769870522132', 'timestamp')).toBe('"2026-01-31T14:42:02.132Z"');
  });

  test('count a number of a time in its unit', () => {
    expect(convertedValue('52922500000', 'time')).toBe('"14:42:02.5"');
    expect(convertedValue('52922500', 'time', { unit: 'milliseconds' })).toBe('"14:42:02.5"');
  });

  test.each([
    ['date', 'is not a date'],
    ['time', 'is not a time of day'],
    ['timestamp', 'is not a timestamp'],
  ] as const)('of type %s name what they cannot read', (type, problem) => {
    for (const given of ['"soon"', '{}', 'true', '[1]']) {
      expect(() => convertedValue(given, type)).toThrow(`${given} ${problem} (field v, ${type})`);
    }
  });

  test('of one second are each their own', () => {
    const schema = compileFields([field('at', 'timestamp')]);
    const texts = ['02.132Z', '02.133Z', '03.000Z', '02.132Z', '02.1Z', '02.13aZ'].map(
      (end) => `2026-01-31T14:42:${end}`,
    );
    const written = texts.slice(0, 5).map((at) => schema.write({ at }));
    expect(written.map((text) => text.slice('{"at":"2026-01-31T14:42:'.length, -2))).toEqual([
      '02.132Z',
      '02.133Z',
      '03.000Z',
      '02.132Z',
      '02.100Z',
    ]);
    expect(() => schema.write({ at: texts[5] })).toThrow('"2026-01-31T14:42:02.13aZ" is not a timestamp');
  });

  test('keeps the milliseconds of an epoch in nanoseconds', () => {
    expect(convertedValue('1769870522132999999', 'timestamp')).toBe('"2026-01-31T14:42:02.132Z"');
  });
});
