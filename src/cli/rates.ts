import type { SupervisorStatus } from '../index.ts';
import { ownerOf } from './relay-parts.ts';

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
  const earlier = outputsOf(before);
  const moves = [...outputsOf(now)]
    .map(([id, { inputs, delivered }]) => ({ inputs, count: delivered - (earlier.get(id)?.delivered ?? 0) }))
    .sort((a, b) => b.count - a.count);
  const counted = new Set<string>();
  let total = 0;
  for (const { inputs, count } of moves) {
    if (!inputs.some((input) => counted.has(input))) total += count;
    for (const input of inputs) counted.add(input);
  }
  return total;
}

interface Output {
  readonly inputs: readonly string[];
  readonly delivered: number;
}

/** The sinks by their names; the sides of a relay are one: each takes what the other leaves. */
function outputsOf({ pipelines }: SupervisorStatus): Map<string, Output> {
  const outputs = new Map<string, Output>();
  for (const { name: pipeline, sinks } of pipelines) {
    for (const { name, inputs, delivered } of sinks) {
      const id = `${pipeline}/${ownerOf(name)}`;
      const side = outputs.get(id);
      outputs.set(id, {
        inputs: [...(side?.inputs ?? []), ...inputs.map((input) => `${pipeline}/${input}`)],
        delivered: delivered + (side?.delivered ?? 0),
      });
    }
  }
  return outputs;
}
