import type { ConnectionStatus, SinkStatus, SourceStatus, SupervisorStatus } from '../../src/index.ts';
import type { EndpointStatus } from '../../src/supervision/status.ts';

export const LIVE: ConnectionStatus = {
  state: 'live',
  detail: [],
  url: 'ws://h/',
  since: 1000,
  attempt: 1,
  reconnects: 0,
  warnings: 0,
  answered: 0,
};

export function source(name: string, more: Partial<SourceStatus> = {}): SourceStatus {
  const counts = { received: 0, rejected: 0, failed: 0, settled: 0, inFlight: 0, held: false, restarts: 0 };
  return { name, kind: 'web-socket', state: 'running', ...counts, ...more };
}

export function sink(name: string, more: Partial<SinkStatus> = {}): SinkStatus {
  const nothing = { events: 0, bytes: 0 };
  const counts = {
    waiting: nothing,
    inFlight: nothing,
    dropped: 0,
    delivered: 0,
    rejected: 0,
    failed: 0,
    unconsumed: 0,
    owed: 0,
    restarts: 0,
  };
  return { name, kind: 'web-socket', state: 'flowing', inputs: [], ...counts, ...more };
}

export const LISTENING: EndpointStatus = {
  address: '127.0.0.1:8080/chat',
  state: 'listening',
  peers: 0,
  accepted: 0,
  refused: {},
  slow: 0,
  dropped: 0,
  conflated: 0,
  unheard: 0,
  unconsumed: 0,
  gaps: 0,
  pauses: 0,
};

/** One running pipeline, `ticks`. */
export function statusOf(
  sources: readonly SourceStatus[],
  sinks: readonly SinkStatus[] = [],
  state: SupervisorStatus['state'] = 'running',
): SupervisorStatus {
  return { state, pipelines: [{ name: 'ticks', state: 'running', sources, sinks }] };
}
