import type { Message } from './message.ts';
import type { PackedChunk } from './packed-chunk.ts';

/**
 * Why a batch was closed. `document`: the end of a document; `turn`: no batching asked for, all that one turn brought;
 * `drain`: the stream ended.
 */
export type BatchReason = 'size' | 'bytes' | 'timeout' | 'document' | 'drain' | 'turn';

/** What a sink takes and settles as one. Without messages it is a filtered range that settles in its place. */
export interface Batch<Value = unknown> {
  /** Per source, the highest sequence that is settled once this batch is. */
  readonly through: ReadonlyMap<string, number>;
  readonly messages: readonly Message<Value>[];
  readonly reason: BatchReason;
  /** The same messages, not made yet: for a sink that only passes their bytes on. */
  readonly packed?: PackedChunk;
}

export function batchCount(batch: Batch): number {
  return batch.packed?.count ?? batch.messages.length;
}
