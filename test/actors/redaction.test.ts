import { describe, expect, test } from 'vitest';
import { createRedaction } from '../../src/actors/redaction.ts';

function redactionOf(...values: string[]) {
  const redaction = createRedaction();
  for (const value of values) redaction.add(value);
  return redaction;
}

describe('a redaction', () => {
  test('hides each occurrence of a value', () => {
    expect(redactionOf('s3cret').redact('s3cret and s3cret')).toBe('(hidden) and (hidden)');
  });

  test('hides a value as it stands in a URL', () => {
    expect(redactionOf('a b/c?').redact('wss://host/?token=a%20b%2Fc%3F')).toBe('wss://host/?token=(hidden)');
  });

  test('hides a value that holds another one whole, whichever came first', () => {
    const shown = ['abcd', 'abcdefgh'];
    expect([
      redactionOf(...shown).redact('abcdefgh abcd'),
      redactionOf(...shown.toReversed()).redact('abcdefgh abcd'),
    ]).toEqual(['(hidden) (hidden)', '(hidden) (hidden)']);
  });

  test('takes a value for text, not for a pattern', () => {
    expect(redactionOf('.*$1').redact('anything')).toBe('anything');
  });

  test('leaves values that are too short to be a secret', () => {
    expect(redactionOf('abc').redact('abc')).toBe('abc');
  });

  test('forgets what it is told to', () => {
    const redaction = redactionOf('s3cret');
    redaction.clear();
    expect(redaction.redact('s3cret')).toBe('s3cret');
  });
});
