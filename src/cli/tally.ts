import type { SinkStatus, SourceStatus, SupervisorStatus } from '../index.ts';
import { plural } from './phrases.ts';

/** More components than this are counted together. */
const MOST_NAMED = 6;

/** What one component has done, in a few words. */
export interface ComponentTally {
  /** `ticks/exchange`. */
  readonly component: string;
  readonly words: string;
}

/** What came, what went, and what is lost on the way, in one line. */
export function tally(status: SupervisorStatus): string {
  const { sources, sinks } = componentsOf(status);
  if (!manyComponents(status)) {
    return [
      ...sources.map((each) => `${each.name} ${sourceWords(each)}`),
      ...sinks.map((each) => `${each.name} ${sinkWords(each)}`),
    ].join(', ');
  }
  const came = { received: sum(sources, 'received'), rejected: sum(sources, 'rejected') };
  const went = {
    delivered: sum(sinks, 'delivered'),
    dropped: sum(sinks, 'dropped'),
    rejected: sum(sinks, 'rejected'),
  };
  return `${plural(sources.length, 'source')} ${sourceWords(came)}, ${plural(sinks.length, 'sink')} ${sinkWords(went)}`;
}

/** Too many for a line that names each. */
export function manyComponents(status: SupervisorStatus): boolean {
  const { sources, sinks } = componentsOf(status);
  return sources.length + sinks.length > MOST_NAMED;
}

export function tallies({ pipelines }: SupervisorStatus): ComponentTally[] {
  return pipelines.flatMap(({ name: pipeline, sources, sinks }) => [
    ...sources.map((each) => ({ component: `${pipeline}/${each.name}`, words: sourceWords(each) })),
    ...sinks.map((each) => ({ component: `${pipeline}/${each.name}`, words: sinkWords(each) })),
  ]);
}

/** `w 3, x 4`, or how many they are. */
export function listed(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts);
  if (entries.length > MOST_NAMED) return plural(entries.length, 'sink');
  return entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

/** Events that are lost: dropped by a full buffer, or rejected at either end. */
export function anyLost(status: SupervisorStatus): boolean {
  const { sources, sinks } = componentsOf(status);
  return sum(sources, 'rejected') + sum(sinks, 'dropped') + sum(sinks, 'rejected') > 0;
}

function componentsOf({ pipelines }: SupervisorStatus): { sources: SourceStatus[]; sinks: SinkStatus[] } {
  return {
    sources: pipelines.flatMap(({ sources }) => sources),
    sinks: pipelines.flatMap(({ sinks }) => sinks),
  };
}

function sourceWords({ received, rejected }: Pick<SourceStatus, 'received' | 'rejected'>): string {
  return `received ${received}${lost({ rejected })}`;
}

function sinkWords({ delivered, dropped, rejected }: Pick<SinkStatus, 'delivered' | 'dropped' | 'rejected'>): string {
  return `delivered ${delivered}${lost({ dropped, rejected })}`;
}

/** ` (dropped 3, rejected 1)`, or nothing. */
function lost(counts: Readonly<Record<string, number>>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.length === 0 ? '' : ` (${present.map(([what, count]) => `${what} ${count}`).join(', ')})`;
}

function sum<Key extends string>(items: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return items.reduce((total, item) => total + item[key], 0);
}
