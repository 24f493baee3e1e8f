import type { SinkStatus, SupervisorStatus } from '../index.ts';

/** Events in and out per second. */
export interface Rates {
  readonly received: number;
  /** An event that goes to several sinks counts once. */
  readonly delivered: number;
}

/** Milliseconds over which a rate is taken: long enough to be read, short enough to follow. */
const WINDOW = 2000;

interface Sample {
  readonly at: number;
  readonly status: SupervisorStatus;
}

/** Turns statuses, looked at now and then, into events per second. */
export function createRateMeter(): (at: number, status: SupervisorStatus) => Rates {
  const samples: Sample[] = [];
  return (at, status) => {
    samples.push({ at, status });
    while (samples.length > 2 && at - (samples[1]?.at ?? at) >= WINDOW) samples.shift();
    const first = samples[0];
    if (!first || first.at >= at) return { received: 0, delivered: 0 };
    const perSecond = 1000 / (at - first.at);
    return {
      received: (received(status) - received(first.status)) * perSecond,
      delivered: deliveredOnce(status, first.status) * perSecond,
    };
  };
}

function received({ pipelines }: SupervisorStatus): number {
  return pipelines.flatMap(({ sources }) => sources).reduce((sum, source) => sum + source.received, 0);
}

/** Comparable with what came: of the sinks that take from one source only the fastest counts. */
function deliveredOnce(now: SupervisorStatus, before: SupervisorStatus): number {
  const earlier = new Map(sinksOf(before).map(({ id, sink }) => [id, sink.delivered]));
  const moves = sinksOf(now)
    .map(({ id, inputs, sink }) => ({ inputs, count: sink.delivered - (earlier.get(id) ?? 0) }))
    .sort((a, b) => b.count - a.count);
  const counted = new Set<string>();
  let total = 0;
  for (const { inputs, count } of moves) {
    if (!inputs.some((input) => counted.has(input))) total += count;
    for (const input of inputs) counted.add(input);
  }
  return total;
}

interface Placed {
  readonly id: string;
  readonly inputs: readonly string[];
  readonly sink: SinkStatus;
}

function sinksOf({ pipelines }: SupervisorStatus): Placed[] {
  return pipelines.flatMap(({ name, sinks }) =>
    sinks.map((sink) => ({ id: `${name}/${sink.name}`, inputs: sink.inputs.map((input) => `${name}/${input}`), sink })),
  );
}
