import type { ConnectionStatus } from '../actors/connection-status.ts';
import type { ListenerWord } from '../actors/listener.ts';
import type { RecordCounts } from '../sources/record-intake.ts';
import type { SinkCounts } from '../streams/sink-stream.ts';
import type { EndpointCounts } from '../transport/endpoint.ts';

export type PipelineWord = 'added' | 'starting' | 'running' | 'draining' | 'stopped' | 'failed';
export type SourceWord = 'added' | 'running' | 'ended';
export type SinkWord = 'added' | 'idle' | 'flowing' | 'blocked' | 'recovering' | 'draining' | 'ended' | 'failed';

/** What a component in a listening mode serves; components that share an endpoint share its counts. */
export interface EndpointStatus extends EndpointCounts {
  /** As it is bound: host, port and path. */
  readonly address: string;
  readonly state: ListenerWord;
}

export interface SourceStatus {
  readonly name: string;
  readonly kind: string;
  readonly state: SourceWord;
  /** Web-socket sources in mode client only. */
  readonly connection?: ConnectionStatus;
  /** Web-socket sources in a listening mode only. */
  readonly endpoint?: EndpointStatus;
  /** Events numbered since the source was added. */
  readonly received: number;
  /** What came and could not become events, with no taker for its failures. */
  readonly rejected: number;
  /** What came, could not become events, and was handed to the takers of its failures. */
  readonly failed: number;
  /** What was made of the messages; only where the options ask for more than to pass them on. */
  readonly records?: RecordCounts;
  /** Events that every sink has settled. */
  readonly settled: number;
  /** Handed on and not settled by every sink. */
  readonly inFlight: number;
  /** A sink without room keeps it from reading. */
  readonly held: boolean;
  readonly restarts: number;
}

export interface SinkStatus extends SinkCounts {
  readonly name: string;
  readonly kind: string;
  readonly state: SinkWord;
  readonly inputs: readonly string[];
  /** Web-socket sinks in mode client only. */
  readonly connection?: ConnectionStatus;
  /** Web-socket sinks in a listening mode only. */
  readonly endpoint?: EndpointStatus;
  readonly restarts: number;
}

export interface PipelineStatus {
  readonly name: string;
  readonly state: PipelineWord;
  /** Why it failed, in one line. */
  readonly cause?: string;
  readonly sources: readonly SourceStatus[];
  readonly sinks: readonly SinkStatus[];
}

/** The supervision tree as it stands. Plain JSON; holds no secret. */
export interface SupervisorStatus {
  readonly state: 'added' | 'starting' | 'running' | 'stopping' | 'stopped';
  readonly pipelines: readonly PipelineStatus[];
}
