import type { Observable } from 'rxjs';
import type { SinkInput } from '../config/options.ts';
import type { Attributes, Message } from '../messages/message.ts';
import type { Deliver } from '../sinks/function.ts';
import type { Transform } from '../streams/transforms.ts';
import type { PeerStatus } from '../transport/accepted-peer.ts';
import type { PipelineStatus, SinkStatus, SourceStatus } from './status.ts';

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
