import { expect, test } from 'vitest';
import { plural, span, tenths } from '../../src/cli/phrases.ts';

test.each([
  [0, '0 events'],
  [1, '1 event'],
  [2, '2 events'],
])('%i is told as %s', (count, told) => {
  expect(plural(count, 'event')).toBe(told);
});

test.each([
  [0, '0.0'],
  [1840, '1.8'],
  [9940, '9.9'],
  [9960, '10'],
  [25_039, '25'],
])('%i ms left are shown as %s', (ms, shown) => {
  expect(tenths(ms)).toBe(shown);
});

test.each([
  [50, '0.05 s'],
  [2500, '2.5 s'],
  [10_000, '10 s'],
  [25_039, '25 s'],
])('a span of %i ms is told as %s', (ms, told) => {
  expect(span(ms)).toBe(told);
});
