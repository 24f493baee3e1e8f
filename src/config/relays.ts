import { upstreamSide } from './agreement.ts';
import { buffer } from './buffer.ts';
import type { Complaint } from './complaint.ts';
import type { Component } from './component.ts';
import type { Endpoint } from './endpoints.ts';
import type { PayloadForm, RelaySide, SinkOptions, SourceOptions, WebSocketSinkOptions } from './options.ts';
import { isRecord } from './tree.ts';
import { UPSTREAM_OPTIONS } from './web-socket.ts';

/** What a relay consists of besides the components that are written. */
export interface RelayParts {
  /** There when only sinks are relays at this endpoint. */
  readonly sources: readonly SourceOptions[];
  readonly sinks: readonly SinkOptions[];
}

/** What relays without `url` say of an upstream. */
export function checkRelays(components: readonly Component[]): Complaint[] {
  return components.flatMap(({ path, value: { 'web-socket': block } }) => {
    if (!isRecord(block) || block.mode !== 'relay' || block.url !== undefined) return [];
    return UPSTREAM_OPTIONS.filter((key) => block[key] !== undefined).map((key) => {
      const hint = OF_PEERS_TOO.includes(key) ? `; for its peers write server: { ${key}: … }` : '';
      const message = `has no effect without url: it is of the upstream${hint}`;
      return { path: [...path, 'web-socket', key], at: 'key', message };
    });
  });
}

/** Upstream frames go to every peer; those of a peer go upstream, or to the other peers where there is no upstream. */
export function relayParts(endpoint: Endpoint): RelayParts {
  const relays = endpoint.members.filter(({ checked }) => checked.mode === 'relay');
  const owner = relays.find(({ side }) => side === 'source') ?? relays[0];
  if (owner === undefined) return { sources: [], sinks: [] };
  const source = owner.side === 'source' ? owner.name : `${owner.name}.relay`;
  const upstream = upstreamSide(endpoint);
  const { payload } = owner.checked;
  return {
    sources: owner.side === 'source' ? [] : [innerSource(source, endpoint.id, payload, upstream !== undefined)],
    sinks: [
      part(`${source}.peers`, { source, side: upstream === undefined ? 'peer' : 'upstream' }, toPeers(endpoint.id)),
      ...(upstream === undefined
        ? []
        : [part(`${source}.upstream`, { source, side: 'peer' }, { ...upstream, payload: 'verbatim' as const })]),
    ],
  };
}

const OF_PEERS_TOO = ['heartbeat', 'auth', 'tls', 'max-payload'];

function innerSource(name: string, endpoint: string, payload: PayloadForm, upstream: boolean): SourceOptions {
  const options = { mode: 'relay', endpoint, payload, 'emit-interval': 0, ...(upstream ? { upstream } : {}) } as const;
  return { name, kind: 'web-socket', options };
}

function toPeers(endpoint: string): WebSocketSinkOptions {
  return { mode: 'server-output', endpoint, payload: 'verbatim' };
}

function part(name: string, relay: RelaySide, options: WebSocketSinkOptions): SinkOptions {
  return { name, inputs: [relay.source], buffer: buffer().parse(undefined), relay, kind: 'web-socket', options };
}
