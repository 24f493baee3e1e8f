import { describe, expect, test } from 'vitest';
import { FAULT_KINDS } from '../../src/testing/simulation/scenario-schema.ts';
import { firstSeed, runSchedules, type Trial } from './trial.ts';

/** Schedules of each of the four files, so that they run side by side. */
const QUARTER = 500;
const GROUP = 25;
/** Milliseconds for a group; it takes about one second. */
const PATIENCE = 60_000;
/** How often each kind of fault has to happen, in each quarter. */
const LEAST = 50;

/** The tests of one of the four files; `part` counts from 0. */
export function testQuarter(part: number): void {
  const first = firstSeed() + part * QUARTER;
  const last = first + QUARTER - 1;
  const groups = Array.from({ length: QUARTER / GROUP }, (_, group) => first + group * GROUP);
  const trials: Trial[] = [];

  describe(`random faults lose nothing, keep the order and leave all bounds whole (seeds ${first} to ${last})`, () => {
    test.each(groups)(`${GROUP} schedules from seed %i on`, { timeout: PATIENCE }, async (seed) => {
      const trial = await runSchedules(seed, GROUP);
      trials.push(trial);
      expect(trial.failures, trial.failures.join('\n\n')).toEqual([]);
    });

    test(`each kind of fault has happened at least ${LEAST} times`, () => {
      const table = FAULT_KINDS.map((kind): [string, number] => [kind, countOf(trials, kind)]);
      const shown = table.map(([kind, count]) => `  ${kind}: ${count}`);
      console.info([`${QUARTER} schedules from seed ${first} on had these faults:`, ...shown].join('\n'));
      expect(table.filter(([, count]) => count < LEAST)).toEqual([]);
    });
  });
}

function countOf(trials: readonly Trial[], kind: string): number {
  return trials.reduce((sum, { faults }) => sum + (faults.get(kind) ?? 0), 0);
}
