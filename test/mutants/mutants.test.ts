import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { readOutcome } from './outcome.ts';
import { patched } from './patching.ts';
import { SCENARIOS, SCHEDULES } from './scratch.ts';

const ROOT = new URL('../../', import.meta.url);

describe.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('the mutant %s', (_name, mutant) => {
  test.each(mutant.patches)('finds once in $file what it changes', (patch) => {
    const source = readFileSync(new URL(patch.file, ROOT), 'utf8');
    expect(source.split(patch.before)).toHaveLength(2);
    expect(patched(source, patch)).not.toBe(source);
  });

  test('names test files that are there', () => {
    expect(mutant.tests.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });
});

test('the scenarios are where they are looked for', () => {
  expect(existsSync(new URL(SCENARIOS, ROOT))).toBe(true);
});

test('the schedules are found by their titles', () => {
  expect(readFileSync(new URL('test/schedules/quarter.ts', ROOT), 'utf8')).toContain(`\${GROUP} ${SCHEDULES.titles}`);
});

describe('a patch', () => {
  const patch = { file: 'a.ts', before: 'one', after: "$& two $'" };

  test('is put in as it is written', () => {
    expect(patched('zero one', patch)).toBe("zero $& two $'");
  });

  test.each(['zero', 'one and one'])('of what is not there exactly once is refused: %s', (source) => {
    expect(() => patched(source, patch)).toThrow(/a\.ts has \d times, not once: "one"/);
  });
});

describe('what tests have shown', () => {
  test('is a catch when one failed by an assertion', () => {
    expect(outcomeOf(failed('is', 'AssertionError: expected 1 to be 2'))).toMatchObject({ caught: ['is'], broken: [] });
  });

  test('is a catch when a property has a counterexample', () => {
    const message = 'Error: Property failed after 3 tests\n{ seed: 1 }';
    expect(outcomeOf(failed('holds', message)).caught).toEqual(['holds']);
  });

  test('is no catch when one failed by another error', () => {
    const outcome = outcomeOf(failed('is', 'TypeError: x is not a function\n    at y'));
    expect(outcome).toMatchObject({ caught: [], broken: ['is: TypeError: x is not a function'] });
  });

  test('is no catch when a file could not be loaded', () => {
    const report = { name: 'a.test.ts', status: 'failed', message: 'SyntaxError: no\n at z', assertionResults: [] };
    const outcome = readOutcome(JSON.stringify({ testResults: [report] }));
    expect(outcome).toEqual({ passed: 0, caught: [], broken: ['a.test.ts: SyntaxError: no'] });
  });

  test('counts those that passed', () => {
    expect(outcomeOf({ fullName: 'is', status: 'passed', failureMessages: [] })).toMatchObject({ passed: 1 });
  });
});

function failed(fullName: string, message: string) {
  return { fullName, status: 'failed', failureMessages: [message] };
}

function outcomeOf(...assertionResults: readonly object[]) {
  const status = 'failed';
  return readOutcome(JSON.stringify({ testResults: [{ name: 'a.test.ts', status, message: '', assertionResults }] }));
}
