import type { ConnectionHandle } from '../actors/connection-handle.ts';
import type { ConnectionStatus } from '../actors/connection-status.ts';
import type { Child } from '../actors/group.ts';
import type { SinkOptions, SourceOptions } from '../config/options.ts';
import type { Environment } from '../environment.ts';
import type { FunctionSource } from '../sources/function.ts';
import type { RecordCounts } from '../sources/record-intake.ts';
import type { Ledger } from '../streams/ledger.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import type { Foundation } from './foundation.ts';
import type { SinkWord, SourceWord } from './status.ts';

export interface ComponentContext {
  /** Name of the pipeline. */
  readonly pipeline: string;
  readonly environment: Environment;
  readonly foundation: Foundation;
  readonly ledger: Ledger;
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
  /** What was made of its messages, where more than passing them on is asked for. */
  readonly records: () => RecordCounts | undefined;
  readonly connection: () => ConnectionStatus | undefined;
  /** Of the connection that it dials, if it does. */
  readonly handle?: ConnectionHandle;
}

export interface SinkComponent {
  readonly options: SinkOptions;
  readonly stream: SinkStream;
  readonly child: Child;
  readonly state: () => SinkWord;
  readonly connection: () => ConnectionStatus | undefined;
  /** Of the connection that it dials, if it does. */
  readonly handle?: ConnectionHandle;
}

/** Whether a component dials: it has a connection of its own. */
export function dials({ kind, options }: SourceOptions | SinkOptions): boolean {
  return kind === 'web-socket' && options.mode === 'client';
}

/** The endpoint of a component in a listening mode. */
export function endpointOf({ kind, options }: SourceOptions | SinkOptions): string | undefined {
  return kind === 'web-socket' && 'endpoint' in options ? options.endpoint : undefined;
}
