import { type Observable, take } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { mapMessages } from '../../src/streams/transforms.ts';
import { holds, reading, receive, settleEvents, streamBench } from './stream-bench.ts';

/** A sink whose transform throws at these sequences, until it is mended. */
function crashBench(...poison: number[]) {
  const bench = streamBench();
  const source = bench.source('a');
  const broken = new Set(poison);
  const transform = mapMessages(({ sequence, text }) => {
    if (broken.has(sequence)) throw new Error(`broken at ${sequence}`);
    return text;
  });
  const sink = bench.sink('out', [source], { transform });
  const crashes: unknown[] = [];
  return {
    ...bench,
    source,
    sink,
    crashes,
    open: () => sink.open((error) => crashes.push(error)),
    mend: () => broken.clear(),
  };
}

describe('a transform that throws', () => {
  test('is a crash of its sink', () => {
    const { open, source, crashes } = crashBench(2);
    open();
    receive(source, 3);
    expect(crashes).toEqual([new Error('broken at 2')]);
  });

  test('gets the chunk again when the sink is open anew', () => {
    const { open, source, sink, mend } = crashBench(2);
    open();
    const { chunks } = reading(sink);
    receive(source, 1);
    receive(source, 2);
    receive(source, 1);
    expect(chunks).toEqual(['a1 ->1']);
    mend();
    open();
    expect(chunks).toEqual(['a1 ->1', 'a2 a3 ->3', 'a4 ->4']);
  });

  test('crashes the sink again as long as it throws', () => {
    const { open, source, crashes, sink } = crashBench(1);
    open();
    receive(source, 1);
    open();
    open();
    expect([crashes.length, reading(sink).chunks, sink.idle]).toEqual([3, [], false]);
  });

  test('may be opened anew by whoever hears of the crash', () => {
    const { source, sink, mend } = crashBench(2);
    sink.open(() => {
      mend();
      sink.open(() => {});
    });
    const { chunks } = reading(sink);
    receive(source, 2);
    receive(source, 1);
    expect(chunks).toEqual(['a1 a2 ->2', 'a3 ->3']);
  });

  test('holds the sources until it has survived', () => {
    const { open, source, mend } = crashBench(1);
    const edges = holds(source);
    open();
    receive(source, 1);
    expect(edges).toEqual([true]);
    mend();
    open();
    expect(edges).toEqual([true, false]);
  });

  test('settles nothing of what it has not survived', () => {
    const { open, source, ledger } = crashBench(1);
    open();
    receive(source, 1);
    expect([ledger.settled('a'), ledger.inFlight('a')]).toEqual([0, 1]);
  });

  test('does not drop what the sources hand on before they end', () => {
    const { open, source, sink, mend } = crashBench(1);
    open();
    receive(source, 1);
    source.end();
    mend();
    open();
    const reader = reading(sink);
    expect([reader.chunks, reader.completed]).toEqual([['a1 ->1'], true]);
  });
});

describe('a transform that ends early', () => {
  test('is a crash of its sink', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source], { transform: (chunks$: Observable<Chunk>) => chunks$.pipe(take(1)) });
    const crashes: unknown[] = [];
    sink.open((error) => crashes.push(error));
    receive(source, 1);
    expect(crashes).toEqual([new Error('the transform of out ended before its sources did')]);
    expect(sink.drained).toBe(false);
  });
});

describe('a sink that is not open', () => {
  test('keeps what its sources hand on, and holds them', () => {
    const { open, source, sink } = crashBench();
    const edges = holds(source);
    open().unsubscribe();
    receive(source, 1);
    expect(edges).toEqual([true]);
    open();
    expect([reading(sink).chunks, edges]).toEqual([['a1 ->1'], [true, false]]);
  });

  test('starts again at its first unsettled event', () => {
    const { open, source, sink } = crashBench();
    const first = open();
    const reader = reading(sink);
    receive(source, 3);
    settleEvents(sink, 'a', 1);
    reader.stop();
    first.unsubscribe();
    open();
    expect(reading(sink).chunks).toEqual(['a2 a3 ->3']);
  });

  test('ends when it is open again, also when its end was asked for before its sources ended', () => {
    const { open, source, sink } = crashBench();
    open().unsubscribe();
    sink.end();
    source.end();
    open();
    expect([reading(sink).completed, sink.drained]).toEqual([true, true]);
  });

  test('hears nothing of a crash', () => {
    const { open, source, crashes } = crashBench(1);
    open().unsubscribe();
    receive(source, 1);
    expect(crashes).toEqual([]);
  });
});
