import { describe, expect, test } from 'vitest';
import { DRAIN_MARK } from '../../src/environment.ts';
import { batches } from '../../src/streams/batcher.ts';
import { filterMessages, mapMessages } from '../../src/streams/transforms.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { webSocketBench } from './web-socket-bench.ts';

const batchesOf = (size: number) => batches({ mode: 'fixed', size, bytes: 1e6, timeout: 100 }, createStepClock());

describe('the frames of a web-socket sink', () => {
  test('are one per event, a turn per write, in order', () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    bench.give('1', '2');
    bench.give('3');
    expect(wire.writes).toEqual([['1', '2'], ['3']]);
  });

  test('are one per batch, its events joined by newlines', () => {
    const bench = webSocketBench({ batched: batchesOf(2), options: { framePerBatch: true } });
    const { wire } = bench.connect();
    bench.give('1', '2', '3', '4');
    expect(wire.writes).toEqual([['1\n2'], ['3\n4']]);
  });

  test('are text also when the payload came as bytes', () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    bench.source.receive([{ data: Buffer.from('{"a":1}') }]);
    expect(wire.frames).toEqual(['{"a":1}']);
  });

  test('of payload: text have the text of a JSON string', () => {
    const bench = webSocketBench({ options: { payload: 'text' } });
    const { wire } = bench.connect();
    bench.give('"plain"', '{"_raw":"line"}');
    expect(wire.frames).toEqual(['plain', 'line']);
  });

  test('of payload: json have a JSON string for text', () => {
    const bench = webSocketBench({ options: { payload: 'json' }, transform: mapMessages(() => 'plain') });
    const { wire } = bench.connect();
    bench.give('1');
    expect(wire.frames).toEqual(['"plain"']);
  });

  test('are the same for a turn of many events', () => {
    const bench = webSocketBench({ options: { payload: 'json' } });
    const { wire } = bench.connect();
    const payloads = Array.from({ length: 100 }, (_, at) => `${at}`);
    bench.source.receive(payloads.map((data) => ({ data: Buffer.from(data) })));
    expect(wire.frames).toEqual(payloads);
  });

  test('are none for a batch of which nothing can be written', async () => {
    const bench = webSocketBench({
      batched: batchesOf(1),
      options: { payload: 'json', framePerBatch: true },
    });
    const { wire, answer } = bench.connect();
    bench.give('broken');
    expect(wire.frames).toEqual([]);
    answer();
    expect([bench.settled(), bench.stream.counts().rejected]).toEqual([1, 1]);
  });
});

describe('an event that cannot be written to a web-socket', () => {
  test('is counted and logged once it is settled, and the rest is written', () => {
    const bench = webSocketBench({ options: { payload: 'json' } });
    const { wire, answer } = bench.connect();
    bench.give('1', 'broken', '3');
    expect(wire.frames).toEqual(['1', '3']);
    answer();
    expect(bench.stream.counts()).toMatchObject({ delivered: 2, rejected: 1 });
    expect(bench.log.lines).toEqual(['error: rejected: event e1/2 of feed is not JSON']);
    expect(bench.log.fields).toEqual([{ sink: 'out', source: 'feed', id: 'e1/2' }]);
  });

  test('is counted and logged once, however often its batch is written', async () => {
    const bench = webSocketBench({ options: { payload: 'json' } });
    const first = bench.connect();
    bench.give('1', 'broken');
    first.lose();
    const second = bench.connect();
    await bench.clock.advance(50);
    second.answer();
    expect(bench.stream.counts()).toMatchObject({ delivered: 1, rejected: 1 });
    expect(bench.log.lines).toHaveLength(1);
  });
});

describe('a filtered range', () => {
  test('before which nothing is owed asks nothing of the peer', () => {
    const bench = webSocketBench({ transform: filterMessages(() => false) });
    const { wire } = bench.connect();
    bench.give('1', '2');
    expect([bench.settled(), wire.writes, wire.pings]).toEqual([2, [], []]);
  });

  test('settles nothing of the events before it', () => {
    const bench = webSocketBench({ transform: filterMessages(({ value }) => value !== 2) });
    const { wire } = bench.connect();
    bench.give('1');
    bench.stream.hold();
    bench.give('2');
    bench.give('3');
    bench.stream.release();
    expect([wire.frames, bench.settled()]).toEqual([['1', '3'], 0]);
  });

  test('settles once the events before it are acknowledged, without another ping', () => {
    const bench = webSocketBench({ transform: filterMessages(({ value }) => value === 1) });
    const { wire, answer } = bench.connect();
    bench.give('1');
    bench.give('2');
    expect(bench.settled()).toBe(0);
    answer();
    expect([bench.settled(), wire.pings.length]).toEqual([2, 1]);
  });
});

describe('a web-socket that is slow', () => {
  test('is given no more above the drain mark, until it has drained', () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    wire.queuedBytes = DRAIN_MARK + 1;
    bench.give('1');
    bench.give('2');
    expect(wire.frames).toEqual(['1']);
    wire.queuedBytes = 0;
    bench.traffic.drained();
    expect(wire.frames).toEqual(['1', '2']);
  });

  test('is given more up to the drain mark', () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    wire.queuedBytes = DRAIN_MARK;
    bench.give('1');
    bench.give('2');
    expect(wire.frames).toEqual(['1', '2']);
  });

  test('does not hold back the connection after it', () => {
    const bench = webSocketBench();
    const first = bench.connect();
    first.wire.queuedBytes = DRAIN_MARK + 1;
    bench.give('1');
    first.lose();
    const second = bench.connect();
    bench.give('2');
    expect(second.wire.frames).toEqual(['1', '2']);
  });
});

describe('a frame from the peer of a sink', () => {
  test('settles nothing', () => {
    const bench = webSocketBench();
    bench.connect();
    bench.give('1');
    bench.traffic.frames([{ data: Buffer.from('hawser-ack-1'), binary: false }]);
    expect(bench.settled()).toBe(0);
  });

  test('is counted as unconsumed, since nobody takes it', () => {
    const bench = webSocketBench();
    bench.connect();
    bench.traffic.frames([
      { data: Buffer.from('welcome'), binary: false },
      { data: Buffer.from('ok'), binary: false },
    ]);
    expect(bench.stream.counts().unconsumed).toBe(2);
  });
});
