import { ignoreElements, merge, Subject, tap } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { type Chunk, chunkAttributes } from '../../src/messages/chunk.ts';
import { PackedChunk } from '../../src/messages/packed-chunk.ts';
import type { SinkStreamOptions } from '../../src/streams/sink-stream.ts';
import { NO_BOUND, ofEvents } from './buffer-bench.ts';
import { shownBatch, upTo } from './events.ts';
import { countOf, reading, receive, settleEvents, streamBench } from './stream-bench.ts';

const block = (events: number, inFlight = NO_BOUND) => ({
  buffer: { waiting: ofEvents(events), whenFull: 'block', inFlight } as const,
});

describe('the first unsettled event of a sink', () => {
  test('is none while nothing is owed', () => {
    const bench = streamBench();
    const sink = bench.sink('out', [bench.source('a')]);
    sink.open(() => {});
    expect(sink.head).toBeUndefined();
  });

  test('is the first that waits or is in flight', () => {
    const bench = streamBench();
    const [a, b] = [bench.source('a'), bench.source('b')];
    const sink = bench.sink('out', [a, b]);
    sink.open(() => {});
    receive(a, 2);
    receive(b, 1);
    expect(sink.head).toEqual({ source: 'a', sequence: 1 });
    reading(sink);
    settleEvents(sink, 'a', 1);
    expect(sink.head).toEqual({ source: 'a', sequence: 2 });
    settleEvents(sink, 'a', 2);
    expect(sink.head).toEqual({ source: 'b', sequence: 1 });
  });

  test('is found in a packed turn, and behind a filtered range', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source], { take: (chunk) => chunk instanceof PackedChunk });
    sink.open(() => {});
    receive(source, 20, Buffer.from('x'));
    receive(source, 1);
    receive(source, 20, Buffer.from('x'));
    reading(sink);
    settleEvents(sink, 'a', 20, 20);
    expect(sink.head).toEqual({ source: 'a', sequence: 22 });
  });
});

describe('a sink that is narrowed', () => {
  test('has no more than so many events in flight, until it is widened again', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source], block(100, ofEvents(3)));
    sink.open(() => {});
    sink.narrow(1);
    receive(source, 6);
    const { chunks } = reading(sink);
    expect(chunks).toEqual(['a1 ->1']);
    settleEvents(sink, 'a', 1);
    expect(chunks).toEqual(['a1 ->1', 'a2 ->2']);
    sink.narrow(undefined);
    expect(chunks.slice(2)).toEqual(['a3 a4 ->4']);
  });

  test('keeps what is in flight already', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source], block(100, ofEvents(3)));
    sink.open(() => {});
    const { chunks } = reading(sink);
    receive(source, 5);
    sink.narrow(1);
    settleEvents(sink, 'a', 2, 2);
    expect(chunks).toEqual(['a1 a2 a3 ->3']);
    settleEvents(sink, 'a', 3);
    expect(chunks.slice(1)).toEqual(['a4 ->4']);
  });
});

describe('a sink that does not take all chunks', () => {
  /** Takes the odd turns of a source. */
  function pickyBench(options: Partial<SinkStreamOptions> = {}) {
    const bench = streamBench();
    const source = bench.source('a');
    const take = (chunk: Chunk) => chunkAttributes(chunk)?.side === 'peer';
    const sink = bench.sink('out', [source], { take, ...options });
    sink.open(() => {});
    const turn = (side: string, events: number) =>
      source.receive(
        Array.from({ length: events }, () => ({ data: Buffer.from('x') })),
        { side },
      );
    return { ...bench, sink, turn, reader: reading(sink) };
  }

  test('settles the others in their place', () => {
    const { turn, sink, reader, ledger } = pickyBench();
    turn('peer', 1);
    turn('up', 2);
    turn('peer', 1);
    expect([reader.chunks, ledger.settled('a')]).toEqual([['a1 ->1', '->3', 'a4 ->4'], 0]);
    settleEvents(sink, 'a', 3);
    expect(ledger.settled('a')).toBe(3);
  });

  test('settles the others at once, without waking up, when it owes nothing', () => {
    const { turn, sink, ledger } = pickyBench();
    const demand = countOf(sink.demand$);
    turn('up', 2);
    expect([ledger.settled('a'), demand.times]).toEqual([2, 0]);
  });

  test('does not show the messages of the others to its transform', () => {
    const seen: number[] = [];
    const transform = tap<Chunk>(({ messages }) => seen.push(...messages.map(({ sequence }) => sequence)));
    const { turn } = pickyBench({ transform });
    turn('up', 2);
    turn('peer', 1);
    expect(seen).toEqual([3]);
  });

  test('settles the others no sooner than what a transform that takes its time still has of those before', () => {
    const held = new Subject<Chunk>();
    const { turn, ledger } = pickyBench({ transform: (chunks$) => merge(chunks$.pipe(ignoreElements()), held) });
    turn('peer', 1);
    turn('up', 2);
    expect(ledger.settled('a')).toBe(0);
  });

  test('keeps packed what it takes, and makes no messages of what it does not', () => {
    const packed: boolean[] = [];
    const { turn, sink, reader } = pickyBench();
    const made = vi.spyOn(PackedChunk.prototype, 'messages', 'get');
    reader.stop();
    turn('up', 20);
    turn('peer', 20);
    sink.chunks$.subscribe((chunk) => packed.push(chunk instanceof PackedChunk));
    expect(packed).toEqual([true]);
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
  });
});

describe('what a sink has settled', () => {
  test('is told in order, after the ledger knows it', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    reading(sink);
    const told: string[] = [];
    sink.settled$.subscribe(({ batches }) => told.push(`${batches.map(shownBatch)} of ${bench.ledger.settled('a')}`));
    receive(source, 2);
    settleEvents(sink, 'a', 1);
    settleEvents(sink, 'a', 2);
    expect(told).toEqual(['turn: a1 ->a1 of 1', 'turn: a2 ->a2 of 2']);
  });

  test('is told in order also when settling it lets the next be settled at once', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source], block(100, ofEvents(1)));
    sink.open(() => {});
    const told: number[] = [];
    sink.settled$.subscribe(({ batches }) => told.push(...batches.map(({ through }) => through.get('a') ?? 0)));
    receive(source, 3);
    sink.chunks$.subscribe(({ messages, through }) => {
      if (through > 1) sink.settle([{ through: upTo('a', through), messages, reason: 'turn' }]);
    });
    settleEvents(sink, 'a', 1);
    expect(told).toEqual([1, 2, 3]);
  });
});
