import type { Child } from '../actors/group.ts';
import type { SinkOptions, SourceOptions } from '../config/options.ts';
import type { SinkCounts } from '../streams/sink-stream.ts';
import type { PeerStatus } from '../transport/accepted-peer.ts';
import type { Assembly } from './assembly.ts';
import { endpointOf, type SinkComponent, type SourceComponent } from './component.ts';
import type { SinkStatus, SourceStatus } from './status.ts';
import type { PipelineStreams } from './streams.ts';

export interface StatusContext {
  readonly streams: PipelineStreams;
  /** Undefined before the start. */
  readonly assembly: Assembly | undefined;
  /** How often each child was restarted. */
  readonly restarts: ReadonlyMap<string, number>;
}

export function sourceStatus(options: SourceOptions, context: StatusContext): SourceStatus {
  const { streams, assembly } = context;
  const { name, kind } = options;
  const component = assembly?.sources.get(name);
  const stream = streams.source(name);
  return {
    name,
    kind,
    state: component?.state() ?? 'added',
    ...linksOf(options, component, assembly),
    received: stream.received,
    rejected: stream.rejected,
    failed: stream.failed,
    ...recordsOf(component),
    settled: streams.ledger.settled(name) - stream.start,
    inFlight: streams.ledger.inFlight(name),
    held: stream.held,
    restarts: restartsOf(component?.child, context),
  };
}

export function sinkStatus(options: SinkOptions, context: StatusContext): SinkStatus {
  const { name, kind, inputs } = options;
  const component = context.assembly?.sinks.get(name);
  return {
    name,
    kind,
    inputs,
    state: component?.state() ?? 'added',
    ...linksOf(options, component, context.assembly),
    ...(component?.stream.counts() ?? NOTHING),
    restarts: restartsOf(component?.child, context),
  };
}

/** Who is connected to a component: nobody unless it listens. */
export function peersOf(options: SourceOptions | SinkOptions, assembly: Assembly | undefined): readonly PeerStatus[] {
  const endpoint = endpointOf(options);
  return endpoint === undefined ? [] : (assembly?.foundation.peers(endpoint) ?? []);
}

const NOTHING: SinkCounts = {
  waiting: { events: 0, bytes: 0 },
  inFlight: { events: 0, bytes: 0 },
  dropped: 0,
  owed: 0,
  delivered: 0,
  failed: 0,
  rejected: 0,
  unconsumed: 0,
};

function recordsOf(component: SourceComponent | undefined): Pick<SourceStatus, 'records'> {
  const records = component?.records();
  return records ? { records } : {};
}

/** Of a component that neither dials nor listens, or that has not started: nothing. */
function linksOf(
  options: SourceOptions | SinkOptions,
  component: SourceComponent | SinkComponent | undefined,
  assembly: Assembly | undefined,
) {
  const connection = component?.connection();
  const id = endpointOf(options);
  const endpoint = id === undefined ? undefined : assembly?.foundation.endpointStatus(id);
  return { ...(connection ? { connection } : {}), ...(endpoint ? { endpoint } : {}) };
}

function restartsOf(child: Child | undefined, { restarts }: StatusContext): number {
  return child ? (restarts.get(child.spec.id) ?? 0) : 0;
}
