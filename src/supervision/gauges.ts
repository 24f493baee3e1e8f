import { waitingBound } from '../config/buffer.ts';
import type { PipelineOptions } from '../config/options.ts';
import type { Clock } from '../environment.ts';
import type { Sample, SampledConnection } from '../inspection/wire.ts';
import { Latency } from '../streams/latency.ts';
import type { Ledger } from '../streams/ledger.ts';
import type { PipelineStatus, SinkStatus, SourceStatus } from './status.ts';

export interface Gauged {
  /** As they are by now: sinks may be added before the start. */
  readonly options: () => PipelineOptions;
  readonly status: () => PipelineStatus;
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'now'>;
}

/** A pipeline as numbers, read from time to time while somebody watches it. */
export class Gauges {
  readonly #pipeline: Gauged;
  readonly #latency: Latency;

  constructor(pipeline: Gauged) {
    this.#pipeline = pipeline;
    this.#latency = new Latency(pipeline.ledger, pipeline.clock);
  }

  read(): Sample[] {
    const { status, options } = this.#pipeline;
    const { name, sources, sinks } = status();
    const capacities = new Map(options().sinks.map((sink) => [sink.name, waitingBound(sink.buffer).events]));
    return [
      ...sources.map((source) => this.#source(`${name}/${source.name}`, source)),
      ...sinks.map((sink) => sinkSample(`${name}/${sink.name}`, sink, capacities.get(sink.name))),
    ];
  }

  close(): void {
    this.#latency.close();
  }

  #source(component: string, source: SourceStatus): Sample {
    const latency = this.#latency.take(source.name);
    return {
      component,
      role: 'source',
      ...stateOf(source),
      events: source.received,
      inFlight: source.inFlight,
      failed: source.failed + source.rejected,
      ...(latency === undefined ? {} : { latency }),
    };
  }
}

function sinkSample(component: string, sink: SinkStatus, capacity: number | undefined): Sample {
  return {
    component,
    role: 'sink',
    ...stateOf(sink),
    events: sink.delivered,
    inFlight: sink.inFlight.events,
    waiting: sink.waiting.events,
    ...(capacity === undefined ? {} : { capacity }),
    dropped: sink.dropped,
    failed: sink.failed + sink.rejected,
  };
}

/** What sources and sinks have in common. */
function stateOf({ kind, state, restarts, connection, endpoint }: SourceStatus | SinkStatus) {
  return {
    kind,
    state,
    restarts,
    ...(connection ? { connection: sampled(connection) } : {}),
    ...(endpoint ? { peers: endpoint.peers } : {}),
  };
}

function sampled(connection: NonNullable<SourceStatus['connection']>): SampledConnection {
  const { state, url, since, attempt, reconnects, retryIn, cause } = connection;
  return {
    state,
    url,
    since,
    attempt,
    reconnects,
    ...(retryIn === undefined ? {} : { retryIn }),
    ...(cause ? { cause: cause.message } : {}),
  };
}
