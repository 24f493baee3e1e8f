import type { SimulationFailure, SimulationReport } from '../testing/simulation/report.ts';
import { plural } from './phrases.ts';
import { printable, type Style } from './style.ts';

export interface ReportView {
  readonly report: SimulationReport;
  /** As it was named on the command line. */
  readonly file: string;
  /** Real milliseconds that the simulation took. */
  readonly took: number;
  readonly style: Style;
}

/** `ok    a feed that dies (12 checks, 3m20s simulated in 41 ms)`. */
export function passedLine({ report, took, style }: ReportView): string {
  return `${style('green', 'ok')}    ${printable(report.name)} ${style('dim', `(${figures(report, took)})`)}`;
}

/** What was expected, what came instead, and what had happened until then. */
export function failedLines(view: ReportView): string[] {
  const { report, took, file, style } = view;
  const { failures, seed, name } = report;
  const summary = `(${plural(failures.length, 'failure')}, ${figures(report, took)})`;
  const shown = failures.slice(0, MOST_FAILURES);
  const rest = failures.length - shown.length;
  return [
    `${style('red', 'FAIL')}  ${printable(name)} ${style('dim', summary)}`,
    ...moments(shown).flatMap((moment, index, all) => momentLines(moment, all[index - 1]?.at ?? -1, view)),
    ...(rest > 0 ? ['', `  and ${plural(rest, 'failure')} more`] : []),
    '',
    `  again: hawser test ${printable(file)} --seed ${seed} --timeline`,
    '',
  ];
}

/** Everything that has happened, and what was logged, a line each. */
export function timelineLines({ report, style }: ReportView): string[] {
  return aligned(happenings(report), style);
}

/** Virtual milliseconds as a person says them: `1m30.250s`, `45s`, `2m`. */
export function clockTime(ms: number): string {
  const whole = Math.round(ms);
  const minutes = Math.floor(whole / 60_000);
  const seconds = (whole % 60_000) / 1000;
  if (minutes > 0 && seconds === 0) return `${minutes}m`;
  const text = seconds.toFixed(Number.isInteger(seconds) ? 0 : 3);
  return minutes > 0 ? `${minutes}m${seconds < 10 ? '0' : ''}${text}s` : `${text}s`;
}

const MOST_FAILURES = 5;
/** Lines on what had happened before a failure. */
const MOST_BEFORE = 10;

/** Failures that were found at one time. */
interface Moment {
  readonly at: number;
  readonly failures: readonly SimulationFailure[];
}

interface Happening {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

function figures({ checks, time }: SimulationReport, took: number): string {
  return `${plural(checks, 'check')}, ${clockTime(time)} simulated in ${Math.round(took)} ms`;
}

function moments(failures: readonly SimulationFailure[]): Moment[] {
  const times = [...new Set(failures.map(({ at }) => at))];
  return times.map((at) => ({ at, failures: failures.filter((each) => each.at === at) }));
}

/** What had happened before a moment and after the one before it: nothing is told twice. */
function momentLines(moment: Moment, since: number, { report, style }: ReportView): string[] {
  const { at, failures } = moment;
  const before = happenings(report).filter((each) => each.at <= at && each.at > since);
  const when = since < 0 ? 'until then' : 'since then';
  return [
    ...failures.flatMap((failure) => failureLines(failure, style)),
    '',
    `  ${style('dim', `${before.length > 0 ? 'what' : 'nothing'} had happened ${when}`)}`,
    ...aligned(before.slice(-MOST_BEFORE), style),
  ];
}

function failureLines({ at, what, expected, came }: SimulationFailure, style: Style): string[] {
  return [
    '',
    `  ${style('bold', printable(what))} at ${clockTime(at)}`,
    `    expected  ${style('green', printable(expected))}`,
    `    came      ${style('red', printable(came))}`,
  ];
}

/** The timeline and the log in one, in order of time. */
function happenings({ timeline, log }: SimulationReport): Happening[] {
  const logged = log.map(({ at, level, who, text }) => ({ at, who, what: `${level} ${text}` }));
  return [...timeline, ...logged].sort((left, right) => Math.round(left.at) - Math.round(right.at));
}

function aligned(lines: readonly Happening[], style: Style): string[] {
  const times = lines.map(({ at }) => clockTime(at));
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(({ length }) => length));
  const time = widest(times);
  const name = Math.min(widest(lines.map(({ who }) => who)), LONGEST_NAME);
  return lines.map(({ who, what }, index) => {
    const head = `${(times[index] ?? '').padStart(time)}  ${printable(who).padEnd(name)}`;
    return `    ${style('dim', head)}  ${printable(what)}`;
  });
}

const LONGEST_NAME = 32;
