import { MUTANTS, type Mutant } from './mutants.ts';
import type { Outcome } from './outcome.ts';
import { Scratch } from './scratch.ts';

/**
 * Makes mistakes in a copy of the product, one at a time, and expects that ordinary tests fail over each, and that the
 * simulation does: scenarios or random schedules. Exits with 1 when one is not noticed, or when the product as it is
 * fails.
 * Usage: `npm run test:mutants [-- name…]`.
 */
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
if (unknown.length > 0) {
  console.error(`no mutant is named ${unknown.join(', ')}; there are: ${MUTANTS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const mutants = MUTANTS.filter(({ name }) => asked.length === 0 || asked.includes(name));

/** Names of failed tests that are shown. */
const SHOWN = 3;

const scratch = new Scratch();
try {
  process.exitCode = isSound() && mutants.filter(survives).length === 0 ? 0 : 1;
} finally {
  scratch.remove();
}

/** Whether everything passes without a mistake. */
function isSound(): boolean {
  console.log('the product as it is');
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))];
  const tests = passes('tests', () => scratch.test(files));
  const scenarios = passes('scenarios', () => scratch.scenarios());
  const schedules = passes('schedules', () => scratch.schedules());
  return tests && scenarios && schedules;
}

/** Whether the tests have not noticed a mistake, or the simulation has not. */
function survives(mutant: Mutant): boolean {
  console.log(`\n${mutant.name}`);
  return scratch.with(mutant, () => {
    const tests = notice('tests', () => scratch.test(mutant.tests));
    if (!tests) console.log('  THE TESTS have not noticed it');
    const scenarios = notice('scenarios', () => scratch.scenarios());
    const schedules = notice('schedules', () => scratch.schedules());
    if (!scenarios && !schedules) console.log('  THE SIMULATION has not noticed it');
    return !tests || (!scenarios && !schedules);
  });
}

function passes(what: string, run: () => Outcome): boolean {
  const { outcome, seconds } = timed(run);
  const failed = [...outcome.caught, ...outcome.broken];
  const sound = failed.length === 0 && outcome.passed > 0;
  print(what, `${sound ? '' : 'FAIL: '}${outcome.passed} passed, ${failed.length} failed`, seconds, failed);
  return sound;
}

/** Something that fails for another reason than an assertion proves nothing. */
function notice(what: string, run: () => Outcome): boolean {
  const { outcome, seconds } = timed(run);
  const { caught, broken } = outcome;
  if (caught.length > 0) print(what, `caught by ${caught.length}`, seconds, caught);
  else print(what, broken.length > 0 ? 'broken, which proves nothing' : 'not noticed', seconds, broken);
  return caught.length > 0;
}

function timed(run: () => Outcome): { outcome: Outcome; seconds: string } {
  const from = performance.now();
  const outcome = run();
  return { outcome, seconds: ((performance.now() - from) / 1000).toFixed(1) };
}

function print(what: string, verdict: string, seconds: string, names: readonly string[]): void {
  console.log(`  ${what}: ${verdict} (${seconds} s)`);
  for (const name of names.slice(0, SHOWN)) console.log(`    ${name}`);
  if (names.length > SHOWN) console.log(`    and ${names.length - SHOWN} more`);
}
