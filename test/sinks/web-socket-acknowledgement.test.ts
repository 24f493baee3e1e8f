import { describe, expect, test } from 'vitest';
import { ofEvents } from '../streams/buffer-bench.ts';
import { WRITTEN, webSocketBench } from './web-socket-bench.ts';

describe('ack: written', () => {
  const written = { options: { level: WRITTEN } } as const;

  test('settles a batch when the system has taken its frames', () => {
    const bench = webSocketBench(written);
    const { wire } = bench.connect();
    bench.give('1', '2');
    bench.give('3');
    expect(bench.settled()).toBe(0);
    wire.take();
    expect(bench.settled()).toBe(2);
    wire.take();
    expect(bench.settled()).toBe(3);
  });

  test('sends no ping', async () => {
    const bench = webSocketBench(written);
    const { wire } = bench.connect();
    bench.give('1');
    await bench.clock.advance(60_000);
    expect([wire.pings, bench.complaints]).toEqual([[], []]);
  });

  test('writes again to the next connection what the system had not taken', () => {
    const bench = webSocketBench(written);
    const first = bench.connect();
    bench.give('1');
    bench.give('2');
    first.wire.take();
    first.lose();
    expect(bench.connect().wire.frames).toEqual(['2']);
  });

  test('settles nothing that a lost connection reports late', () => {
    const bench = webSocketBench(written);
    const first = bench.connect();
    bench.give('1');
    bench.traffic.lost();
    bench.connect();
    first.wire.take();
    expect(bench.settled()).toBe(0);
  });
});

describe('ack: pong', () => {
  test('settles nothing because the system has taken it', () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    bench.give('1');
    wire.take();
    wire.takePing();
    expect(bench.settled()).toBe(0);
  });

  test('settles with a pong all that was written before its ping', () => {
    const bench = webSocketBench();
    const { answer } = bench.connect();
    bench.give('1', '2');
    answer();
    expect([bench.settled(), bench.stream.counts().delivered]).toEqual([2, 2]);
  });

  test('settles with a pong nothing that was written after its ping', () => {
    const bench = webSocketBench();
    const { answer } = bench.connect();
    bench.give('1', '2');
    bench.give('3');
    answer();
    expect(bench.settled()).toBe(2);
  });

  test.each(['', 'heartbeat', 'hawser-ack-', 'hawser-ack-2', 'hawser-ack-0'])(
    'takes no account of the pong %j',
    (pong) => {
      const bench = webSocketBench();
      const { answer } = bench.connect();
      bench.give('1');
      answer(pong);
      expect(bench.settled()).toBe(0);
    },
  );

  test('takes account of a pong once', async () => {
    const bench = webSocketBench();
    const { wire, answer } = bench.connect();
    bench.give('1');
    answer();
    bench.give('2');
    answer('hawser-ack-1');
    expect([wire.pings, bench.settled()]).toEqual([['hawser-ack-1'], 1]);
  });

  test('asks at once for the first event', () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    expect(wire.pings).toEqual([]);
    bench.give('1');
    expect(wire.pings).toEqual(['hawser-ack-1']);
  });

  test('asks for the next only when the last ping is answered', async () => {
    const bench = webSocketBench();
    const { wire, answer } = bench.connect();
    bench.give('1');
    bench.give('2');
    await bench.clock.advance(1000);
    expect(wire.pings).toEqual(['hawser-ack-1']);
    answer();
    expect(wire.pings).toEqual(['hawser-ack-1', 'hawser-ack-2']);
  });

  test('asks no sooner than its interval after the last ping', async () => {
    const bench = webSocketBench();
    const { wire, answer } = bench.connect();
    bench.give('1');
    await bench.clock.advance(10);
    answer();
    bench.give('2');
    bench.give('3');
    await bench.clock.advance(39);
    expect(wire.pings).toHaveLength(1);
    await bench.clock.advance(1);
    expect(wire.pings).toHaveLength(2);
    answer();
    expect(bench.settled()).toBe(3);
  });

  test('asks sooner when half the window is used', async () => {
    const bench = webSocketBench({ options: { window: { events: 6, bytes: 2 ** 24 } } });
    const { wire, answer } = bench.connect();
    bench.give('1');
    answer();
    bench.give('2', '3');
    expect(wire.pings).toHaveLength(1);
    bench.give('4');
    expect(wire.pings).toHaveLength(2);
    await bench.clock.advance(1000);
    expect(wire.pings).toHaveLength(2);
  });

  test('asks at once with the pong when half the window was used meanwhile', () => {
    const bench = webSocketBench({ options: { window: { events: 4, bytes: 2 ** 24 } } });
    const { wire, answer } = bench.connect();
    bench.give('1');
    bench.give('2', '3');
    expect(wire.pings).toHaveLength(1);
    answer();
    expect(wire.pings).toHaveLength(2);
  });

  test('asks nothing while everything is acknowledged', async () => {
    const bench = webSocketBench();
    const { wire, answer } = bench.connect();
    bench.give('1');
    answer();
    await bench.clock.advance(60_000);
    expect([wire.pings.length, bench.clock.pending, bench.complaints]).toEqual([1, 0, []]);
  });

  test('owes until everything is acknowledged', () => {
    const bench = webSocketBench();
    const { answer } = bench.connect();
    expect(bench.traffic.owing).toBe(false);
    bench.give('1');
    expect(bench.traffic.owing).toBe(true);
    answer();
    expect(bench.traffic.owing).toBe(false);
  });

  test('writes no more than the window until it is acknowledged', () => {
    const bench = webSocketBench({
      options: { window: { events: 2, bytes: 2 ** 24 } },
      buffer: { inFlight: ofEvents(2) },
    });
    const { wire, answer } = bench.connect();
    bench.give('1', '2', '3');
    expect(wire.frames).toEqual(['1', '2']);
    answer();
    expect(wire.frames).toEqual(['1', '2', '3']);
  });
});
