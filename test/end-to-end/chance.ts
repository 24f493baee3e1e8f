import { randomInt } from 'node:crypto';
import { seededRandom } from '../../src/testing/scripted-random.ts';

/** A whole number from 0 to below the limit. */
export type Chance = (limit: number) => number;

/** Chance of a new seed, or of that in the environment variable HAWSER_SEED; printed, so that a run can be repeated. */
export function startChance(): Chance {
  const { HAWSER_SEED: given } = process.env;
  const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
  console.info(`random moments: HAWSER_SEED=${seed}`);
  const random = seededRandom(seed);
  return (limit) => Math.floor(random() * limit);
}
