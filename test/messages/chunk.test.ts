import { describe, expect, test } from 'vitest';
import { chunkBytes, splitChunk } from '../../src/messages/chunk.ts';
import { chunkOf, emptyRange, event, shown, thinned } from '../streams/events.ts';

const shownSplit = (...of: Parameters<typeof splitChunk>) => splitChunk(...of).map(shown);

describe('a split chunk', () => {
  test('has the first events in its head and the rest in its tail', () => {
    expect(shownSplit(chunkOf('a', 1, 5), 2)).toEqual(['a1 a2 ->2', 'a3 a4 a5 ->5']);
  });

  test('covers a gap between the two with its head', () => {
    expect(shownSplit(thinned('a', 9, [2, 3, 7]), 2)).toEqual(['a2 a3 ->6', 'a7 ->9']);
  });

  test('covers a gap at the end with its tail', () => {
    expect(shownSplit(thinned('a', 9, [1, 2]), 1)).toEqual(['a1 ->1', 'a2 ->9']);
  });

  test('does not cover in its head a sequence of which a part is in the tail', () => {
    expect(shownSplit(thinned('a', 3, [1, 2, 2, 3]), 2)).toEqual(['a1 a2 ->1', 'a2 a3 ->3']);
  });

  test('covers in its head nothing of one event that was expanded into the whole chunk', () => {
    expect(shownSplit(thinned('a', 1, [1, 1, 1]), 1)).toEqual(['a1 ->0', 'a1 a1 ->1']);
  });

  test('is all head when every event belongs to it', () => {
    expect(shownSplit(thinned('a', 9, [1, 2]), 2)).toEqual(['a1 a2 ->9', '->9']);
  });

  test('keeps its source on both sides', () => {
    expect(splitChunk(chunkOf('feed', 1, 2), 1).map(({ source }) => source)).toEqual(['feed', 'feed']);
  });
});

describe('the bytes of a chunk', () => {
  test('are those of its payloads', () => {
    const messages = [event('a', 1, 'four'), event('a', 2, Buffer.alloc(3)), event('a', 3, '€')];
    expect(chunkBytes({ source: 'a', through: 3, messages })).toBe(10);
  });

  test('are none for an empty range', () => {
    expect(chunkBytes(emptyRange('a', 9))).toBe(0);
  });
});
