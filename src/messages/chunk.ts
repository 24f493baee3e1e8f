import type { Attributes, Message } from './message.ts';
import { PackedChunk } from './packed-chunk.ts';

/**
 * All messages of one read turn. `through` is the highest sequence that it covers, also when a transform dropped
 * messages: a chunk without messages is an empty range, which travels the queue and settles in its place.
 */
export interface Chunk<Value = unknown> {
  readonly source: string;
  readonly through: number;
  readonly messages: readonly Message<Value>[];
}

export function chunkCount(chunk: Chunk): number {
  return chunk instanceof PackedChunk ? chunk.count : chunk.messages.length;
}

export function chunkBytes(chunk: Chunk): number {
  if (chunk instanceof PackedChunk) return chunk.bytes;
  let bytes = 0;
  for (const message of chunk.messages) bytes += message.bytes;
  return bytes;
}

/** Sequence of its first message; undefined when it has none. */
export function firstSequence(chunk: Chunk): number | undefined {
  if (chunk instanceof PackedChunk) return chunk.count > 0 ? chunk.first : undefined;
  return chunk.messages[0]?.sequence;
}

/** What the first of its messages has, and so all of them, of the attributes of its turn. */
export function chunkAttributes(chunk: Chunk): Attributes | undefined {
  return chunk instanceof PackedChunk ? chunk.origin.attributes : chunk.messages[0]?.attributes;
}

/** How many of a chunk's messages, from the first on, a sequence covers. */
export function countCovered(chunk: Chunk, sequence: number): number {
  if (chunk instanceof PackedChunk) return chunk.coveredBy(sequence);
  const beyond = chunk.messages.findIndex((message) => message.sequence > sequence);
  return beyond < 0 ? chunk.messages.length : beyond;
}

/** Cuts off the first `count` messages. The head never covers a sequence of which a part is in the tail. */
export function splitChunk(chunk: Chunk, count: number): [head: Chunk, tail: Chunk] {
  if (chunk instanceof PackedChunk && count < chunk.count) return chunk.split(count);
  const next = chunk.messages[count];
  if (!next) return [chunk, { source: chunk.source, through: chunk.through, messages: [] }];
  return [
    { source: chunk.source, through: next.sequence - 1, messages: chunk.messages.slice(0, count) },
    { source: chunk.source, through: chunk.through, messages: chunk.messages.slice(count) },
  ];
}
