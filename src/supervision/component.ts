import type { AnyActorLogic } from 'xstate';
import type { ConnectionStatus } from '../actors/connection-status.ts';
import type { Child } from '../actors/group.ts';
import type { SinkOptions, SourceOptions } from '../config/options.ts';
import type { Environment } from '../environment.ts';
import type { FunctionSource } from '../sources/function.ts';
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
export const SHUTDOWN = 5000;

export function child(
  id: string,
  logic: AnyActorLogic,
  limits: { shutdown: number | null; startTimeout: number | null } = { shutdown: SHUTDOWN, startTimeout: null },
): Child {
  return { spec: { id, restart: 'transient', ...limits }, logic };
}

/** The endpoint of a component in a listening mode. */
export function endpointOf({ kind, options }: SourceOptions | SinkOptions): string | undefined {
  return kind === 'web-socket' && 'endpoint' in options ? options.endpoint : undefined;
}
