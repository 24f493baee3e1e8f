import type { ConnectionStatus } from '../actors/connection-status.ts';
import type { SinkCounts } from '../streams/sink-stream.ts';

export type PipelineWord = 'added' | 'starting' | 'running' | 'draining' | 'stopped' | 'failed';
export type SourceWord = 'added' | 'running' | 'ended';
export type SinkWord = 'added' | 'idle' | 'flowing' | 'recovering' | 'draining' | 'ended' | 'failed';

export interface SourceStatus {
  readonly name: string;
  readonly kind: string;
  readonly state: SourceWord;
  /** Web-socket sources only. */
  readonly connection?: ConnectionStatus;
  /** Events numbered since the source was added. */
  readonly received: number;
  /** What came and could not become events. */
  readonly rejected: number;
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
  /** Web-socket sinks only. */
  readonly connection?: ConnectionStatus;
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
