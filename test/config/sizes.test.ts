import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SizeError } from '../../src/config/error.ts';
import { parseSize } from '../../src/config/sizes.ts';

describe('a size', () => {
  test.each<[string | number, number]>([
    [4096, 4096],
    ['4096', 4096],
    ['64KiB', 65_536],
    ['16MiB', 16_777_216],
    ['16 MiB', 16_777_216],
    ['1GiB', 1_073_741_824],
    ['1.5KiB', 1536],
  ])('%j is %d bytes', (value, bytes) => {
    expect(parseSize(value)).toBe(bytes);
  });

  test.each(['', 'KiB', '-1', 'big', '1e3'])('%j is refused', (value) => {
    expect(() => parseSize(value)).toThrow(SizeError);
  });

  test.each(['16MB', '16mib', '1TiB'])('%j is refused for its unit', (value) => {
    expect(() => parseSize(value)).toThrow(
      'has an unknown unit, expected a size in bytes such as 4096, 64KiB or 16MiB',
    );
  });

  test.each([0, -1, 1.5, '0', '0.3KiB', Number.POSITIVE_INFINITY])(
    '%j is refused as not a whole number of bytes',
    (value) => {
      expect(() => parseSize(value)).toThrow('is not a whole number of bytes from 1');
    },
  );

  test('of any text or number is whole and above zero, or refused with its own error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double(), fc.stringMatching(/^[0-9.]{1,5} ?[KMG]iB$/)), (value) => {
        try {
          return parseSize(value) >= 1;
        } catch (error) {
          return error instanceof SizeError;
        }
      }),
    );
  });
});
