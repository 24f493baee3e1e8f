import type { ConnectionStatus, RecordCounts, SinkStatus, SourceStatus, SupervisorStatus } from '../index.ts';
import type { EndpointStatus } from '../supervision/status.ts';
import { endpointsOf } from './endpoints.ts';
import { plural } from './phrases.ts';
import { shownName } from './relay-parts.ts';

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
      ...sources.map((each) => `${shownName(each.name)} ${sourceWords(each)}`),
      ...sinks.map((each) => `${shownName(each.name)} ${sinkWords(each)}`),
      ...endpoints(status).flatMap(endpointWords),
    ].join(', ');
  }
  const records = sources.flatMap((each) => each.records ?? []);
  const connections = sources.flatMap(({ connection }) => connection ?? []);
  const came = {
    received: sum(sources, 'received'),
    rejected: sum(sources, 'rejected'),
    failed: sum(sources, 'failed'),
    records: {
      passedOver: sum(records, 'passedOver'),
      pruned: sum(records, 'pruned'),
      missing: sum(records, 'missing'),
    },
    connection: { answered: sum(connections, 'answered') },
  };
  const went = {
    delivered: sum(sinks, 'delivered'),
    dropped: sum(sinks, 'dropped'),
    rejected: sum(sinks, 'rejected'),
    failed: sum(sinks, 'failed'),
    kept: sinks.reduce((total, { kept = 0 }) => total + kept, 0),
    lost: sinks.reduce((total, { lost = 0 }) => total + lost, 0),
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
    ...endpointsOf({ name: pipeline, sources, sinks }).flatMap(({ component, endpoint }) =>
      endpointWords(endpoint).map((words) => ({ component, words })),
    ),
  ]);
}

/** `w 3, x 4`, or how many they are. */
export function listed(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts);
  if (entries.length > MOST_NAMED) return plural(entries.length, 'sink');
  return entries.map(([name, count]) => `${shownName(name)} ${count}`).join(', ');
}

/** Events that are lost: dropped by a full buffer, rejected at either end, or of no use to any peer or sink. */
export function anyLost(status: SupervisorStatus): boolean {
  const { sources, sinks } = componentsOf(status);
  const served = endpoints(status);
  const onDisk = sinks.reduce((total, { lost = 0 }) => total + lost, 0);
  const atPeers = sum(served, 'dropped') + sum(served, 'unheard') + sum(served, 'unconsumed');
  return sum(sources, 'rejected') + sum(sinks, 'dropped') + sum(sinks, 'rejected') + onDisk + atPeers > 0;
}

function endpoints({ pipelines }: SupervisorStatus): EndpointStatus[] {
  return pipelines.flatMap(endpointsOf).map(({ endpoint }) => endpoint);
}

function componentsOf({ pipelines }: SupervisorStatus): { sources: SourceStatus[]; sinks: SinkStatus[] } {
  return {
    sources: pipelines.flatMap(({ sources }) => sources),
    sinks: pipelines.flatMap(({ sinks }) => sinks),
  };
}

type Came = Pick<SourceStatus, 'received' | 'rejected' | 'failed'> & {
  readonly records?: Passed;
  readonly connection?: Pick<ConnectionStatus, 'answered'>;
};
type Passed = Pick<RecordCounts, 'passedOver' | 'pruned' | 'missing'>;
type Went = Pick<SinkStatus, 'delivered' | 'dropped' | 'rejected' | 'failed' | 'kept' | 'lost'>;

function sourceWords({ received, rejected, failed, records, connection }: Came): string {
  const { passedOver = 0, pruned = 0, missing = 0 } = records ?? {};
  const answered = connection?.answered ?? 0;
  const words = besides({ rejected, 'to failures': failed, 'passed over': passedOver, answered, pruned, missing });
  return `received ${received}${words}`;
}

function sinkWords({ delivered, dropped, rejected, failed, kept = 0, lost = 0 }: Went): string {
  return `delivered ${delivered}${besides({ dropped, rejected, 'to failures': failed, 'on disk': kept, 'lost on disk': lost })}`;
}

/** Nothing where all went well. */
function endpointWords({ address, refused, ...counts }: EndpointStatus): string[] {
  const words = besides({
    refused: Object.values(refused).reduce((total, count = 0) => total + count, 0),
    'too slow': counts.slow,
    dropped: counts.dropped,
    conflated: counts.conflated,
    unheard: counts.unheard,
    unconsumed: counts.unconsumed,
  });
  return words === '' ? [] : [`peers of ${address}${words}`];
}

/** ` (dropped 3, rejected 1)`, or nothing. */
function besides(counts: Readonly<Record<string, number>>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.length === 0 ? '' : ` (${present.map(([what, count]) => `${what} ${count}`).join(', ')})`;
}

function sum<Key extends string>(items: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return items.reduce((total, item) => total + item[key], 0);
}
