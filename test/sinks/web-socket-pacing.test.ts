import { describe, expect, test } from 'vitest';
import { INITIAL_WINDOW } from '../../src/sinks/send-window.ts';
import { REPLY, WRITTEN, webSocketBench } from './web-socket-bench.ts';

const HEARTBEAT = 10_000;
/** A quarter of the first window. */
const PART = JSON.stringify({ id: 'x'.repeat(INITIAL_WINDOW / 4) });

function pacedBench(level: typeof WRITTEN | typeof REPLY = WRITTEN) {
  return webSocketBench({ options: { level, heartbeatTimeout: HEARTBEAT } });
}

describe('ack: written with a heartbeat', () => {
  test('asks nothing of a peer that gets little', async () => {
    const bench = pacedBench();
    const { wire } = bench.connect();
    bench.give('1', '2');
    await bench.clock.advance(60_000);
    expect([wire.pings, bench.clock.pending]).toEqual([[], 0]);
  });

  test('writes no more than a window before the peer has read of it', () => {
    const bench = pacedBench();
    const { wire, answer } = bench.connect();
    for (let part = 0; part < 10; part += 1) {
      bench.give(PART);
      wire.take();
    }
    expect([wire.frames.length, wire.pings]).toEqual([4, ['hawser-ack-1']]);
    answer();
    expect(wire.frames.length).toBeGreaterThan(4);
  });

  test('settles what the system has taken although the peer has not read it', () => {
    const bench = pacedBench();
    const { wire } = bench.connect();
    for (let part = 0; part < 4; part += 1) {
      bench.give(PART);
      wire.take();
    }
    expect(bench.settled()).toBe(4);
  });

  test('writes on without pacing when the peer answers no ping, and leaves the judging to the heartbeat', async () => {
    const bench = pacedBench();
    const { wire } = bench.connect();
    for (let part = 0; part < 40; part += 1) {
      bench.give(PART);
      wire.take();
    }
    await bench.clock.advance(HEARTBEAT - 1);
    expect(wire.frames).toHaveLength(4);
    await bench.clock.advance(1);
    for (let part = 0; part < 40; part += 1) wire.take();
    expect([wire.frames.length, wire.pings.length, bench.complaints, bench.settled()]).toEqual([40, 1, [], 40]);
  });

  test('paces the next connection again', async () => {
    const bench = pacedBench();
    const first = bench.connect();
    for (let part = 0; part < 4; part += 1) bench.give(PART);
    await bench.clock.advance(HEARTBEAT);
    first.lose();
    const { wire } = bench.connect();
    for (let part = 0; part < 4; part += 1) bench.give(PART);
    expect([wire.frames.length, wire.pings]).toEqual([4, ['hawser-ack-2']]);
  });

  test('counts what frames add, so that empty ones are bounded too', () => {
    const bench = pacedBench();
    const { wire } = bench.connect();
    for (let turn = 0; turn < 100; turn += 1) {
      bench.give(...Array.from({ length: 1000 }, () => ''));
      wire.take();
    }
    expect(wire.frames.length).toBeLessThan(40_000);
  });
});

describe('ack: written without a heartbeat', () => {
  test('is not paced, since nobody judges', () => {
    const bench = webSocketBench({ options: { level: WRITTEN } });
    const { wire } = bench.connect();
    for (let part = 0; part < 40; part += 1) {
      bench.give(PART);
      wire.take();
    }
    expect([wire.frames.length, wire.pings]).toEqual([40, []]);
  });

  test('writes no more than its window before the system has taken of it', () => {
    const bench = webSocketBench({ options: { level: WRITTEN, window: { events: 2, bytes: 2 ** 20 } } });
    const { wire } = bench.connect();
    for (const payload of ['1', '2', '3']) bench.give(payload);
    expect(wire.frames).toEqual(['1', '2']);
    wire.take();
    expect(wire.frames).toEqual(['1', '2', '3']);
  });
});

describe('ack: reply', () => {
  test('is paced by what the peer has read, also while its replies are missing', () => {
    const bench = pacedBench(REPLY);
    const { wire, answer } = bench.connect();
    for (let part = 0; part < 10; part += 1) bench.give(PART);
    expect([wire.frames.length, wire.pings]).toEqual([4, ['hawser-ack-1']]);
    answer();
    expect([wire.frames.length > 4, bench.settled()]).toEqual([true, 0]);
  });
});
