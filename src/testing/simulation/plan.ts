import { type LoadedPipeline, readObject } from '../../config/load.ts';
import type { SinkOptions, SourceOptions, WebSocketClientSink, WebSocketClientSource } from '../../config/options.ts';
import { UsageError } from '../../errors.ts';
import { cursorPath } from '../../store/state-directory.ts';
import { originOf } from '../../supervision/failures.ts';
import { addressOf } from '../memory-request.ts';
import { milliseconds, type PlannedStep, readStep } from './planned-step.ts';
import type { AnyScenario, ConsumerOptions, Expectation, ProducerOptions } from './scenario.ts';

/** Where the processes of a simulation keep their state. */
export const STATE_DIRECTORY = '/state';

/** A scenario with its times in milliseconds, and with who brings what to whom. */
export interface Plan {
  readonly name: string;
  readonly seed: number;
  readonly loaded: LoadedPipeline;
  readonly producers: readonly ProducerPlan[];
  readonly consumers: readonly ConsumerPlan[];
  readonly steps: readonly PlannedStep[];
  readonly expectations: readonly Expectation[];
  readonly duration: number;
  readonly settle: number;
}

export interface ProducerPlan {
  readonly host: string;
  readonly address: string;
  /** The source that dials it. */
  readonly source: string;
  /** Milliseconds that the source's connection has to be live until its failures are forgotten. */
  readonly resetAfter: number;
  readonly every: number;
  readonly burst: number;
  readonly messages: number;
  readonly padding: number;
  readonly resume: ProducerOptions['resume'];
  /** The first number that a source without a cursor of its own asks for. */
  readonly first: number;
  /** The file of the source's cursor. */
  readonly cursorFile: string | undefined;
  /** The source hands on all that it gets, none left out. */
  readonly whole: boolean;
}

export interface ConsumerPlan {
  readonly host: string;
  readonly address: string;
  /** The sink that dials it. */
  readonly sink: string;
  /** Milliseconds that the sink's connection has to be live until its failures are forgotten. */
  readonly resetAfter: number;
  readonly replies: boolean;
  /** Hosts whose messages it shall get. */
  readonly producers: readonly string[];
  /** Components whose failures it gets. */
  readonly failuresOf: readonly string[];
  readonly level: WebSocketClientSink['ack'];
  /** Most events that the sink may have sent and that are not acknowledged. */
  readonly window: number;
  /** What is not acknowledged is sent so often, and then goes to the failures. */
  readonly givesUp: boolean;
  /** Of a buffer on disk: what it is safe from. */
  readonly durability: 'commit' | 'flush' | undefined;
}

/**
 * Reads a scenario.
 * @throws UsageError when it names what is not there or what cannot be simulated, ConfigError when its pipeline is not
 *   valid, DurationError when a time is none.
 */
export function readScenario(scenario: AnyScenario): Plan {
  const loaded = loadedOf(scenario);
  const dials = dialsOf(loaded);
  const servers = Object.entries(scenario.servers ?? {});
  const duration = milliseconds(scenario.for ?? '1m');
  const producers = servers.flatMap(([host, { producer }]) => (producer ? [readProducer(host, producer, dials)] : []));
  return {
    name: scenario.name ?? loaded.options.name,
    seed: scenario.seed ?? 1,
    loaded,
    producers,
    consumers: servers.flatMap(([host, { consumer }]) =>
      consumer ? [readConsumer(host, consumer, dials, producers)] : [],
    ),
    steps: (scenario.script ?? []).map((step) => readStep(step, duration, scenario)),
    expectations: scenario.expect ?? [],
    duration,
    settle: milliseconds(scenario.settle ?? '10m'),
  };
}

function loadedOf({ pipeline }: AnyScenario): LoadedPipeline {
  return 'options' in pipeline ? pipeline : readObject(pipeline);
}

type Dial = { readonly name: string; readonly host: string; readonly address: string; readonly pipeline: string } & (
  | { readonly source: WebSocketClientSource }
  | { readonly sink: SinkOptions; readonly client: WebSocketClientSink }
);

function dialsOf({ options }: LoadedPipeline): readonly Dial[] {
  const pipeline = options.name;
  const sources = options.sources.flatMap((source) => {
    const client = clientOf(source);
    return client ? [{ name: source.name, pipeline, ...placeOf(client.url), source: client }] : [];
  });
  const sinks = options.sinks.flatMap((sink) => {
    const client = sink.kind === 'web-socket' && sink.options.mode === 'client' ? sink.options : undefined;
    return client ? [{ name: sink.name, pipeline, ...placeOf(client.url), sink, client }] : [];
  });
  return [...sources, ...sinks];
}

function clientOf(source: SourceOptions): WebSocketClientSource | undefined {
  return source.kind === 'web-socket' && source.options.mode === 'client' ? source.options : undefined;
}

/** What stands behind the host may be a template, which is no legal URL. */
function placeOf(url: string): { readonly host: string; readonly address: string } {
  const start = /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  if (!URL.canParse(start)) return { host: url, address: url };
  const parsed = new URL(start);
  return { host: parsed.hostname, address: addressOf(parsed) };
}

function dialOf(host: string, dials: readonly Dial[]): Dial {
  const [found, other] = dials.filter((dial) => dial.host === host);
  if (!found) throw new UsageError(`server ${host}: no url of the pipeline names it`);
  if (other) throw new UsageError(`server ${host}: ${found.name} and ${other.name} name it, expected one of them only`);
  return found;
}

function readProducer(host: string, options: ProducerOptions, dials: readonly Dial[]): ProducerPlan {
  const dial = dialOf(host, dials);
  if (!('source' in dial)) throw new UsageError(`server ${host} is a producer, but ${dial.name} is a sink`);
  const { source, name, address, pipeline } = dial;
  const { cursor } = source;
  const initial = Number(cursor?.['initial-value'] ?? 0);
  return {
    host,
    address,
    source: name,
    resetAfter: source.reconnect['reset-after'],
    every: milliseconds(options.every ?? '10ms'),
    burst: options.burst ?? 1,
    messages: options.messages ?? Number.POSITIVE_INFINITY,
    padding: options.padding ?? 0,
    resume: options.resume,
    first: Number.isSafeInteger(initial) ? initial + 1 : 1,
    cursorFile:
      cursor &&
      cursorPath({
        stateDir: STATE_DIRECTORY,
        persistTo: cursor['persist-to'],
        stateId: cursor['state-id'],
        pipeline,
        component: name,
      }),
    whole: !source['latest-only'] && source.select.length === 0,
  };
}

function readConsumer(
  host: string,
  { replies = false }: ConsumerOptions,
  dials: readonly Dial[],
  producers: readonly ProducerPlan[],
): ConsumerPlan {
  const dial = dialOf(host, dials);
  if (!('sink' in dial)) throw new UsageError(`server ${host} is a consumer, but ${dial.name} is a source`);
  const { sink, client, address } = dial;
  return {
    host,
    address,
    sink: sink.name,
    resetAfter: client.reconnect['reset-after'],
    replies,
    producers: producers.filter(({ source }) => sink.inputs.includes(source)).map((producer) => producer.host),
    failuresOf: sink.inputs.flatMap((input) => originOf(input) ?? []),
    level: client.ack,
    window: client['max-in-flight'].events,
    givesUp: client.retry.retries !== undefined,
    durability: durabilityOf(sink.buffer),
  };
}

function durabilityOf(buffer: Readonly<Record<string, unknown>>): 'commit' | 'flush' | undefined {
  if (buffer.type !== 'disk') return undefined;
  return buffer.durability === 'flush' ? 'flush' : 'commit';
}
