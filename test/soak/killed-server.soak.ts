import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { startChance } from '../end-to-end/chance.ts';
import { killServer, repeatsOf, WINDOW } from '../end-to-end/kill-rounds.ts';

const ROUNDS = 50;

test('a server that is killed fifty times at random under load has everything in order, twice only what was in flight', async () => {
  const started = performance.now();
  const { code, total, lives } = await killServer(ROUNDS, startChance());
  const repeats = repeatsOf(lives);
  const seconds = (performance.now() - started) / 1000;
  const repeated = repeats.reduce((sum, each) => sum + each, 0);
  console.info(
    [
      `${ROUNDS} kills in ${seconds.toFixed(1)} s, ${total} events`,
      `written per life until its kill: ${spread(lives.slice(0, -1).map(({ length }) => length))}`,
      `repeated per kill: ${spread(repeats.slice(1))}; ${repeated} in all, ${WINDOW} may be in flight`,
    ].join('\n'),
  );
  expect({ code, written: new Set(lives.flat()).size }).toEqual({ code: 0, written: total });
  expect(Math.max(...repeats)).toBeLessThanOrEqual(WINDOW);
});

function spread(counts: readonly number[]): string {
  const sorted = counts.toSorted((left, right) => left - right);
  return `${sorted[0]} to ${sorted.at(-1)}, median ${sorted[Math.floor(sorted.length / 2)]}`;
}
