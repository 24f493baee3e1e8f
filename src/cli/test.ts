import { ConfigError, formatProblem, UsageError } from '../index.ts';
import type { Scenario } from '../testing/simulation/scenario.ts';
import { loadScenario } from '../testing/simulation/scenario-file.ts';
import { simulate } from '../testing/simulation/simulate.ts';
import { complain } from './complain.ts';
import { EXIT } from './exit-code.ts';
import { plural } from './phrases.ts';
import { colourStyle, plainStyle, type Style } from './style.ts';
import { failedLines, passedLine, timelineLines } from './test-report.ts';

export interface TestOptions {
  /** Takes the place of what the files say. */
  readonly seed?: number;
  /** So many seeds for each file, from its own one on. Default 1. */
  readonly seeds?: number;
  readonly timeline?: boolean;
}

/** `hawser test FILE…`. */
export async function test(files: readonly string[], options: TestOptions): Promise<number> {
  const style = styleOf(process.stdout, process.env);
  const counts = { passed: 0, failed: 0, unusable: 0 };
  for (const file of files) counts[await tryOut(file, style, options)] += 1;
  say([summary(counts)]);
  if (counts.unusable > 0) return EXIT.misused;
  return counts.failed > 0 ? EXIT.failed : EXIT.done;
}

/** What a file has come to. */
type Result = 'passed' | 'failed' | 'unusable';

/** Runs a file; what is wrong with one that cannot be used is said on standard error, a line per problem. */
async function tryOut(file: string, style: Style, options: TestOptions): Promise<Result> {
  try {
    const scenario = await loadScenario(file, { warn: (problem) => complain(`warning: ${formatProblem(problem)}`) });
    return await runAll(scenario, { file, style, options });
  } catch (error) {
    if (error instanceof ConfigError) for (const problem of error.problems) complain(formatProblem(problem));
    else if (error instanceof UsageError) complain(`${file}: ${error.message}`);
    else throw error;
    return 'unusable';
  }
}

interface Run {
  readonly file: string;
  readonly style: Style;
  readonly options: TestOptions;
}

/** Runs a scenario with each of its seeds, and says how each has ended. */
async function runAll(scenario: Scenario, { file, style, options }: Run): Promise<Result> {
  const { seeds = 1, timeline = false } = options;
  const first = options.seed ?? scenario.seed ?? 1;
  let result: Result = 'passed';
  for (let seed = first; seed < first + seeds; seed++) {
    const started = performance.now();
    const report = await simulate({ ...scenario, seed });
    const view = { report, file, took: performance.now() - started, style };
    if (timeline) say(timelineLines(view));
    say(report.passed ? [passedLine(view)] : failedLines(view));
    if (!report.passed) result = 'failed';
  }
  return result;
}

function say(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function summary({ passed, failed, unusable }: Readonly<Record<Result, number>>): string {
  const parts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unusable > 0 ? [`${unusable} cannot be used`] : []),
  ];
  return `${plural(passed + failed + unusable, 'scenario')}: ${parts.join(', ')}`;
}

function styleOf({ isTTY }: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Style {
  return isTTY === true && env.TERM !== 'dumb' && !env.NO_COLOR ? colourStyle : plainStyle;
}
