import { NEVER, type OperatorFunction } from 'rxjs';
import type { AnyActorLogic } from 'xstate';
import { connectionActor } from '../actors/connection.ts';
import type { ConnectionStatus, ReportStatus } from '../actors/connection-status.ts';
import { outletActor, sinkActor } from '../actors/sink.ts';
import { sourceActor } from '../actors/source.ts';
import type { BatchOptions, SinkOptions, SourceOptions } from '../config/options.ts';
import type { Clock, Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import type { Batch } from '../messages/batch.ts';
import type { Chunk } from '../messages/chunk.ts';
import { fileSink } from '../sinks/file.ts';
import { type Deliver, functionSink } from '../sinks/function.ts';
import type { Outlet } from '../sinks/outlet.ts';
import { stdoutSink } from '../sinks/stdout.ts';
import { webSocketSink } from '../sinks/web-socket.ts';
import { fileSource } from '../sources/file.ts';
import { type FunctionSource, functionSource } from '../sources/function.ts';
import { stdinSource } from '../sources/stdin.ts';
import { webSocketSource } from '../sources/web-socket.ts';
import { batches, turnBatches } from '../streams/batcher.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import type { Child } from './group.ts';
import type { SinkWord, SourceWord } from './status.ts';

export interface ComponentContext {
  /** Name of the pipeline. */
  readonly pipeline: string;
  readonly environment: Environment;
  readonly secretsDir?: string | undefined;
  /** Something of the status has changed. */
  readonly changed: () => void;
}

/** A source as the pipeline holds it: what survives its actor, and the child that supervision starts. */
export interface SourceComponent {
  readonly options: SourceOptions;
  readonly stream: SourceStream;
  readonly child: Child;
  readonly push?: FunctionSource;
  readonly state: () => SourceWord;
  readonly connection: () => ConnectionStatus | undefined;
}

export interface SinkComponent {
  readonly options: SinkOptions;
  readonly stream: SinkStream;
  readonly child: Child;
  readonly state: () => SinkWord;
  readonly connection: () => ConnectionStatus | undefined;
}

/** How long a child that is no connection may take to end when asked to, in milliseconds. */
const SHUTDOWN = 5000;

export function sourceComponent(
  options: SourceOptions,
  stream: SourceStream,
  context: ComponentContext,
): SourceComponent {
  const { environment } = context;
  const { logger } = environment;
  const path = `${context.pipeline}/${options.name}`;
  const state = (): SourceWord => (stream.ended ? 'ended' : 'running');
  const common = { options, stream, state, connection: () => undefined };
  switch (options.kind) {
    case 'web-socket':
      return connectedSource(options, stream, context);
    case 'stdin':
      return { ...common, child: child(path, sourceActor(path, stream, stdinSource(environment.stdio), logger)) };
    case 'file':
      return {
        ...common,
        child: child(path, sourceActor(path, stream, fileSource(environment.files, options.options.path), logger)),
      };
    case 'function': {
      const push = functionSource(stream);
      return { ...common, push, child: child(path, sourceActor(path, stream, push.intake, logger)) };
    }
  }
}

function connectedSource(
  options: SourceOptions & { kind: 'web-socket' },
  stream: SourceStream,
  context: ComponentContext,
): SourceComponent {
  const id = `${context.pipeline}/${options.name}/connection`;
  let connection: ConnectionStatus | undefined;
  const logic = connectionActor({
    id,
    readyId: id,
    role: 'source',
    options: options.options,
    environment: context.environment,
    secretsDir: context.secretsDir,
    traffic: () => webSocketSource(stream, context.environment.logger),
    hold: stream,
    demand$: stream.demand$,
    closeIntake: () => stream.end(),
    report: (status, edge) => {
      connection = status;
      if (edge) context.changed();
    },
  });
  return {
    options,
    stream,
    child: child(id, logic, {
      shutdown: options.options['close-timeout'] + SHUTDOWN,
      startTimeout: options.options.connect['eager-timeout'] ?? null,
    }),
    state: () => (stream.ended ? 'ended' : 'running'),
    connection: () => connection,
  };
}

export function sinkComponent(
  options: SinkOptions,
  stream: SinkStream,
  deliver: Deliver | undefined,
  context: ComponentContext,
): SinkComponent {
  const id = `${context.pipeline}/${options.name}`;
  let state: SinkWord = 'added';
  let connection: ConnectionStatus | undefined;
  const report: ReportStatus = (status, edge) => {
    connection = status;
    if (edge) context.changed();
  };
  const logic = sinkActor({
    id,
    stream,
    outlet: outletLogic(id, options, stream, deliver, context, report),
    observe: (snapshot) => {
      state = WORDS.find((word) => snapshot.hasTag(word)) ?? 'ended';
      context.changed();
    },
  });
  const startTimeout = options.kind === 'web-socket' ? (options.options.connect['eager-timeout'] ?? null) : null;
  return {
    options,
    stream,
    child: child(id, logic, { shutdown: null, startTimeout }),
    state: () => state,
    connection: () => connection,
  };
}

/** What a peer sends to a sink is only counted, so it is always read. */
const NEVER_HELD = { held: false, held$: NEVER };

const WORDS: readonly SinkWord[] = ['idle', 'flowing', 'recovering', 'draining', 'failed'];

function outletLogic(
  id: string,
  options: SinkOptions,
  stream: SinkStream,
  deliver: Deliver | undefined,
  context: ComponentContext,
  report: ReportStatus,
): AnyActorLogic {
  const { environment } = context;
  const { clock, logger } = environment;
  const batched = () => batching(options.batch, clock);
  const outlet = (kind: Outlet) => outletActor(id, stream, batched, kind);
  switch (options.kind) {
    case 'stdout':
      return outlet(stdoutSink(environment.stdio, logger));
    case 'file':
      return outlet(fileSink(environment.files, options.options.path, logger));
    case 'function':
      return outlet(functionSink(deliver ?? refuse, clock, logger));
    case 'web-socket': {
      const { heartbeat } = options.options;
      return connectionActor({
        id: `${id}/connection`,
        readyId: id,
        role: 'sink',
        options: options.options,
        environment,
        secretsDir: context.secretsDir,
        traffic: (unacknowledged) =>
          webSocketSink({
            stream,
            payload: options.options.payload,
            framePerBatch: options.batch !== undefined,
            batched: batched(),
            ack: options.options.ack,
            ackInterval: options.options['ack-interval'],
            window: options.options['max-in-flight'],
            heartbeatTimeout: heartbeat ? heartbeat.timeout : undefined,
            ackTimeout: options.options.retry.timeout,
            unacknowledged,
            clock,
            logger,
          }),
        hold: NEVER_HELD,
        demand$: stream.demand$,
        closeIntake: () => {},
        report,
      });
    }
  }
}

/** Never called: a function sink without its function does not start. */
function refuse(): never {
  throw new UsageError('a function sink has no function');
}

function batching(options: BatchOptions | undefined, clock: Clock): OperatorFunction<Chunk, Batch> {
  if (!options) return turnBatches();
  return batches({ size: options['fixed-size'], bytes: options['max-bytes'], timeout: options.timeout }, clock);
}

function child(
  id: string,
  logic: AnyActorLogic,
  limits: { shutdown: number | null; startTimeout: number | null } = { shutdown: SHUTDOWN, startTimeout: null },
): Child {
  return { spec: { id, restart: 'transient', ...limits }, logic };
}
