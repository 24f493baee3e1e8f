import { describe, expect, test } from 'vitest';
import { converted, convertedValue, field } from './sample-fields.ts';

const DIGITS_30 = '123456789012345678901234567890';

describe('an int', () => {
  test.each([
    ['7', '7'],
    ['-2147483648', '-2147483648'],
    ['2147483647', '2147483647'],
    ['1e3', '1000'],
    ['5.0', '5'],
    ['"42"', '42'],
    ['"+042"', '42'],
    ['"1.20e2"', '120'],
    ['-0', '0'],
    ['"-0"', '0'],
    ['0e999999999999', '0'],
  ])('of %s is %s', (given, written) => {
    expect(convertedValue(given, 'int')).toBe(written);
  });

  test.each(['2147483648', '-2147483649', '"2147483648"', '1e300', '1e999999999', '"1e999999999"'])(
    'cannot be %s',
    (given) => {
      expect(() => convertedValue(given, 'int')).toThrow('is outside the range of an int, -2147483648 to 2147483647');
    },
  );

  test.each(['1.5', '"1.5"', '1e-1', '"1e-999999999"'])('is not rounded from %s', (given) => {
    expect(() => convertedValue(given, 'int')).toThrow('is not a whole number');
  });
});

describe('an int beside a long', () => {
  test.each(['1e-400', '5.00000000000000000001', '1e400'])('makes the same of %s as an int alone', (given) => {
    const beside = outcome(() => converted(`{"v":${given}}`, field('v', 'int'), field('w', 'long')));
    expect(beside.replace(',"w":null', '')).toBe(outcome(() => converted(`{"v":${given}}`, field('v', 'int'))));
  });
});

describe('a long', () => {
  test.each([
    ['0', '0'],
    ['-0', '0'],
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['"9223372036854775807"', '9223372036854775807'],
    ['"00000000000000000000000000000007"', '7'],
    ['1e18', '1000000000000000000'],
    ['"1.5e1"', '15'],
    ['9007199254740993.000', '9007199254740993'],
  ])('of %s is %s', (given, written) => {
    expect(convertedValue(given, 'long')).toBe(written);
  });

  test.each([
    '9223372036854775808',
    '-9223372036854775809',
    '"9223372036854775808"',
    DIGITS_30,
    '1e400',
    '1e999999999',
  ])('cannot be %s', (given) => {
    expect(() => convertedValue(given, 'long')).toThrow(
      'is outside the range of a long, -9223372036854775808 to 9223372036854775807 (field v, long)',
    );
  });

  test('is not rounded from a fraction', () => {
    expect(() => convertedValue('9007199254740993.5', 'long')).toThrow('9007199254740993.5 is not a whole number');
  });
});

describe.each(['float', 'double'] as const)('a %s', (type) => {
  test.each([
    ['0.1', '0.1'],
    ['1.10', '1.1'],
    ['-0', '-0'],
    ['"-0"', '-0'],
    ['"1.10"', '1.1'],
    ['".5"', '0.5'],
    ['"5."', '5'],
    ['"+007"', '7'],
    ['1e-400', '0'],
    ['0.1000000000000000055511151231257827', '0.1'],
    ['"1e3"', '1000'],
  ])('of %s is %s', (given, written) => {
    expect(convertedValue(given, type)).toBe(written);
  });

  test.each(['1e400', '-1e400', '"1e400"'])('cannot be %s', (given) => {
    expect(() => convertedValue(given, type)).toThrow(`is outside the range of a ${type} (field v, ${type})`);
  });

  test.each(['"abc"', '""', '"NaN"', '"Infinity"', '"0x10"', '" 1"', '"1,5"', '"."', '"-"', '"e5"'])(
    'is not what %s says',
    (given) => {
      expect(() => convertedValue(given, type)).toThrow(`${given} is not a number (field v, ${type})`);
    },
  );
});

describe('a float', () => {
  test('has no more than 32 bits of range', () => {
    expect(convertedValue('3.4e38', 'float')).toBe('3.4e+38');
    expect(() => convertedValue('3.5e38', 'float')).toThrow('is outside the range of a float');
  });
});

describe('a double', () => {
  test('has 64 bits of range', () => {
    expect(convertedValue('1.7976931348623157e308', 'double')).toBe('1.7976931348623157e+308');
  });
});

describe('a numeric', () => {
  test.each([
    DIGITS_30,
    `-${DIGITS_30}.${DIGITS_30}`,
    '1.10',
    '1e400',
    '-0',
    '0.0000001',
    '0.00',
    '12E+3',
    '9'.repeat(1000),
  ])('keeps %s as it came, from a number and from a text', (given) => {
    expect(convertedValue(given, 'numeric')).toBe(given);
    expect(convertedValue(`"${given}"`, 'numeric')).toBe(given);
  });

  test.each([
    ['"+1.10"', '1.10'],
    ['"007.50"', '7.50'],
    ['".50"', '0.50'],
    ['"5."', '5'],
    ['"-.5e-3"', '-0.5e-3'],
    ['"000"', '0'],
  ])('of %s is %s, which JSON has', (given, written) => {
    expect(convertedValue(given, 'numeric')).toBe(written);
  });

  test('has at most 1000 digits', () => {
    expect(() => convertedValue('9'.repeat(1001), 'numeric')).toThrow('has more than 1000 digits (field v, numeric)');
    expect(convertedValue(`-0.${'9'.repeat(999)}`, 'numeric')).toHaveLength(1002);
  });
});

describe.each(['int', 'long', 'float', 'double', 'numeric'] as const)('a number of type %s', (type) => {
  test.each(['true', '[]', '[1]', '{}', '{"value":1}', '"abc"', '"1 2"', '"١"'])('is not %s', (given) => {
    expect(() => convertedValue(given, type)).toThrow(`${given} is not a number (field v, ${type})`);
  });

  test('takes no time for a million odd digits', () => {
    const zeros = '0'.repeat(1_000_000);
    for (const given of [`1${zeros}1`, `1.${zeros}1`, `${zeros}1x`]) {
      expect(() => convertedValue(`"${given}"`, type)).not.toThrow(RangeError);
    }
  });
});

function outcome(convert: () => string): string {
  try {
    return convert();
  } catch (error) {
    return String(error);
  }
}
