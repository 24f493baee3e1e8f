import type { PipelineInput, SinkInput, SourceInput } from '../../src/config/options.ts';
import type { ServerRole } from '../../src/testing/simulation/scenario.ts';
import type { Chance } from './chance.ts';
import type { Plan, SinkPlan, SourcePlan } from './plan.ts';

type Sink = SinkInput & { readonly inputs: string[] };

/** The pipeline of a plan; all that the plan does not say is chance. */
export function pipelineOf(chance: Chance, { sources, sinks }: Plan): PipelineInput {
  const names: [string, ...string[]] = [sources[0].name, ...sources.slice(1).map(({ name }) => name)];
  return {
    name: 'schedule',
    sources: sources.map((source) => sourceOf(chance, source)),
    sinks: withAll(
      names,
      sinks.map((sink) => sinkOf(chance, sink, chance.someOf(names))),
    ),
  };
}

/** The first sink also takes what nobody else takes. */
function withAll(names: readonly string[], [first, ...others]: readonly Sink[]): Sink[] {
  if (first === undefined) return [];
  const taken = [first, ...others].flatMap(({ inputs }) => inputs);
  return [{ ...first, inputs: [...first.inputs, ...names.filter((name) => !taken.includes(name))] }, ...others];
}

/** The servers of a plan, by host; `time`: milliseconds in which they produce. */
export function serversOf(chance: Chance, { sources, sinks }: Plan, time: number): Record<string, ServerRole> {
  const producers = sources.map(({ host, resumes }): [string, ServerRole] => [host, producerOf(chance, resumes, time)]);
  const consumers = sinks.map(({ host, ack }): [string, ServerRole] => [host, consumerOf(ack)]);
  return Object.fromEntries([...producers, ...consumers]);
}

/** Most are busy for most of the time, so that faults meet something; the others flood whoever takes from them. */
function producerOf(chance: Chance, resumes: boolean, time: number): ServerRole {
  const messages = chance.size(30, 250);
  const burst = chance.size(1, 20);
  const even = Math.floor((time * burst) / messages);
  return {
    producer: {
      every: `${chance.is(0.8) ? chance.whole(Math.ceil(even / 2), even) : 20}ms`,
      burst,
      messages,
      padding: chance.oneOf([0, 0, 0, 200, 3000]),
      ...(resumes ? { resume: { query: 'after' } } : {}),
    },
  };
}

function consumerOf(ack: SinkPlan['ack']): ServerRole {
  return { consumer: ack === 'reply' ? { replies: true } : {} };
}

function sourceOf(chance: Chance, { name, host, resumes }: SourcePlan): SourceInput {
  // A message that is no JSON is a failure where messages are read, and passed on where they are not.
  const reads = chance.is(0.4);
  return {
    name,
    'web-socket': {
      url: `ws://${host}/`,
      payload: reads ? 'json' : 'text',
      ...(reads ? { sequence: { pointer: '/number' }, 'on-error': 'continue' } : {}),
      ...(resumes ? { cursor: { 'query-parameter': 'after', 'value-pointer': '/number' } } : {}),
      ...(chance.is(0.3) ? { 'emit-interval': `${chance.size(50, 1000)}ms` } : {}),
      ...(chance.is(0.2) ? { requests: [{ op: 'subscribe' }] } : {}),
      // A source that resumes would ask again and again for what a slow sink has not settled yet.
      ...(!resumes && chance.is(0.3) ? { 'no-data-timeout': `${chance.whole(2, 6)}s` } : {}),
      ...dialling(chance, chance.is(0.85)),
      connect: { mode: chance.is(0.8) ? 'eager' : 'lazy', timeout: `${chance.whole(1, 10)}s` },
    },
  };
}

function sinkOf(chance: Chance, sink: SinkPlan, inputs: string[]): Sink {
  const { name, host, ack, heartbeat } = sink;
  const binary = chance.is(0.2);
  const inFlight = chance.is(0.6) ? chance.size(1, 200) : undefined;
  return {
    name,
    inputs,
    buffer: bufferOf(chance, sink),
    ...(chance.is(0.4) ? { batch: batchOf(chance, inFlight, !binary && chance.is(0.5)) } : {}),
    'web-socket': {
      url: `ws://${host}/`,
      payload: binary ? 'binary' : chance.oneOf(['text', 'json']),
      ack,
      ...(ack === 'reply' ? { reply: { pointer: '/ack', 'event-pointer': '/number' } } : {}),
      ...(chance.is(0.5) ? { 'ack-interval': `${chance.size(5, 500)}ms` } : {}),
      ...(inFlight === undefined ? {} : { 'max-in-flight': { events: inFlight } }),
      ...(chance.is(0.5) ? { retry: { timeout: `${chance.whole(2, 20)}s` } } : {}),
      ...dialling(chance, heartbeat),
      connect: { mode: chance.is(0.5) ? 'eager' : 'lazy', timeout: `${chance.whole(1, 10)}s` },
    },
  };
}

function bufferOf(chance: Chance, { disk, synced, whenFull }: SinkPlan): SinkInput['buffer'] {
  if (disk && whenFull !== 'drop-oldest') {
    return {
      type: 'disk',
      ...(chance.is(0.3) ? { 'max-events': chance.size(1, 100) } : {}),
      'max-bytes': chance.is(0.5) ? `${chance.size(2, 64)}KiB` : '1MiB',
      'when-full': whenFull,
      durability: synced ? 'commit' : 'flush',
    };
  }
  return {
    'max-events': chance.is(0.6) ? chance.size(1, 100) : 10_000,
    'max-bytes': chance.is(0.2) ? `${chance.size(1, 64)}KiB` : '16MiB',
    'when-full': whenFull,
  };
}

/** A batch that is larger than what may be in flight always waits for its timeout: only some do. */
function batchOf(chance: Chance, inFlight: number | undefined, json: boolean): SinkInput['batch'] {
  return {
    'fixed-size': chance.size(1, chance.is(0.8) ? Math.min(inFlight ?? 50, 50) : 50),
    timeout: `${chance.size(10, 300)}ms`,
    ...(json ? { 'wrap-as-json': true } : {}),
  };
}

/** Short enough that much happens within a minute. */
function dialling(chance: Chance, heartbeat: boolean) {
  const timeout = chance.size(300, 3000);
  return {
    heartbeat: heartbeat
      ? { 'ping-interval': `${chance.size(1500, 10_000)}ms`, timeout: `${timeout}ms` }
      : ('off' as const),
    reconnect: {
      'initial-backoff': `${chance.size(20, 500)}ms`,
      'max-backoff': `${chance.whole(1, 5)}s`,
      jitter: chance.oneOf([0, 0.5, 1]),
      'reset-after': `${chance.size(200, 30_000)}ms`,
    },
    'close-timeout': `${chance.whole(1, 5)}s`,
  };
}
