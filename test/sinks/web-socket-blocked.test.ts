import { describe, expect, test } from 'vitest';
import { DRAIN_MARK } from '../../src/environment.ts';
import { LASTING } from '../../src/sinks/congestion.ts';
import { webSocketBench } from './web-socket-bench.ts';

function narrowBench() {
  return webSocketBench({ options: { window: { events: 1, bytes: 2 ** 20 }, level: { ack: 'pong', interval: 1 } } });
}

describe('a web-socket sink without room', () => {
  test('is blocked once that has lasted', async () => {
    const bench = narrowBench();
    bench.connect();
    bench.give('1');
    await bench.clock.advance(LASTING - 1);
    expect(bench.edges).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.edges).toEqual(['blocked']);
  });

  test('is blocked by the queue of its socket too', async () => {
    const bench = webSocketBench();
    const { wire } = bench.connect();
    wire.queuedBytes = DRAIN_MARK + 1;
    bench.give('1');
    await bench.clock.advance(LASTING);
    expect(bench.edges).toEqual(['blocked']);
  });

  test('is blocked no longer once it has had room for as long', async () => {
    const bench = narrowBench();
    const { answer } = bench.connect();
    bench.give('1');
    await bench.clock.advance(LASTING);
    answer();
    await bench.clock.advance(LASTING - 1);
    expect(bench.edges).toEqual(['blocked']);
    await bench.clock.advance(1);
    expect(bench.edges).toEqual(['blocked', 'unblocked']);
  });

  test('tells nothing of windows that fill and empty, be it fast or slowly', async () => {
    const bench = narrowBench();
    const { answer } = bench.connect();
    for (let round = 0; round < 100; round += 1) {
      bench.give(`${round}`);
      await bench.clock.advance(5);
      answer();
      await bench.clock.advance(5);
    }
    expect(bench.edges).toEqual([]);
    for (let round = 0; round < 100; round += 1) {
      bench.give(`${round}`);
      await bench.clock.advance(3 * LASTING);
      answer();
      await bench.clock.advance(5);
    }
    expect(bench.edges).toEqual(['blocked']);
  });

  test('begins anew with the next connection, and leaves no timer', async () => {
    const bench = narrowBench();
    const first = bench.connect();
    bench.give('1');
    await bench.clock.advance(LASTING);
    first.lose();
    expect(bench.clock.pending).toBe(0);
    bench.connect();
    await bench.clock.advance(LASTING);
    expect(bench.edges).toEqual(['blocked', 'blocked']);
  });

  test('leaves no timer when it has room again before', async () => {
    const bench = narrowBench();
    const { answer } = bench.connect();
    bench.give('1');
    answer();
    expect(bench.clock.pending).toBe(0);
  });
});
