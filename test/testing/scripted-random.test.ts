import { expect, test } from 'vitest';
import { seededRandom } from '../../src/testing/scripted-random.ts';

const draw = (seed: number, count: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

test('a seed repeats its numbers', () => {
  expect(draw(42, 100)).toEqual(draw(42, 100));
});

test('the numbers of a seed are the same in every release', () => {
  expect(draw(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test('seeds differ', () => {
  expect(draw(1, 10)).not.toEqual(draw(2, 10));
});

test('numbers are in [0, 1) and evenly spread', () => {
  const numbers = draw(7, 10_000);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((n) => Math.floor(n * 10) === tenth).length);
  expect(Math.min(...tenths)).toBeGreaterThan(900);
});
