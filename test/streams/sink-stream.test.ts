import { describe, expect, test } from 'vitest';
import { filterMessages } from '../../src/streams/transforms.ts';
import { NO_BOUND, ofEvents } from './buffer-bench.ts';
import { countOf, holds, reading, receive, settleEvents, streamBench } from './stream-bench.ts';

const NONE = filterMessages(() => false);
const block = (events: number, inFlight = NO_BOUND) => ({
  buffer: { waiting: ofEvents(events), whenFull: 'block', inFlight } as const,
});

describe('a sink', () => {
  test('gets the events of all its inputs, each in order', () => {
    const bench = streamBench();
    const [a, b] = [bench.source('a'), bench.source('b')];
    const sink = bench.sink('out', [a, b]);
    sink.open(() => {});
    const { chunks } = reading(sink);
    receive(a, 2);
    receive(b, 1);
    receive(a, 1);
    expect(chunks).toEqual(['a1 a2 ->2', 'b1 ->1', 'a3 ->3']);
  });

  test('gets what its transform makes of them', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source], { transform: filterMessages(({ sequence }) => sequence !== 2) });
    sink.open(() => {});
    const { chunks } = reading(sink);
    receive(source, 3);
    expect(chunks).toEqual(['a1 a3 ->3']);
  });

  test('loses nothing that comes before it is open', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    receive(source, 2);
    expect(sink.idle).toBe(false);
    sink.open(() => {});
    expect(reading(sink).chunks).toEqual(['a1 a2 ->2']);
  });

  test('gets nothing between hold and release', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    const { chunks } = reading(sink);
    sink.hold();
    receive(source, 1);
    expect(chunks).toEqual([]);
    sink.release();
    expect(chunks).toEqual(['a1 ->1']);
  });

  test('settles in the ledger what it has delivered', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    reading(sink);
    receive(source, 3);
    settleEvents(sink, 'a', 2, 2);
    expect([bench.ledger.settled('a'), sink.counts().owed, sink.counts().delivered]).toEqual([2, 1, 2]);
  });

  test('counts as rejected, not as delivered, what it could not write', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    receive(source, 3);
    settleEvents(sink, 'a', 3, 3, 1);
    expect(sink.counts()).toMatchObject({ delivered: 2, rejected: 1 });
  });

  test('is idle when everything that was handed to it is settled', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    reading(sink);
    expect(sink.idle).toBe(true);
    receive(source, 2);
    expect(sink.idle).toBe(false);
    settleEvents(sink, 'a', 2, 2);
    expect(sink.idle).toBe(true);
  });

  test('tells of its progress when something is settled', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    const progress = countOf(sink.progress$);
    receive(source, 2);
    expect(progress.times).toBe(0);
    settleEvents(sink, 'a', 2, 2);
    expect(progress.times).toBe(1);
  });
});

describe('a filtered range', () => {
  test('settles at once, without waking the sink, when nothing is owed before it', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source], { transform: NONE });
    sink.open(() => {});
    const demand = countOf(sink.demand$);
    receive(source, 5);
    expect([bench.ledger.settled('a'), demand.times, reading(sink).chunks]).toEqual([5, 0, []]);
  });

  test('settles behind the events before it', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const transform = filterMessages(({ sequence }) => sequence === 1);
    const sink = bench.sink('out', [source], { transform });
    sink.open(() => {});
    const { chunks } = reading(sink);
    receive(source, 1);
    receive(source, 2);
    expect(bench.ledger.settled('a')).toBe(0);
    settleEvents(sink, 'a', 1);
    expect([chunks, bench.ledger.settled('a')]).toEqual([['a1 ->1', '->3'], 1]);
  });
});

describe('the demand of a sink', () => {
  test('is there at once when something waits', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    receive(source, 1);
    expect(countOf(sink.demand$).times).toBe(1);
  });

  test('comes with the first event', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    const demand = countOf(sink.demand$);
    expect(demand.times).toBe(0);
    receive(source, 1);
    expect(demand.times).toBe(1);
  });
});

describe('a full sink', () => {
  test('holds its sources until half of what waits is gone', () => {
    const bench = streamBench();
    const [a, b] = [bench.source('a'), bench.source('b')];
    const sink = bench.sink('out', [a, b], block(4, ofEvents(1)));
    sink.open(() => {});
    receive(a, 4);
    expect([a.held, b.held]).toEqual([true, true]);
    reading(sink);
    settleEvents(sink, 'a', 1);
    expect([a.held, b.held]).toEqual([false, false]);
  });

  test('that is the slowest governs its source', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const [fast, slow] = [bench.sink('fast', [source], block(2)), bench.sink('slow', [source], block(4))];
    for (const sink of [fast, slow]) sink.open(() => {});
    const edges = holds(source);
    receive(source, 4);
    reading(fast);
    expect([source.held, edges]).toEqual([true, [true]]);
    reading(slow);
    expect([source.held, edges]).toEqual([false, [true, false]]);
  });

  test('that drops holds nobody back', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const buffer = { waiting: ofEvents(1), whenFull: 'drop-oldest', inFlight: NO_BOUND } as const;
    const sink = bench.sink('out', [source], { buffer });
    sink.open(() => {});
    receive(source, 3);
    expect([source.held, sink.counts().dropped]).toEqual([false, 2]);
  });

  test('that leaves holds its sources no more, in flight or waiting', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source], block(1));
    sink.open(() => {});
    receive(source, 2);
    sink.leave();
    receive(source, 1);
    expect([source.held, bench.ledger.inFlight('a'), bench.ledger.settled('a')]).toEqual([false, 0, 3]);
  });

  test('owes events only, neither what it dropped nor what was filtered', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const buffer = { waiting: ofEvents(1), whenFull: 'drop-newest', inFlight: NO_BOUND } as const;
    const sink = bench.sink('out', [source], { buffer });
    sink.open(() => {});
    receive(source, 3);
    expect([sink.counts().owed, sink.counts().dropped]).toEqual([1, 2]);
  });
});

describe('the end of a sink', () => {
  test('comes when all its inputs have ended', () => {
    const bench = streamBench();
    const [a, b] = [bench.source('a'), bench.source('b')];
    const sink = bench.sink('out', [a, b]);
    sink.open(() => {});
    const reader = reading(sink);
    a.end();
    receive(b, 1);
    expect([reader.chunks, reader.completed]).toEqual([['b1 ->1'], false]);
    b.end();
    expect(reader.completed).toBe(true);
  });

  test('comes after what a source handed on while the sink was taking its last chunk', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    const reader = reading(sink);
    sink.demand$.subscribe(() => {
      if (source.received > 1) return;
      receive(source, 1);
      source.end();
    });
    receive(source, 1);
    expect([reader.chunks, reader.completed]).toEqual([['a1 ->1', 'a2 ->2'], true]);
  });

  test('is drained when everything is settled', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    reading(sink);
    receive(source, 1);
    source.end();
    expect(sink.drained).toBe(false);
    settleEvents(sink, 'a', 1);
    expect(sink.drained).toBe(true);
  });

  test('tells of its progress', () => {
    const bench = streamBench();
    const source = bench.source('a');
    const sink = bench.sink('out', [source]);
    sink.open(() => {});
    const progress = countOf(sink.progress$);
    source.end();
    expect([progress.times, sink.drained]).toEqual([1, true]);
  });

  test('can be asked for while its inputs go on', () => {
    const bench = streamBench();
    const sink = bench.sink('out', [bench.source('a')]);
    sink.open(() => {});
    const reader = reading(sink);
    sink.end();
    expect([reader.completed, sink.drained]).toEqual([true, true]);
  });
});
