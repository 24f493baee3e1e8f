import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { turnBatches } from '../../src/streams/batcher.ts';
import { batcherBench } from './batcher-bench.ts';
import { chunkOf, emptyRange, shownBatch, thinned } from './events.ts';

const BIG = 'x'.repeat(100);

describe('a batch', () => {
  test('is closed when it has as many events as it may', () => {
    const bench = batcherBench({ size: 2 });
    bench.give(chunkOf('a', 1, 1), chunkOf('a', 2, 2), chunkOf('a', 3, 3));
    expect(bench.batches).toEqual(['size: a1 a2 ->a2']);
  });

  test('takes a part of a chunk and covers that part only', () => {
    const bench = batcherBench({ size: 2 });
    bench.give(chunkOf('a', 1, 5));
    expect(bench.batches).toEqual(['size: a1 a2 ->a2', 'size: a3 a4 ->a4']);
  });

  test('covers a filtered gap behind its last event', () => {
    const bench = batcherBench({ size: 2 });
    bench.give(thinned('a', 9, [1, 2, 6, 7]));
    expect(bench.batches).toEqual(['size: a1 a2 ->a5', 'size: a6 a7 ->a9']);
  });

  test('does not cover an event of whose expansion a part is in the next', () => {
    const bench = batcherBench({ size: 2 });
    bench.give(thinned('a', 2, [1, 2, 2, 2]));
    expect(bench.batches).toEqual(['size: a1 a2 ->a1', 'size: a2 a2 ->a2']);
  });

  test('covers several sources, each up to its own sequence', () => {
    const bench = batcherBench({ size: 4 });
    bench.give(chunkOf('a', 1, 1), chunkOf('b', 7, 8), chunkOf('a', 2, 2));
    expect(bench.batches).toEqual(['size: a1 b7 b8 a2 ->a2,b8']);
  });

  test('is closed when its bytes are reached', () => {
    const bench = batcherBench({ bytes: 200 });
    bench.give(chunkOf('a', 1, 2, BIG));
    expect(bench.batches).toEqual(['bytes: a1 a2 ->a2']);
  });

  test('is closed before an event that would take it over its bytes', () => {
    const bench = batcherBench({ bytes: 250 });
    bench.give(chunkOf('a', 1, 3, BIG));
    expect(bench.batches).toEqual(['bytes: a1 a2 ->a2']);
  });

  test('of an event that is larger than its bytes has that event alone', () => {
    const bench = batcherBench({ bytes: 50 });
    bench.give(chunkOf('a', 1, 1), chunkOf('a', 2, 2, BIG), chunkOf('a', 3, 3));
    expect(bench.batches).toEqual(['bytes: a1 ->a1', 'bytes: a2 ->a2']);
  });

  test('is closed when its time is up, counted from its first event', async () => {
    const bench = batcherBench({ timeout: 100 });
    await bench.clock.advance(50);
    bench.give(chunkOf('a', 1, 1));
    await bench.clock.advance(90);
    bench.give(chunkOf('a', 2, 2));
    await bench.clock.advance(9);
    expect(bench.batches).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.batches).toEqual(['timeout: a1 a2 ->a2']);
  });

  test('has its whole time also when the one before it was closed early', async () => {
    const bench = batcherBench({ timeout: 100, size: 2 });
    bench.give(chunkOf('a', 1, 1));
    await bench.clock.advance(90);
    bench.give(chunkOf('a', 2, 3));
    await bench.clock.advance(99);
    expect(bench.batches).toEqual(['size: a1 a2 ->a2']);
    await bench.clock.advance(1);
    expect(bench.batches).toEqual(['size: a1 a2 ->a2', 'timeout: a3 ->a3']);
  });

  test('leaves no timer behind when it is closed', () => {
    const bench = batcherBench({ size: 2 });
    bench.give(chunkOf('a', 1, 2));
    expect(bench.clock.pending).toBe(0);
  });

  test('that is open when the chunks end is drained, and then the batches end', () => {
    const bench = batcherBench();
    bench.give(chunkOf('a', 1, 2));
    bench.chunks$.complete();
    expect([bench.batches, bench.end, bench.clock.pending]).toEqual([['drain: a1 a2 ->a2'], 'complete', 0]);
  });

  test('is not made of nothing when the chunks end', () => {
    const bench = batcherBench();
    bench.chunks$.complete();
    expect([bench.batches, bench.end]).toEqual([[], 'complete']);
  });

  test('that is open is dropped with its timer when its taker leaves', async () => {
    const bench = batcherBench();
    bench.give(chunkOf('a', 1, 2));
    bench.leave();
    expect(bench.clock.pending).toBe(0);
    await bench.clock.advance(1000);
    expect(bench.batches).toEqual([]);
  });

  test('whose taker leaves over it sets no timer for the rest of the chunk', () => {
    const bench = batcherBench({ size: 2 }, () => bench.leave());
    bench.give(chunkOf('a', 1, 5));
    expect([bench.batches, bench.clock.pending]).toEqual([['size: a1 a2 ->a2'], 0]);
  });

  test('whose taker leaves over it sets no timer for the event that closed it', () => {
    const bench = batcherBench({ bytes: 150 }, () => bench.leave());
    bench.give(chunkOf('a', 1, 2, BIG));
    expect([bench.batches, bench.clock.pending]).toEqual([['bytes: a1 ->a1'], 0]);
  });

  test('that is open is dropped with its timer when the chunks fail', () => {
    const bench = batcherBench();
    bench.give(chunkOf('a', 1, 2));
    bench.chunks$.error('broken');
    expect([bench.batches, bench.end, bench.clock.pending]).toEqual([[], 'error broken', 0]);
  });
});

describe('an empty range', () => {
  test('goes on at once when no batch is open', () => {
    const bench = batcherBench();
    bench.give(emptyRange('a', 4));
    expect([bench.batches, bench.clock.pending]).toEqual([['turn:  ->a4'], 0]);
  });

  test('goes on with the batch that is open', async () => {
    const bench = batcherBench({ timeout: 100 });
    bench.give(chunkOf('a', 1, 1), emptyRange('b', 3), emptyRange('a', 4));
    expect(bench.batches).toEqual([]);
    await bench.clock.advance(100);
    expect(bench.batches).toEqual(['timeout: a1 ->a4,b3']);
  });
});

describe('without batching', () => {
  test('each chunk is a batch of its own', () => {
    const chunks$ = new Subject<Chunk>();
    const seen: string[] = [];
    chunks$.pipe(turnBatches()).subscribe((batch) => seen.push(shownBatch(batch)));
    for (const chunk of [chunkOf('a', 1, 2), emptyRange('b', 3), thinned('a', 9, [3])]) chunks$.next(chunk);
    expect(seen).toEqual(['turn: a1 a2 ->a2', 'turn:  ->b3', 'turn: a3 ->a9']);
  });
});
