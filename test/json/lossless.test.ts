import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText, LosslessNumber, parseJson } from '../../src/json/lossless.ts';

const DIGITS_30 = '123456789012345678901234567890';

describe('JSON with its digits', () => {
  test.each([
    '9007199254740993',
    DIGITS_30,
    `0.${DIGITS_30}`,
    '1e400',
    '9'.repeat(400),
    '-9223372036854775808',
    '1e-400',
  ])('keeps %s, which a double would change', (number) => {
    expect(parseJson(number)).toEqual(new LosslessNumber(number));
    expect(parseJson(`{"a":[{"b":${number}}]}`)).toEqual({ a: [{ b: new LosslessNumber(number) }] });
  });

  test.each(['9007199254740991', '1.10', '0.0000001', '-0', '1e5', '123456.7890123450000', '0e999'])(
    'has a plain number for %s, which a double holds',
    (number) => {
      expect(parseJson(`[${number}]`)).toEqual([Number(number)]);
    },
  );

  test.each(['1.10', '0.0000001', '-0.0', '1e5', '1E5', '100.0', '0e999'])(
    'keeps %s when it shall be written again as it came',
    (number) => {
      expect(parseJson(`[${number}]`, 'text')).toEqual([new LosslessNumber(number)]);
    },
  );

  test.each(['0', '-0', '10', '-1.5', '0.000001', '100000', '123456789012.345', '9007199254740993000'])(
    'has a plain number for %s, which is written just so',
    (number) => {
      expect(parseJson(`[${number}]`, 'text')).toEqual([Number(number)]);
    },
  );

  test.each([
    ['digits in a text', `{"a":"${DIGITS_30}"}`],
    ['digits behind an escaped quote', `{"a":"\\"${DIGITS_30}"}`],
    ['digits in a key', `{"${DIGITS_30}":1}`],
    ['an empty text', '""'],
  ])('leaves %s alone', (_, text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test('finds a number behind a text that ends with backslashes', () => {
    expect(parseJson(`["\\\\",${DIGITS_30}]`)).toEqual(['\\', new LosslessNumber(DIGITS_30)]);
  });

  test.each([1, 2, 3, 5])('takes no text for a number, even if it has the mark of one %i times', (times) => {
    const text = '\u0001'.repeat(times);
    expect(parseJson(`[["${'\\u0001'.repeat(times)}7"],["${'\\u0001'.repeat(times)}"],${DIGITS_30}]`)).toEqual([
      [`${text}7`],
      [text],
      new LosslessNumber(DIGITS_30),
    ]);
  });

  test.each([1, 2])('takes the first of several texts as it is, with the mark of a number %i times', (times) => {
    const text = '\u0001'.repeat(times);
    expect(
      parseJson(`[[ "${'\\u0001'.repeat(times)}7","x"],["a[","${'\\u0001'.repeat(times)}"],${DIGITS_30}]`),
    ).toEqual([[`${text}7`, 'x'], ['a[', text], new LosslessNumber(DIGITS_30)]);
  });

  test('takes no more room for a text that is full of marks', () => {
    const text = `["${'\\u0001'.repeat(1_000)}"${',1.0'.repeat(100_000)}]`;
    expect(parseJson(text, 'text')).toHaveLength(100_001);
  });

  test('has the last of equal keys', () => {
    expect(parseJson(`{"a":${DIGITS_30},"a":1,"b":[${DIGITS_30}]}`)).toEqual({
      a: 1,
      b: [new LosslessNumber(DIGITS_30)],
    });
  });

  test('has __proto__ as a key like any other', () => {
    const value = parseJson(`{"__proto__":${DIGITS_30},"a":{"__proto__":{"b":${DIGITS_30}}}}`);
    expect(jsonText(value)).toBe(`{"__proto__":${DIGITS_30},"a":{"__proto__":{"b":${DIGITS_30}}}}`);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test('reads a number below 100 000 levels', () => {
    const levels = 100_000;
    let value = parseJson(`${'['.repeat(levels)}${DIGITS_30}${']'.repeat(levels)}`);
    while (Array.isArray(value)) value = value[0];
    expect(value).toEqual(new LosslessNumber(DIGITS_30));
  });

  test('reads a million zeros between two digits', () => {
    const number = `1.${'0'.repeat(1_000_000)}1`;
    expect(parseJson(number)).toEqual(new LosslessNumber(number));
  });

  test.each([
    `{${DIGITS_30}:1}`,
    `[${DIGITS_30}`,
    `0${DIGITS_30}`,
    `[+${DIGITS_30}]`,
    `[${DIGITS_30}.]`,
    `[1 ${DIGITS_30}]`,
    `["a"${DIGITS_30}]`,
    `[${DIGITS_30}abc]`,
    `["${DIGITS_30}`,
    '-',
    '1e',
    '',
  ])('is a SyntaxError for %j, with the message of JSON.parse', (text) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ name: 'SyntaxError', message: messageOf(text) }));
  });

  test('is what JSON.parse reads, digits apart', () => {
    fc.assert(
      fc.property(jsonTexts, fc.constantFrom('value' as const, 'text' as const), (text, keep) => {
        expect(doubled(parseJson(text, keep))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('is written with the text of every number', () => {
    fc.assert(
      fc.property(jsonTexts, (text) => {
        expect(jsonText(parseJson(text, 'text'))).toBe(text);
      }),
    );
  });

  test('throws nothing but a SyntaxError, and where JSON.parse does', () => {
    const pieces = [
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '-',
      '.',
      'e',
      '0',
      DIGITS_30,
      'null',
      ' ',
      '"a"',
      '\\u0001',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        const text = parts.join('');
        expect(outcome(() => doubled(parseJson(text)))).toEqual(outcome(() => JSON.parse(text)));
      }),
    );
  });
});

describe('JSON text', () => {
  test.each([
    [{ a: [1, 'x', null, true] }, '{"a":[1,"x",null,true]}'],
    [-0, '-0'],
    [12n ** 30n, `${12n ** 30n}`],
    ['\ud800 " \\ \n \u2028 é', '"\\ud800 \\" \\\\ \\n \u2028 é"'],
    [[], '[]'],
    [{}, '{}'],
    [{ '"': 1 }, '{"\\"":1}'],
  ])('of %o is %s', (value, text) => {
    expect(jsonText(value)).toBe(text);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, () => 1, [undefined], { a: Symbol('s') }])(
    'cannot be had of %o',
    (value) => {
      expect(jsonText(value)).toBeUndefined();
    },
  );

  test('is not written below the levels that are asked for', () => {
    expect(jsonText([[{ a: [] }]], 4)).toBe('[[{"a":[]}]]');
    expect(jsonText([[{ a: [] }]], 3)).toBeUndefined();
  });
});

const digits = fc.stringMatching(/^\d{1,25}$/);
const numbers = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,25}$/)),
    fc.option(digits),
    fc.option(fc.integer({ min: -420, max: 420 })),
  )
  .map(([sign, whole, fraction, exponent]) => {
    return `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`;
  });
const strings = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u0001', '\u0001\u00011', '1e5', '\\'))
  .map((text) => JSON.stringify(text));

/**
 * Not one that an object would sort; and none that begins with a backslash: after an object with the key `\` the
 * `JSON.parse` of V8 14.6 reads a key that begins with an escape as that one.
 */
const keys = strings.filter((key) => !/^"(?:\d+"|\\\\)/.test(key));

/** Without spaces, and without equal keys. */
const jsonTexts = fc.letrec<{ any: string; array: string; object: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    numbers,
    strings,
    fc.constantFrom('null', 'true', 'false'),
    tie('array'),
    tie('object'),
  ),
  array: fc.array(tie('any')).map((items) => `[${items.join(',')}]`),
  object: fc
    .uniqueArray(fc.tuple(keys, tie('any')), { selector: ([key]) => key })
    .map((members) => `{${members.map(([key, item]) => `${key}:${item}`).join(',')}}`),
})).any;

/** Every kept number as the double that it is nearest to. */
function doubled(value: unknown): unknown {
  if (value instanceof LosslessNumber) return Number(value);
  if (Array.isArray(value)) return value.map(doubled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, doubled(item)]));
}

function outcome(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
}

function messageOf(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
  }
  throw new Error(`${text} is JSON`);
}
