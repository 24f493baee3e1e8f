import type { Batch } from '../../src/messages/batch.ts';
import type { Chunk } from '../../src/messages/chunk.ts';
import { Message } from '../../src/messages/message.ts';

/** An event of one byte, unless it is given a payload. */
export function event(source: string, sequence: number, payload: Buffer | string = 'x'): Message {
  return new Message(source, 'e1', sequence, 0, payload);
}

/** Events `from` to `to`, both included. */
export function chunkOf(source: string, from: number, to: number, payload: Buffer | string = 'x'): Chunk {
  const messages = Array.from({ length: to - from + 1 }, (_, at) => event(source, from + at, payload));
  return { source, through: to, messages };
}

/** A chunk that covers up to `through`, of which a filter has left these sequences. */
export function thinned(source: string, through: number, sequences: readonly number[]): Chunk {
  return { source, through, messages: sequences.map((sequence) => event(source, sequence)) };
}

/** A chunk of which everything was filtered. */
export function emptyRange(source: string, through: number): Chunk {
  return { source, through, messages: [] };
}

/** `a1` for the first event of source a. */
export function named(messages: readonly Message[]): string {
  return messages.map(({ source, sequence }) => `${source}${sequence}`).join(' ');
}

/** `a1 a2 ->2` for a chunk: its events, and how far it covers. */
export function shown({ messages, through }: Chunk): string {
  return `${named(messages)} ->${through}`.trim();
}

/** `size: a1 a2 ->a2` for a batch. */
export function shownBatch({ messages, through, reason }: Batch): string {
  const ends = [...through].map(([source, sequence]) => `${source}${sequence}`).join(',');
  return `${reason}: ${named(messages)} ->${ends}`;
}

export const upTo = (source: string, sequence: number) => new Map([[source, sequence]]);
