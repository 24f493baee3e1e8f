import { describe, expect, test } from 'vitest';
import { batches } from '../../src/streams/batcher.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { webSocketBench } from './web-socket-bench.ts';

const NEVER_ANSWERED = 'the peer has never answered a ping; if it cannot, set ack: written and heartbeat: off';

describe('a ping that is not answered', () => {
  test('is reported after its time, naming the remedy when the peer has never answered one', async () => {
    const bench = webSocketBench();
    bench.connect();
    bench.give('1');
    await bench.clock.advance(29_999);
    expect(bench.complaints).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.complaints).toEqual([NEVER_ANSWERED]);
  });

  test('is reported of a peer that has answered before', async () => {
    const bench = webSocketBench();
    const { answer } = bench.connect();
    bench.give('1');
    answer();
    bench.give('2');
    await bench.clock.advance(40_000);
    expect(bench.complaints).toEqual(['the peer stopped answering acknowledgement pings']);
  });

  test('has its whole time from when it left our queue', async () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    bench.give('1');
    await bench.clock.advance(20_000);
    wire.takePing();
    await bench.clock.advance(29_999);
    expect(bench.complaints).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.complaints).toEqual([NEVER_ANSWERED]);
  });

  test('has more time while a slow peer still reads', async () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    wire.queuedBytes = 100;
    bench.give('1');
    await bench.clock.advance(29_999);
    wire.takenBytes = 50;
    await bench.clock.advance(30_000);
    expect(bench.complaints).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.complaints).toEqual([NEVER_ANSWERED]);
  });

  test('has no more time because the system took at once what was written', async () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    bench.give('1');
    wire.takenBytes = 50;
    await bench.clock.advance(30_000);
    expect(bench.complaints).toEqual([NEVER_ANSWERED]);
  });

  test('has no more time because the system reports an earlier one late', async () => {
    const bench = webSocketBench();
    const { wire, answer } = bench.connect();
    bench.give('1');
    bench.give('2');
    await bench.clock.advance(100);
    answer();
    await bench.clock.advance(20_000);
    wire.takePing();
    await bench.clock.advance(10_000);
    expect(bench.complaints).toHaveLength(1);
  });

  test('is not reported once it is answered', async () => {
    const bench = webSocketBench();
    const { answer } = bench.connect();
    bench.give('1');
    await bench.clock.advance(29_999);
    answer();
    await bench.clock.advance(60_000);
    expect(bench.complaints).toEqual([]);
  });

  test('is not reported once the connection is lost', async () => {
    const bench = webSocketBench();
    const { lose } = bench.connect();
    bench.give('1');
    lose();
    expect(bench.clock.pending).toBe(0);
    await bench.clock.advance(60_000);
    expect(bench.complaints).toEqual([]);
  });
});

describe('a connection that is lost', () => {
  test('has everything that is unacknowledged written again to the next, in order', () => {
    const bench = webSocketBench();
    const first = bench.connect();
    bench.give('1', '2');
    bench.give('3');
    bench.give('4');
    first.answer();
    first.lose();
    bench.give('5');
    expect(bench.connect().wire.frames).toEqual(['3', '4', '5']);
  });

  test('settles nothing by a pong that comes late', () => {
    const bench = webSocketBench();
    const first = bench.connect();
    bench.give('1');
    first.lose();
    first.answer();
    bench.connect();
    first.answer();
    expect(bench.settled()).toBe(0);
  });

  test('leaves the next to acknowledge all of it', async () => {
    const bench = webSocketBench();
    const first = bench.connect();
    bench.give('1');
    bench.give('2');
    first.lose();
    const second = bench.connect();
    await bench.clock.advance(50);
    expect(second.wire.pings).toEqual(['hawser-ack-2']);
    second.answer();
    expect(bench.settled()).toBe(2);
  });

  test('leaves no timer for a ping that was to come', () => {
    const bench = webSocketBench();
    const { answer, lose } = bench.connect();
    bench.give('1');
    answer();
    bench.give('2');
    expect(bench.clock.pending).toBe(1);
    lose();
    expect(bench.clock.pending).toBe(0);
  });

  test('leaves no timer of a batch that was open', () => {
    const clock = createStepClock();
    const bench = webSocketBench({ batched: batches({ mode: 'fixed', size: 2, bytes: 1e6, timeout: 100 }, clock) });
    const { lose } = bench.connect();
    bench.give('1');
    expect(clock.pending).toBe(1);
    lose();
    expect(clock.pending).toBe(0);
  });

  test('is not written to', () => {
    const bench = webSocketBench();
    const { wire, lose } = bench.connect();
    lose();
    bench.give('1');
    expect(wire.frames).toEqual([]);
  });
});
