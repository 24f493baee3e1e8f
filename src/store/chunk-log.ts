import type { Subject } from 'rxjs';
import type { Logger } from '../environment.ts';
import type { Chunk } from '../messages/chunk.ts';
import type { Decode } from '../messages/message.ts';
import type { BufferFolderOptions } from './buffer-folder.ts';

/** What a durable append survives (option `buffer.durability`): the death of the system, or that of the process alone. */
export type Durability = 'commit' | 'flush';

export interface ChunkLogOptions extends BufferFolderOptions {
  readonly durability: Durability;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  /** Reads the records of a source again, if that has a schema. */
  readonly decode: (source: string) => Decode | undefined;
  /** Bytes of payloads that are written, or loaded before they are, at once; the last chunk goes over. Default 8 MiB. */
  readonly groupBytes?: number;
}

/** Up to where a source's events are durable. */
export interface DurableRange {
  readonly source: string;
  readonly through: number;
}

export interface Amount {
  readonly events: number;
  readonly bytes: number;
}

/**
 * The chunks that a sink owes, in a folder on disk, in order. Positions count the events that were ever appended. What
 * is appended is written in groups, one write at a time. A part of it is loaded: in memory, until it is settled.
 */
export interface ChunkLog {
  /** @throws StateError when it cannot be used. */
  open(): Promise<void>;
  /**
   * Writes what is not written yet.
   * @throws StateError when something could not be written, or read.
   */
  close(): Promise<void>;
  /** The highest sequence that was ever durable, per source. */
  readonly sources: ReadonlyMap<string, number>;
  /** Appended, and not loaded. */
  readonly waiting: Amount;
  /** Appended, and not durable. */
  readonly unwritten: Amount;
  /** Events that are durable and not settled. */
  readonly kept: number;
  /** Events that were durable and cannot be read. */
  readonly lost: number;
  /** It has been opened: what an earlier run has left waits. */
  readonly opened$: Subject<void>;
  /** What became durable. An append without events is so when everything before it is. */
  readonly durable$: Subject<DurableRange>;
  /** A write or a read has failed: nothing more becomes durable. */
  readonly failed$: Subject<Error>;
  /** With `room`, and when nothing waits, the chunk counts as loaded, and the answer is true. */
  append(chunk: Chunk, room: boolean): boolean;
  /** Loads what waits longest, one call at a time. False when that cannot be read. */
  load(take: (chunk: Chunk) => void): Promise<boolean>;
  /** So many more of the loaded events are settled, from the first on. */
  settle(count: number): void;
}
