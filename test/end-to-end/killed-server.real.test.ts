import { expect, test } from 'vitest';
import { startChance } from './chance.ts';
import { killServer, repeatsOf, WINDOW } from './kill-rounds.ts';

test('a server that is killed ten times at random under load has everything in order, twice only what was in flight', async () => {
  const { code, total, lives } = await killServer(10, startChance());
  const repeats = repeatsOf(lives);
  expect({ code, written: new Set(lives.flat()).size }).toEqual({ code: 0, written: total });
  expect(Math.max(...repeats)).toBeLessThanOrEqual(WINDOW);
});
