import type { Observable } from 'rxjs';
import type { Transition } from '../actors/transition.ts';
import type { LoadedPipeline } from '../config/load.ts';
import type { PipelineInput, SinkInput } from '../config/options.ts';
import type { InspectOptions, Inspector, RecordOptions } from '../inspection/inspector.ts';
import type { Recording } from '../inspection/recording/recording.ts';
import type { Attributes, Message } from '../messages/message.ts';
import type { Deliver } from '../sinks/function.ts';
import type { Transform } from '../streams/transforms.ts';
import type { PeerStatus } from '../transport/accepted-peer.ts';
import type { PipelineStatus, SinkStatus, SourceStatus, SupervisorStatus } from './status.ts';

/** An app's hand on a source. It stays valid when the source's actor is restarted. */
export interface SourceHandle extends AsyncIterable<Message> {
  readonly name: string;
  /** A hot tap: outside the ledger, holds nothing back, survives restarts. */
  readonly messages$: Observable<Message>;
  /**
   * `function` sources: hands one event on, and resolves when there is room for the next.
   * @throws UsageError for a source of another kind, or one that has ended.
   */
  push(event: unknown, attributes?: Attributes): Promise<void>;
  /** `function` sources: nothing more will be pushed; the pipeline delivers what it has and ends. */
  end(): void;
  readonly status: SourceStatus;
  /** Who is connected to it, in a listening mode. */
  readonly peers: readonly PeerStatus[];
}

export interface SinkHandle {
  readonly name: string;
  readonly status: SinkStatus;
  /** Who is connected to it, in a listening mode. */
  readonly peers: readonly PeerStatus[];
}

/** A sink that an app adds, or what it adds to one that the config has. Options as in the native shape. */
export interface SinkDefinition extends Omit<SinkInput, 'name' | 'function'> {
  /** Changes the events on their way to this sink's buffer. */
  readonly transform?: Transform;
  /** Resolving settles the batch, rejecting tries it again. Batches come one at a time, in order. */
  readonly function?: Deliver;
}

export interface Pipeline {
  readonly name: string;
  /** @throws UsageError when there is no source of that name. */
  source(name: string): SourceHandle;
  /**
   * With a definition: adds a sink, or a transform or function to one that the config has. Before `start()` only.
   * @throws UsageError after the start, or when there is no sink of that name and no definition.
   * @throws ConfigError when the definition is not valid.
   */
  sink(name: string, definition?: SinkDefinition): SinkHandle;
  readonly status: PipelineStatus;
}

export interface SupervisorOptions {
  /** Where `${secret|NAME}` looks for the file NAME when `HAWSER_SECRET_NAME` is not set. Default: nowhere. */
  readonly secretsDir?: string | undefined;
  /** Where buffers of `type: disk`, and cursors without `persist-to`, are kept. Default: `.hawser` beside the config file, else in the working directory. */
  readonly stateDir?: string | undefined;
  /** Stops the supervisor, with the default drain, when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export interface StopOptions {
  /** How long to go on delivering what is owed: `'10s'`, or seconds. Default 10 s; 0 stops at once. */
  readonly drain?: string | number;
}

/** How it ended. */
export interface Outcome {
  /** Names of the pipelines that failed, with their causes. */
  readonly failures: readonly { readonly pipeline: string; readonly cause: string }[];
  /** Events that were handed on and that some sink has not settled, and does not keep on disk. */
  readonly undelivered: number;
}

export interface Supervisor extends AsyncDisposable {
  /**
   * Adds a pipeline, from `loadPipeline` or as an object in the native shape. After `start()` it starts at once.
   * @throws ConfigError when the object is not valid, UsageError when the name is taken.
   */
  add(pipeline: PipelineInput | LoadedPipeline): Pipeline;
  /**
   * Starts everything, sinks before sources. Resolves when all pipelines run.
   * @throws StartError when one cannot start; everything is stopped again by then.
   */
  start(): Promise<void>;
  /** Stops taking in, delivers what is owed until the deadline, closes. Afterwards no timer and no socket is left. */
  stop(options?: StopOptions): Promise<Outcome>;
  /** Reads the certificates of all listeners again; peers that connect from then on are shown the new ones. */
  reload(): void;
  /**
   * Serves the inspector's page on 127.0.0.1 until it is closed or the supervisor has stopped. Nothing is inspected
   * before that; may be called before the start, to see it.
   * @throws UsageError when the supervisor has stopped, an option is wrong, or Stately is asked for and its package
   *   `@statelyai/inspect` is not installed.
   * @throws NetworkError when the port is taken.
   */
  inspect(options?: InspectOptions): Promise<Inspector>;
  /**
   * Writes what the inspector would be told to a file, a JSON object per line, until it is closed or the supervisor has
   * stopped. An old file of that name is replaced.
   * @throws UsageError when the supervisor has stopped, or the file cannot be written.
   */
  record(path: string, options?: RecordOptions): Promise<Recording>;
  /**
   * The last 200 transitions of a connection, oldest first, each with its time and, after a loss, its cause. Always kept,
   * over restarts too; empty before the start. The id is the path that log lines name: of a component that dials,
   * `ticks/exchange` or `ticks/exchange/connection`, or of a peer that is connected, `ticks/listener/0.0.0.0:8080/ID`.
   * What is taken again and again while a connection is live, such as a heartbeat's, is told once, with how often.
   * @throws UsageError when there is no such connection; it names the nearest that there are.
   */
  history(id: string): readonly Transition[];
  /**
   * Has the connection of a component, `ticks/exchange`, dial anew: at once when it waits for its next attempt, else
   * after a loss of its own making, whose backoff is that of any loss. What a sink has sent and the peer not acknowledged
   * is sent again. False when it is not needed yet or has ended: then nothing happens.
   * @throws UsageError as for `history`, and for a peer: that has dialled us.
   */
  reconnect(component: string): boolean;
  /** Resolves once every pipeline has ended, by itself or by `stop`. */
  readonly done: Promise<Outcome>;
  readonly status: SupervisorStatus;
  /** The tree at once, then every change of state; counters at most every 250 ms. */
  readonly status$: Observable<SupervisorStatus>;
}
