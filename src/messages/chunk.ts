import type { Message } from './message.ts';

/**
 * All messages of one read turn. `through` is the highest sequence that the chunk covers, also when a transform
 * dropped messages: a chunk without messages is an empty range, which travels the queue and settles in its place.
 */
export interface Chunk<Value = unknown> {
  readonly source: string;
  readonly through: number;
  readonly messages: readonly Message<Value>[];
}

/** Cuts off the first `count` messages. The head never covers a sequence of which a part is in the tail. */
export function splitChunk(chunk: Chunk, count: number): [head: Chunk, tail: Chunk] {
  const next = chunk.messages[count];
  if (!next) return [chunk, { ...chunk, messages: [] }];
  return [
    { source: chunk.source, through: next.sequence - 1, messages: chunk.messages.slice(0, count) },
    { source: chunk.source, through: chunk.through, messages: chunk.messages.slice(count) },
  ];
}

export function chunkBytes(chunk: Chunk): number {
  let bytes = 0;
  for (const message of chunk.messages) bytes += message.bytes;
  return bytes;
}
