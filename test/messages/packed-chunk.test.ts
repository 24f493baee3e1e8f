import { describe, expect, test, vi } from 'vitest';
import { chunkAttributes, chunkBytes, chunkCount, firstSequence, splitChunk } from '../../src/messages/chunk.ts';
import { PackedChunk, packFrames, unpackFrames } from '../../src/messages/packed-chunk.ts';
import { shown } from '../streams/events.ts';

const ORIGIN = { source: 'a', epoch: 'e1', receivedAt: 5, encoding: 'text' } as const;

/** Events of source a from `first` on, with these payloads. */
function packed(first: number, ...payloads: string[]): PackedChunk {
  return new PackedChunk(ORIGIN, first, packFrames(payloads.map((text) => ({ data: Buffer.from(text) }))));
}

const texts = (chunk: PackedChunk) => unpackFrames(chunk.frames).map(({ data }) => data.toString());

describe('a packed chunk', () => {
  test('has the messages of its turn', () => {
    const chunk = packed(4, 'one', '', 'three');
    expect(shown(chunk)).toBe('a4 a5 a6 ->6');
    expect(chunk.messages.map(({ id, text, receivedAt }) => [id, text, receivedAt])).toEqual([
      ['e1/4', 'one', 5],
      ['e1/5', '', 5],
      ['e1/6', 'three', 5],
    ]);
  });

  test('gives its messages the attributes of its turn', () => {
    const frames = packFrames([{ data: Buffer.from('one') }, { data: Buffer.from('two') }]);
    const chunk = new PackedChunk({ ...ORIGIN, attributes: { side: 'peer' } }, 1, frames);
    const [head] = chunk.split(1);
    expect([...chunk.messages, ...head.messages].map(({ attributes }) => attributes.side)).toEqual(
      Array(3).fill('peer'),
    );
  });

  test('tells the attributes of its turn without making its messages', () => {
    const frames = packFrames([{ data: Buffer.from('one') }]);
    const chunk = new PackedChunk({ ...ORIGIN, attributes: { side: 'peer' } }, 1, frames);
    const made = vi.spyOn(chunk, 'messages', 'get');
    expect([chunkAttributes(chunk), firstSequence(chunk)]).toEqual([{ side: 'peer' }, 1]);
    expect(made).not.toHaveBeenCalled();
  });

  test('makes its messages once', () => {
    const chunk = packed(1, 'one');
    expect(chunk.messages).toBe(chunk.messages);
  });

  test('knows its events and bytes', () => {
    const chunk = packed(1, 'one', '', 'three');
    expect([chunkCount(chunk), chunkBytes(chunk)]).toEqual([3, 8]);
  });

  test('keeps nothing of the reads that its payloads came in', () => {
    const read = Buffer.alloc(65_536);
    const { memory } = packFrames([{ data: read.subarray(10, 14) }, { data: read.subarray(20, 21) }]);
    expect(memory.buffer.byteLength).toBe(5);
  });

  test('is split without making its messages', () => {
    const [head, tail] = packed(4, 'one', 'two', 'three').split(2);
    expect([head.through, texts(head), tail.through, texts(tail)]).toEqual([5, ['one', 'two'], 6, ['three']]);
    expect([head.bytes, tail.bytes]).toEqual([6, 5]);
  });

  test('keeps the messages that were made when it is split', () => {
    const chunk = packed(1, 'one', 'two');
    const [first, second] = chunk.messages;
    const [head, tail] = splitChunk(chunk, 1);
    expect([head.messages[0], tail.messages[0]]).toEqual([first, second]);
    expect(tail.messages[0]).toBe(second);
  });

  test('tells how many of its events a sequence covers', () => {
    const chunk = packed(4, 'x', 'x', 'x');
    expect([3, 4, 6, 9].map((sequence) => chunk.coveredBy(sequence))).toEqual([0, 1, 3, 3]);
  });
});
