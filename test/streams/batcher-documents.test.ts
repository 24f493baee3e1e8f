import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { documentAttributes } from '../../src/messages/document.ts';
import { Message } from '../../src/messages/message.ts';
import { batcherBench } from './batcher-bench.ts';
import { chunkOf, emptyRange } from './events.ts';

/** Events from a sequence on, of which those named are the last of their document. */
function lines(source: string, from: number, to: number, ...ends: number[]): Chunk {
  const messages = Array.from({ length: to - from + 1 }, (_, at) => {
    const place = documentAttributes('d', at, ends.includes(from + at));
    return new Message(source, 'e1', from + at, 0, 'x', 'text', place);
  });
  return { source, through: to, messages };
}

const document = (limits: Parameters<typeof batcherBench>[0] = {}) => batcherBench({ mode: 'document', ...limits });

describe('a batch of a document', () => {
  test('is closed at its end', () => {
    const bench = document();
    bench.give(lines('a', 1, 2), lines('a', 3, 5, 3));
    expect(bench.batches).toEqual(['document: a1 a2 a3 ->a3']);
    bench.chunks$.complete();
    expect(bench.batches.slice(1)).toEqual(['drain: a4 a5 ->a5']);
  });

  test('is not closed at a number of events', () => {
    const bench = document({ size: 2 });
    bench.give(lines('a', 1, 5));
    expect(bench.batches).toEqual([]);
  });

  test('is closed at its bytes, and the rest of the document goes on in the next', () => {
    const bench = document({ bytes: 2 });
    bench.give(lines('a', 1, 3, 3));
    expect(bench.batches).toEqual(['bytes: a1 a2 ->a2', 'document: a3 ->a3']);
  });

  test('is closed when its time is up, each by its own', async () => {
    const bench = document({ timeout: 100 });
    bench.give(lines('a', 1, 1));
    await bench.clock.advance(50);
    bench.give(lines('b', 1, 1));
    await bench.clock.advance(50);
    expect(bench.batches).toEqual(['timeout: a1 ->a1']);
    await bench.clock.advance(50);
    expect(bench.batches.slice(1)).toEqual(['timeout: b1 ->b1']);
  });

  test('has events of its own source only', () => {
    const bench = document();
    bench.give(lines('a', 1, 1), lines('b', 1, 1), lines('a', 2, 2, 2), lines('b', 2, 2, 2));
    expect(bench.batches).toEqual(['document: a1 a2 ->a2', 'document: b1 b2 ->b2']);
  });

  test('is one per event when each is a document', () => {
    const bench = document();
    bench.give(lines('a', 1, 2, 1, 2));
    expect(bench.batches).toEqual(['document: a1 ->a1', 'document: a2 ->a2']);
  });

  test('has all parts of an expanded last event', () => {
    const bench = document();
    const { source, messages } = lines('a', 1, 1, 1);
    bench.give({ source, through: 1, messages: [...messages, ...messages] });
    expect(bench.batches).toEqual(['document: a1 a1 ->a1']);
  });

  test('takes events without a document until its time is up', async () => {
    const bench = document({ timeout: 100 });
    bench.give(chunkOf('a', 1, 2));
    await bench.clock.advance(100);
    expect(bench.batches).toEqual(['timeout: a1 a2 ->a2']);
  });

  test('that is open is dropped with its timer when its taker leaves, one per source', () => {
    const bench = document();
    bench.give(lines('a', 1, 1), lines('b', 1, 1));
    expect(bench.clock.pending).toBe(2);
    bench.leave();
    expect(bench.clock.pending).toBe(0);
  });

  test('covers a filtered range of its source, which goes on at once when none is open', () => {
    const bench = document();
    bench.give(lines('a', 1, 1), emptyRange('b', 3), emptyRange('a', 2));
    expect(bench.batches).toEqual(['turn:  ->b3']);
    bench.chunks$.complete();
    expect(bench.batches.slice(1)).toEqual(['drain: a1 ->a2']);
  });

  test('whose taker leaves over it sets no timer for the next', () => {
    const bench = batcherBench({ mode: 'document' }, () => bench.leave());
    bench.give(lines('a', 1, 3, 1));
    expect([bench.batches, bench.clock.pending]).toEqual([['document: a1 ->a1'], 0]);
  });
});
