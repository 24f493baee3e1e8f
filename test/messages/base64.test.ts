import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64 } from '../../src/messages/base64.ts';

const unpadded = (text: string) => text.replace(/=+$/, '');
const urlSafe = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_');

describe('base64 text', () => {
  test('of any bytes is decoded in both alphabets, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        for (const form of [text, unpadded(text), urlSafe(text), unpadded(urlSafe(text))]) {
          expect(decodeBase64(form)).toEqual(Buffer.from(bytes));
        }
      }),
    );
  });

  test('is refused with any character that is of neither alphabet', () => {
    const odd = fc.string({ minLength: 1, maxLength: 1 }).filter((each) => /[^A-Za-z0-9+/_=-]/.test(each));
    fc.assert(
      fc.property(fc.nat({ max: 7 }), odd, (at, character) => {
        expect(decodeBase64(`${'AAAAAAA'.slice(0, at)}${character}${'AAAAAAA'.slice(at)}`)).toBeUndefined();
      }),
    );
  });

  test.each(['A', 'AAAAA', 'A=', 'AA=', 'AAA==', 'A===', '====', 'AA==AA=='])('is refused when it is %s', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  test('may be as long as the largest message', () => {
    expect(decodeBase64('A'.repeat(16 * 1024 * 1024))?.length).toBe(12 * 1024 * 1024);
  });
});
