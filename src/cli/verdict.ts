import type { Outcome, SupervisorStatus } from '../index.ts';
import { plural } from './phrases.ts';
import { shownName } from './relay-parts.ts';
import { anyLost, listed, tally } from './tally.ts';

export interface Ending {
  readonly outcome: Outcome;
  readonly status: SupervisorStatus;
  /** Why each connection that is not live is not, by component. */
  readonly troubles: ReadonlyMap<string, string>;
  /** Why nothing has run, if so. */
  readonly startFailure?: string | undefined;
}

export interface Verdict {
  readonly good: boolean;
  /** The last line. */
  readonly sentence: string;
  readonly fields: object;
}

/** How a run has ended, in one line. */
export function judge(ending: Ending): Verdict {
  const { outcome, status } = ending;
  const faults = [...failuresOf(ending), ...undeliveredOf(ending)];
  if (faults.length === 0) return { good: true, sentence: `stopped: ${tally(status)}`, fields: {} };
  const { undelivered } = outcome;
  return {
    good: false,
    sentence: [...faults, ...(anyLost(status) ? [tally(status)] : [])].join('; '),
    fields: undelivered > 0 ? { undelivered, sinks: owing(status) } : {},
  };
}

function failuresOf({ outcome, status, troubles, startFailure }: Ending): string[] {
  if (startFailure !== undefined) return [startFailure];
  const causes = outcome.failures.map(({ cause }) => cause);
  // A sink that gives up in the drain fails no pipeline: there was nothing left to take in.
  const late = failedSinks(status)
    .filter((name) => !causes.some((cause) => cause.startsWith(`${name}: `)))
    .map((name) => {
      const trouble = troubles.get(name);
      return trouble === undefined ? shownName(name) : `${shownName(name)}: ${trouble}`;
    });
  return [...causes.map((cause) => readable(cause, status)), ...late].map(failure);
}

function undeliveredOf({ outcome, status, troubles }: Ending): string[] {
  if (outcome.undelivered === 0) return [];
  const failed = failedSinks(status);
  const reasons = Object.keys(owing(status)).flatMap((name) => {
    const trouble = failed.includes(name) ? undefined : troubles.get(name);
    return trouble === undefined ? [] : [`${shownName(name)}: ${trouble}`];
  });
  const counts = `${plural(outcome.undelivered, 'event')} undelivered: ${listed(owing(status))}`;
  return [counts, ...reasons.slice(0, MOST_REASONS)];
}

/** A cause begins with the name of its component. */
function readable(cause: string, { pipelines }: SupervisorStatus): string {
  const names = pipelines.flatMap(({ sources, sinks }) => [...sources, ...sinks]).map(({ name }) => name);
  const name = names.find((each) => cause.startsWith(`${each}: `));
  return name === undefined ? cause : `${shownName(name)}${cause.slice(name.length)}`;
}

/** Where more sinks than this owe, what ails them is mostly one thing. */
const MOST_REASONS = 2;

/** The common end of `hawser run … | head`: nothing is broken, so no sink is to blame. */
const READER_GONE = 'stdout: its reader has closed it';

function failure(cause: string): string {
  return cause.endsWith(`: ${READER_GONE}`) ? READER_GONE : `failed: ${cause}`;
}

function failedSinks({ pipelines }: SupervisorStatus): string[] {
  const sinks = pipelines.flatMap((pipeline) => pipeline.sinks);
  return sinks.filter(({ owed, kept = 0, state }) => owed > kept && state === 'failed').map(({ name }) => name);
}

function owing({ pipelines }: SupervisorStatus): Record<string, number> {
  const sinks = pipelines.flatMap((pipeline) => pipeline.sinks);
  const owing = sinks.map(({ name, owed, kept = 0 }): [string, number] => [name, owed - kept]);
  return Object.fromEntries(owing.filter(([, events]) => events > 0));
}
