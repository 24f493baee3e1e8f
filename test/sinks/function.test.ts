import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/messages/batch.ts';
import { type Deliver, functionSink } from '../../src/sinks/function.ts';
import { filterMessages, mapMessages } from '../../src/streams/transforms.ts';
import { outletBench, type SinkSetup } from './outlet-bench.ts';

/** A function sink whose calls are answered by the test, in order. */
function functionBench(setup: SinkSetup = {}) {
  const calls: string[] = [];
  const answers: { resolve: (result?: unknown) => void; reject: (error: unknown) => void }[] = [];
  const deliver: Deliver = (batch: Batch) => {
    calls.push(batch.messages.map(({ text }) => text).join(' '));
    return new Promise((resolve, reject) => {
      answers.push({ resolve, reject });
    });
  };
  const bench = outletBench(setup);
  return {
    ...bench,
    calls,
    run: (own: Deliver = deliver) => bench.run(functionSink(own, bench.clock, bench.log)),
    async resolve() {
      answers.shift()?.resolve();
      await bench.clock.settle();
    },
    async reject(error: unknown) {
      answers.shift()?.reject(error);
      await bench.clock.settle();
    },
  };
}

const BUSY = new Error('busy');

describe('a function sink', () => {
  test('is called with one batch at a time, in order', async () => {
    const bench = functionBench();
    bench.run();
    bench.give('1', '2');
    bench.give('3');
    expect(bench.calls).toEqual(['1 2']);
    await bench.resolve();
    expect(bench.calls).toEqual(['1 2', '3']);
  });

  test('settles a batch when its function resolves', async () => {
    const bench = functionBench();
    bench.run();
    bench.give('1', '2');
    await bench.clock.settle();
    expect(bench.settled()).toBe(0);
    await bench.resolve();
    expect([bench.settled(), bench.stream.counts().delivered]).toEqual([2, 2]);
  });

  test('settles a batch when its function returns something that is no promise', async () => {
    const bench = functionBench();
    bench.run(() => 'done');
    bench.give('1');
    await bench.clock.settle();
    expect(bench.settled()).toBe(1);
  });

  test('is called again with a batch that its function rejected, after a delay', async () => {
    const bench = functionBench();
    bench.run();
    bench.give('1');
    bench.give('2');
    await bench.reject(BUSY);
    await bench.clock.advance(499);
    expect([bench.calls, bench.settled()]).toEqual([['1'], 0]);
    await bench.clock.advance(1);
    await bench.resolve();
    expect([bench.calls, bench.settled()]).toEqual([['1', '1', '2'], 1]);
  });

  test('waits twice as long after each rejection, up to 30 s', async () => {
    const bench = functionBench();
    const calledAt: number[] = [];
    bench.run(() => {
      calledAt.push(bench.clock.now());
      return Promise.reject(BUSY);
    });
    bench.give('1');
    await bench.clock.advance(120_000);
    const waits = calledAt.slice(1).map((at, index) => at - (calledAt[index] ?? 0));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test('starts with the shortest delay for the next batch', async () => {
    const bench = functionBench();
    bench.run();
    bench.give('1');
    await bench.reject(BUSY);
    await bench.clock.advance(500);
    await bench.reject(BUSY);
    await bench.clock.advance(1000);
    await bench.resolve();
    bench.give('2');
    await bench.reject(BUSY);
    await bench.clock.advance(500);
    expect(bench.calls).toEqual(['1', '1', '1', '2', '2']);
  });

  test('warns of a rejection with its cause', async () => {
    const bench = functionBench();
    bench.run();
    bench.give('1');
    await bench.reject(BUSY);
    expect(bench.log.lines).toEqual(["warn: the sink's function rejected, trying again in 500 ms"]);
    expect(bench.log.fields).toEqual([{ sink: 'out', err: BUSY }]);
  });

  test('takes a function that throws for one that rejects', async () => {
    const bench = functionBench();
    let tries = 0;
    bench.run(() => {
      tries += 1;
      if (tries === 1) throw BUSY;
    });
    bench.give('1');
    await bench.clock.advance(500);
    expect([tries, bench.settled()]).toEqual([2, 1]);
  });

  test('is not called with an event that is not JSON, which is rejected', async () => {
    const bench = functionBench();
    bench.run();
    bench.give('1', '{', '3');
    expect(bench.calls).toEqual(['1 3']);
    await bench.resolve();
    expect(bench.stream.counts()).toMatchObject({ delivered: 2, rejected: 1, owed: 0 });
    expect(bench.log.lines).toEqual(['error: rejected: event e1/2 of feed is not JSON']);
  });

  test('is not called when no event is left', async () => {
    const bench = functionBench();
    bench.run();
    bench.give('{');
    bench.give('2');
    expect([bench.calls, bench.settled()]).toEqual([['2'], 1]);
  });

  test('is not called with an event that a transform could not read', async () => {
    const bench = functionBench({ transform: mapMessages(({ value }) => value) });
    bench.run();
    bench.give('{', '2');
    await bench.resolve();
    expect([bench.calls, bench.settled(), bench.stream.counts().rejected]).toEqual([['2'], 2, 1]);
  });

  test('is not called with a filtered range, which settles in its place', async () => {
    const bench = functionBench({ transform: filterMessages(({ value }) => value !== 2) });
    bench.run();
    bench.give('1');
    bench.give('2');
    bench.give('3');
    expect(bench.settled()).toBe(0);
    await bench.resolve();
    expect([bench.settled(), bench.calls]).toEqual([2, ['1', '3']]);
  });

  test('survives thousands of filtered ranges behind a slow call', async () => {
    const bench = functionBench({ transform: filterMessages(({ value }) => value === 1) });
    bench.run();
    bench.give('1');
    for (let turn = 0; turn < 20_000; turn += 1) bench.give('2');
    await bench.resolve();
    expect([bench.settled(), bench.stream.idle]).toEqual([20_001, true]);
  });
});

describe('a function sink that is stopped', () => {
  test('while it waits for an earlier call does not call any more', async () => {
    const bench = outletBench();
    const calls: (() => void)[] = [];
    const call = () => new Promise<void>((resolve) => calls.push(resolve));
    const outlet = functionSink(call, bench.clock, bench.log);
    bench.give('1');
    for (let crashes = 0; crashes < 3; crashes += 1) bench.run(outlet)();
    bench.run(outlet);
    calls[0]?.();
    await bench.clock.settle();
    expect(calls).toHaveLength(2);
  });

  test('settles nothing that its function resolves later', async () => {
    const bench = functionBench();
    const stop = bench.run();
    bench.give('1');
    stop();
    await bench.resolve();
    expect(bench.settled()).toBe(0);
  });

  test('does not try again what was rejected, and leaves no timer', async () => {
    const bench = functionBench();
    const stop = bench.run();
    bench.give('1');
    await bench.reject(BUSY);
    stop();
    expect(bench.clock.pending).toBe(0);
  });

  test('sets no timer for what is rejected later', async () => {
    const bench = functionBench();
    const stop = bench.run();
    bench.give('1');
    stop();
    await bench.reject(BUSY);
    expect(bench.clock.pending).toBe(0);
  });

  test('leaves what is unsettled to the next', async () => {
    const bench = functionBench();
    const stop = bench.run();
    bench.give('1');
    stop();
    bench.give('2');
    bench.run();
    expect(bench.calls).toEqual(['1', '1']);
  });
});
