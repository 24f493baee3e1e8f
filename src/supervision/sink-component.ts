import { NEVER, type OperatorFunction } from 'rxjs';
import type { AnyActorLogic } from 'xstate';
import { type ConnectionActorOptions, connectionActor } from '../actors/connection.ts';
import { ConnectionHandle } from '../actors/connection-handle.ts';
import type { ConnectionStatus } from '../actors/connection-status.ts';
import { outletActor, sinkActor } from '../actors/sink.ts';
import type { BatchOptions, SinkOptions, WebSocketClientSink, WebSocketServerSink } from '../config/options.ts';
import { compileTemplate } from '../config/template.ts';
import type { Clock, Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import type { Batch } from '../messages/batch.ts';
import { createFrameEncoder, createLineEncoder } from '../messages/batch-encoder.ts';
import type { BatchLayout } from '../messages/batch-layout.ts';
import type { Chunk } from '../messages/chunk.ts';
import { broadcastSink } from '../sinks/broadcast.ts';
import { fileSink } from '../sinks/file.ts';
import { type Deliver, functionSink } from '../sinks/function.ts';
import type { Outlet } from '../sinks/outlet.ts';
import { replySink } from '../sinks/replies.ts';
import { stdoutSink } from '../sinks/stdout.ts';
import { type AcknowledgementLevel, webSocketSink } from '../sinks/web-socket.ts';
import { relayFrames } from '../sources/peers.ts';
import type { Cursor } from '../store/cursor.ts';
import { batches, turnBatches } from '../streams/batcher.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import { child } from './child.ts';
import type { ComponentContext, SinkComponent } from './component.ts';
import type { SinkWord } from './status.ts';

export interface SinkParts {
  readonly stream: SinkStream;
  /** What the app gave to a function sink. */
  readonly deliver: Deliver | undefined;
  /** Of the upstream of a relay: takes what it brings. */
  readonly upstreamOf: SourceStream | undefined;
}

export function sinkComponent(options: SinkOptions, parts: SinkParts, context: ComponentContext): SinkComponent {
  const id = `${context.pipeline}/${options.name}`;
  const { stream } = parts;
  let state: SinkWord = 'added';
  let connection: ConnectionStatus | undefined;
  const handle = new ConnectionHandle(context.environment.now);
  const outside: Outside = {
    report: (status, edge) => {
      connection = status;
      if (edge) context.changed();
    },
    handle,
  };
  const logic = sinkActor({
    id,
    stream,
    outlet: outletLogic(id, options, parts, context, outside),
    observe: (snapshot) => {
      state = WORDS.find((word) => snapshot.hasTag(word)) ?? 'ended';
      context.changed();
    },
  });
  const client = options.kind === 'web-socket' && options.options.mode === 'client' ? options.options : undefined;
  const startTimeout = client?.connect['eager-timeout'] ?? null;
  return {
    options,
    stream,
    child: child(id, logic, { shutdown: null, startTimeout }),
    state: () => state,
    connection: () => connection,
    ...(client ? { handle } : {}),
  };
}

/** Who hears of the connection of a sink, and asks something of it. */
type Outside = Pick<ConnectionActorOptions, 'report' | 'handle'>;

/** What a peer sends to a sink is only counted, so it is always read. */
const NEVER_HELD = { held: false, held$: NEVER };

const WORDS: readonly SinkWord[] = ['idle', 'flowing', 'blocked', 'recovering', 'draining', 'failed'];

function outletLogic(
  id: string,
  options: SinkOptions,
  parts: SinkParts,
  context: ComponentContext,
  outside: Outside,
): AnyActorLogic {
  const { environment } = context;
  const { clock, logger } = environment;
  const { stream, deliver } = parts;
  const outlet = (kind: Outlet) => outletActor(id, stream, () => batching(options.batch, clock), kind);
  switch (options.kind) {
    case 'stdout':
      return outlet(stdoutSink(environment.stdio, lineEncoder(options, environment)));
    case 'file':
      return outlet(fileSink(environment.files, options.options.path, lineEncoder(options, environment)));
    case 'function':
      return outlet(functionSink(deliver ?? refuse, clock, logger));
    case 'web-socket': {
      const { options: socket } = options;
      if (socket.mode === 'client') return clientLogic(id, options, socket, parts, context, outside);
      return outlet(serverOutlet(socket, options, context));
    }
  }
}

function clientLogic(
  id: string,
  { name, batch }: SinkOptions,
  client: WebSocketClientSink,
  { stream, upstreamOf }: SinkParts,
  context: ComponentContext,
  outside: Outside,
): AnyActorLogic {
  const { environment, foundation, secretsDir } = context;
  const { heartbeat } = client;
  const cursor = foundation.cursor(name);
  // What this sink itself waits for comes over the same connection: pongs.
  const hold = upstreamOf?.heldBesides(name);
  const place = { field: client.cursor?.['value-field'], pointer: client.cursor?.['value-pointer'] };
  return connectionActor({
    id: `${id}/connection`,
    readyId: id,
    // A relay's upstream is wanted for what it brings too: it is dialled again however it was closed.
    role: upstreamOf ? 'source' : 'sink',
    options: client,
    environment,
    secretsDir,
    cursor,
    traffic: (edges) =>
      webSocketSink({
        stream,
        payload: client.payload,
        encode: createFrameEncoder(client.payload, batchForm(batch, environment, cursor)),
        framePerBatch: batch !== undefined,
        batched: batching(batch, environment.clock),
        level: levelOf(client),
        window: client['max-in-flight'],
        retry: client.retry,
        heartbeatTimeout: heartbeat ? heartbeat.timeout : undefined,
        edges,
        ...(upstreamOf ? { frames: (frames) => relayFrames(upstreamOf, frames, FROM_UPSTREAM) } : {}),
        hold,
        cursor: cursor && { cursor, ...place },
        clock: environment.clock,
      }),
    hold: hold ?? NEVER_HELD,
    demand$: stream.demand$,
    closeIntake: () => {},
    ...outside,
  });
}

const FROM_UPSTREAM = { side: 'upstream' };

function levelOf({ ack, reply, 'ack-interval': interval }: WebSocketClientSink): AcknowledgementLevel {
  if (ack === 'pong') return { ack, interval };
  if (ack === 'written' || !reply) return { ack: 'written' };
  return { ack, ...reply };
}

function serverOutlet(socket: WebSocketServerSink, options: SinkOptions, context: ComponentContext): Outlet {
  const endpoint = context.foundation.endpoint(socket.endpoint);
  const encode = createFrameEncoder(socket.payload, batchForm(options.batch, context.environment));
  if (socket.mode === 'server-input') return replySink(endpoint, encode);
  return broadcastSink({
    endpoint,
    encode,
    framePerBatch: options.batch !== undefined,
    exceptOrigin: options.relay?.side === 'peer',
  });
}

type LinesSink = Extract<SinkOptions, { readonly kind: 'stdout' | 'file' }>;

/** Never called: a function sink without its function does not start. */
function refuse(): never {
  throw new UsageError('a function sink has no function');
}

function lineEncoder({ batch, options }: LinesSink, environment: Environment) {
  const template = options.template === undefined ? undefined : compileTemplate(options.template, { immediate: true });
  return createLineEncoder({ ...batchForm(batch, environment), template });
}

/** What a batch looks like, and where its header and footer find their values. */
function batchForm(batch: BatchOptions | undefined, { env, now }: Environment, cursor?: Pick<Cursor, 'value'>) {
  const scope = {
    cursor: () => cursor?.value,
    env: (name: string) => (Object.hasOwn(env, name) ? env[name] : undefined),
    time: now,
  };
  if (!batch) return { scope };
  const { header, footer } = batch;
  const layout: BatchLayout = {
    header: header === undefined ? undefined : compileTemplate(header),
    footer: footer === undefined ? undefined : compileTemplate(footer),
    wrapAsJson: batch['wrap-as-json'],
    marker: batch['use-document-marker'],
  };
  return { scope, layout };
}

function batching(options: BatchOptions | undefined, clock: Clock): OperatorFunction<Chunk, Batch> {
  if (!options) return turnBatches();
  const { mode, timeout } = options;
  return batches({ mode, size: options['fixed-size'], bytes: options['max-bytes'], timeout }, clock);
}
