import { z } from 'zod';

/** What a run of test files has shown. */
export interface Outcome {
  readonly passed: number;
  /** Names of the tests that failed by an assertion. */
  readonly caught: readonly string[];
  /** What failed otherwise: a file that could not be loaded, an error that no test has asked for. */
  readonly broken: readonly string[];
}

/** What of vitest's JSON report is read. */
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** @throws ZodError when it is no report of vitest. */
export function readOutcome(report: string): Outcome {
  const files = Report.parse(JSON.parse(report)).testResults;
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed');
  const caught = failed.filter(({ failureMessages }) => failureMessages.some(isAssertion));
  const unloaded = files.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    caught: caught.map(({ fullName }) => fullName),
    broken: [
      ...unloaded.map(({ name, message }) => `${name}: ${firstLine(message)}`),
      ...failed
        .filter((test) => !caught.includes(test))
        .map(({ fullName, failureMessages }) => `${fullName}: ${firstLine(failureMessages[0] ?? '')}`),
    ],
  };
}

/** One of vitest, or a property of fast-check that has a counterexample. */
function isAssertion(message: string): boolean {
  return /\bAssertionError\b|^Error: Property failed after/.test(message);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
