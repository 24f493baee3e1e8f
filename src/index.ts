import { type LoadContext, type LoadedPipeline, loadPipeline as loadFrom } from './config/load.ts';
import type { Environment } from './environment.ts';
import { nodeEnvironment } from './node-environment.ts';
import { createRootSupervisor, type Supervisor, type SupervisorOptions } from './supervision/supervisor.ts';

/**
 * A supervisor on the system's clock, network and disk; any part of the environment may be replaced.
 *
 * ```ts
 * const supervisor = createSupervisor({ logger });
 * supervisor.add(await loadPipeline('ticks.yaml'));
 * await supervisor.start();
 * ```
 */
export function createSupervisor(options: SupervisorOptions & Partial<Environment> = {}): Supervisor {
  const { secretsDir, stateDir, signal, ...replaced } = options;
  return createRootSupervisor(nodeEnvironment(replaced), { secretsDir, stateDir, signal });
}

/**
 * Reads a pipeline from a YAML or JSON file, in any of the three dialects.
 * @throws ConfigError with every problem of the file, each with its position.
 */
export function loadPipeline(
  path: string,
  options: LoadContext & Partial<Pick<Environment, 'files'>> = {},
): Promise<LoadedPipeline> {
  return loadFrom(path, { files: nodeEnvironment().files, ...options });
}

export type { ConnectionCause } from '../machines/connection.ts';
export type { ConnectionStatus, ConnectionWord } from './actors/connection-status.ts';
export type { Transition } from './actors/transition.ts';
export {
  ConfigError,
  DurationError,
  formatProblem,
  type Problem,
  SizeError,
  TemplateError,
  UrlError,
} from './config/error.ts';
export {
  type LoadContext,
  type LoadedPipeline,
  parsePipeline,
  readPipeline,
  type WrittenPipeline,
} from './config/load.ts';
export type {
  Authenticate,
  EndpointOptions,
  ListenerOptions,
  PeerAuth,
  PipelineInput,
  PipelineOptions,
  SinkInput,
  SourceInput,
} from './config/options.ts';
export type {
  Accept,
  Admission,
  Clock,
  Dial,
  DialRequest,
  EncodedFrames,
  Environment,
  Files,
  Frame,
  FrameSocket,
  Handshake,
  Listen,
  Listener,
  ListenRequest,
  Logger,
  Loss,
  PackedFrames,
  ReceivedFrame,
  Refusal,
  ServerCertificate,
  SocketEvents,
  Stdio,
  Terms,
  UpgradeRequest,
} from './environment.ts';
export { HawserError, NetworkError, StartError, StateError, UsageError } from './errors.ts';
export type { InspectOptions, Inspector, InspectorCounts, RecordOptions } from './inspection/inspector.ts';
export type { Recording } from './inspection/recording/recording.ts';
export type { Batch, BatchReason } from './messages/batch.ts';
export type { Chunk } from './messages/chunk.ts';
export type { Attributes, Encoding, Message } from './messages/message.ts';
export type { Deliver } from './sinks/function.ts';
export type { RecordCounts } from './sources/record-intake.ts';
export { expandMessages, filterMessages, mapMessages, type Transform } from './streams/transforms.ts';
export type { Pipeline, SinkDefinition, SinkHandle, SourceHandle } from './supervision/handles.ts';
export type {
  EndpointStatus,
  PipelineStatus,
  SinkStatus,
  SourceStatus,
  SupervisorStatus,
} from './supervision/status.ts';
export type { Outcome, StopOptions, Supervisor, SupervisorOptions } from './supervision/supervisor.ts';
export type { PeerStatus } from './transport/accepted-peer.ts';
