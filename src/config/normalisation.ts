import { parseBind } from './addresses.ts';
import { certificateOf, peersSide, upstreamSide } from './agreement.ts';
import type { EndpointOptions, ListenerOptions } from './endpoint-options.ts';
import type { Endpoint, SharedBind } from './endpoints.ts';
import type {
  PipelineOptions,
  SinkOptions,
  SourceOptions,
  WebSocketSinkOptions,
  WebSocketSourceOptions,
} from './options.ts';
import type { CheckedPipeline, CheckedSink, CheckedSource } from './pipeline.ts';
import { relayParts } from './relays.ts';

/** The shape that the rest of hawser reads. */
export function normalise(pipeline: CheckedPipeline, binds: readonly SharedBind[]): PipelineOptions {
  const endpoints = binds.flatMap((each) => each.endpoints);
  const places = new Map(endpoints.flatMap((each) => each.members.map(({ name }) => [name, each] as const)));
  const names = pipeline.sources.map(({ name }) => name);
  const parts = endpoints.map(relayParts);
  return {
    name: pipeline.name,
    sources: [
      ...pipeline.sources.map((each) => sourceOptions(each, places)),
      ...parts.flatMap(({ sources }) => sources),
    ],
    sinks: [...pipeline.sinks.map((each) => sinkOptions(each, names, places)), ...parts.flatMap(({ sinks }) => sinks)],
    listeners: binds.map(listenerOptions),
  };
}

type Places = ReadonlyMap<string, Endpoint>;

function sourceOptions(written: CheckedSource, places: Places): SourceOptions {
  const { name, stdin, file, 'web-socket': block } = written;
  if (block !== undefined) return { name, kind: 'web-socket', options: webSocketSource(name, block, places) };
  if (stdin !== undefined) return { name, kind: 'stdin', options: stdin };
  if (file !== undefined) return { name, kind: 'file', options: file };
  return { name, kind: 'function', options: {} };
}

function webSocketSource(
  name: string,
  block: NonNullable<CheckedSource['web-socket']>,
  places: Places,
): WebSocketSourceOptions {
  if (block.mode === 'client') return block;
  const endpoint = placeOf(name, places);
  if (block.mode === 'server-input') {
    const { server: _, heartbeat: __, subprotocols: ___, 'close-timeout': ____, ...options } = block;
    return { ...options, endpoint: endpoint.id };
  }
  const { mode, payload, 'emit-interval': interval } = block;
  const upstream = upstreamSide(endpoint) !== undefined;
  return { mode, endpoint: endpoint.id, payload, 'emit-interval': interval, ...(upstream ? { upstream } : {}) };
}

function sinkOptions(written: CheckedSink, sources: readonly string[], places: Places): SinkOptions {
  const { name, buffer, inputs = sources, stdout, file, 'web-socket': block } = written;
  const batch = written.batch ?? (block ?? stdout ?? file ?? written.function)?.batch;
  const common = {
    name,
    inputs: typeof inputs === 'string' ? [inputs] : [...inputs],
    buffer,
    ...(batch === undefined ? {} : { batch }),
  };
  if (block !== undefined) return { ...common, kind: 'web-socket', options: webSocketSink(name, block, places) };
  if (file !== undefined) return { ...common, kind: 'file', options: withoutBatch(file) };
  if (stdout !== undefined) return { ...common, kind: 'stdout', options: withoutBatch(stdout) };
  return { ...common, kind: 'function', options: {} };
}

function webSocketSink(
  name: string,
  block: NonNullable<CheckedSink['web-socket']>,
  places: Places,
): WebSocketSinkOptions {
  if (block.mode !== 'client') {
    return { mode: block.mode, endpoint: placeOf(name, places).id, payload: block.payload };
  }
  return withoutBatch(block);
}

/** The options of a kind: its batch stands beside it. */
function withoutBatch<T extends { readonly batch?: unknown }>(block: T): Omit<T, 'batch'> {
  const { batch: _, ...options } = block;
  return options;
}

function placeOf(name: string, places: Places): Endpoint {
  const place = places.get(name);
  if (place === undefined) throw new TypeError(`${name} listens nowhere`);
  return place;
}

function listenerOptions(shared: SharedBind): ListenerOptions {
  const { host = '', port = 0 } = parseBind(shared.bind) ?? {};
  const tls = certificateOf(shared);
  return {
    bind: shared.bind,
    host,
    port,
    ...(tls === undefined ? {} : { tls }),
    endpoints: shared.endpoints.flatMap((each) => endpointOptions(each) ?? []),
  };
}

function endpointOptions(endpoint: Endpoint): EndpointOptions | undefined {
  const side = peersSide(endpoint);
  if (side === undefined) return undefined;
  const { server, heartbeat, subprotocols, cursor, replay } = side;
  const { bind: _, path: __, tls: ___, ...options } = server;
  return {
    id: endpoint.id,
    ...(endpoint.path === undefined ? {} : { path: endpoint.path }),
    ...options,
    subprotocols,
    heartbeat,
    'close-timeout': side['close-timeout'],
    ...(cursor === undefined ? {} : { cursor }),
    ...(replay === undefined ? {} : { replay }),
  };
}
