import type { SimulationReport } from '../../src/testing/simulation/report.ts';
import { simulate } from '../../src/testing/simulation/simulate.ts';
import { scheduleOf } from './schedule.ts';

/** Schedules that were run, one after the other. */
export interface Trial {
  /** How often each kind of fault has happened. */
  readonly faults: ReadonlyMap<string, number>;
  /** What each schedule that failed has shown. */
  readonly failures: readonly string[];
}

const FIXED_SEED = 1;
/** Failures of one schedule that are shown; the replay shows them all. */
const SHOWN = 5;

/** Where seeds begin: always at the same, or at HAWSER_SEED, for schedules that nobody has seen yet. */
export function firstSeed(written = process.env.HAWSER_SEED): number {
  if (written === undefined || written === '') return FIXED_SEED;
  return readSeed(written);
}

/** @throws Error when it is no whole number of 0 or more. */
export function readSeed(written: string): number {
  const seed = Number(written);
  if (!/^\d+$/.test(written) || !Number.isSafeInteger(seed)) {
    throw new Error(`${JSON.stringify(written)} is no seed, expected a whole number`);
  }
  return seed;
}

/** Runs the schedules of `count` seeds, from `first` on. */
export async function runSchedules(first: number, count: number): Promise<Trial> {
  const faults = new Map<string, number>();
  const failures: string[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const report = await simulate(scheduleOf(seed));
    for (const [kind, times] of Object.entries(report.faults)) faults.set(kind, (faults.get(kind) ?? 0) + times);
    if (!report.passed) failures.push(failureText(seed, report));
  }
  return { faults, failures };
}

/** Virtual milliseconds as seconds. */
export function seconds(at: number): string {
  return `${(at / 1000).toFixed(3)}s`;
}

function failureText(seed: number, { failures }: SimulationReport): string {
  const lines = failures
    .slice(0, SHOWN)
    .map(({ at, what, expected, came }) => `  at ${seconds(at)} ${what}: expected ${expected}, came ${came}`);
  const rest = failures.length > SHOWN ? [`  and ${failures.length - SHOWN} more`] : [];
  return [`seed ${seed} fails; replay it with: npm run replay -- ${seed}`, ...lines, ...rest].join('\n');
}
