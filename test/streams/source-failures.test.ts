import { describe, expect, test } from 'vitest';
import type { SourceStream } from '../../src/streams/source-stream.ts';
import { holds, reading, receive, settleEvents, streamBench } from './stream-bench.ts';

const ODD = { code: 'odd', message: 'it is odd' };

function fail(source: SourceStream, data: Buffer | string = 'bad'): void {
  source.fail({ data }, ODD);
}

describe('what fails in a source that nobody takes failures of', () => {
  test('takes a number, which settles in its place', () => {
    const { ledger, source: create, sink } = streamBench();
    const source = create('feed');
    const out = sink('out', [source]);
    out.open(() => {});
    const { chunks } = reading(out);
    receive(source, 1);
    fail(source);
    receive(source, 1);
    settleEvents(out, 'feed', 2);
    expect([chunks, source.received, ledger.settled('feed')]).toEqual([['feed1 ->1', '->2', 'feed3 ->3'], 3, 2]);
  });

  test('settles at once when no sink owes anything before it', () => {
    const { ledger, source: create } = streamBench();
    fail(create('feed'));
    expect(ledger.settled('feed')).toBe(1);
  });

  test('is counted as rejected', () => {
    const source = streamBench().source('feed');
    fail(source);
    fail(source);
    expect([source.rejected, source.failed]).toEqual([2, 0]);
  });

  test('is logged at once, with its id and without its payload', () => {
    const { logger, source: create } = streamBench();
    fail(create('feed'), 'secret');
    expect([logger.lines, logger.fields]).toEqual([['error: rejected: it is odd'], [{ source: 'feed', id: 'e1/1' }]]);
  });

  test('is logged at most once a second, with the count of what was not', async () => {
    const { clock, logger, source: create } = streamBench();
    const source = create('feed');
    for (let times = 0; times < 5; times += 1) fail(source);
    await clock.advance(999);
    fail(source);
    expect(logger.fields).toEqual([{ source: 'feed', id: 'e1/1' }]);
    await clock.advance(1);
    fail(source);
    expect(logger.fields.slice(1)).toEqual([{ source: 'feed', id: 'e1/7', suppressed: 5 }]);
  });

  test('is logged at the end when it was not before, and leaves no timer', async () => {
    const { clock, logger, source: create } = streamBench();
    const source = create('feed');
    for (let times = 0; times < 3; times += 1) fail(source);
    source.end();
    expect(logger.fields.slice(1)).toEqual([{ source: 'feed', id: 'e1/3', suppressed: 1 }]);
    expect(clock.pending).toBe(0);
  });

  test('is ignored after the end', () => {
    const source = streamBench().source('feed');
    source.end();
    fail(source);
    expect([source.rejected, source.received]).toEqual([0, 0]);
  });

  test('waits behind what waits for the interval', async () => {
    const { clock, ledger, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000 });
    const { chunks } = reading(source);
    receive(source, 1);
    fail(source);
    expect([chunks, ledger.handedOn('feed')]).toEqual([[], 0]);
    await clock.advance(1000);
    expect([chunks, ledger.handedOn('feed')]).toEqual([['feed1 ->2'], 2]);
  });
});

/** A source with one sink for its events and one for its failures. */
function failureBench(emitInterval = 0) {
  const bench = streamBench();
  const failures = bench.failures('feed');
  const source = bench.source('feed', { failures, emitInterval });
  const out = bench.sink('out', [source]);
  const bin = bench.sink('bin', [failures.stream], {
    buffer: { waiting: { events: 2, bytes: 1e9 }, whenFull: 'block', inFlight: { events: 1e9, bytes: 1e9 } },
  });
  for (const sink of [out, bin]) sink.open(() => {});
  return {
    ...bench,
    failures,
    source,
    out,
    bin,
    settled: () => bench.ledger.settled('feed'),
    settleOut: (through: number) => settleEvents(out, 'feed', through),
    settleBin: (through: number) => settleEvents(bin, 'feed.failures', through),
  };
}

describe('what fails in a source that somebody takes failures of', () => {
  test('is an event there, which tells what failed and why', () => {
    const { source, failures } = failureBench();
    const values: unknown[] = [];
    failures.stream.messages$.subscribe(({ value, encoding }) => values.push([encoding, value]));
    receive(source, 1);
    fail(source, Buffer.from([0xff]));
    const receivedAt = new Date(5000).toISOString();
    const failure = { source: 'feed', id: 'e1/2', receivedAt, error: ODD, payload: '/w==', payloadEncoding: 'base64' };
    expect(values).toEqual([['json', failure]]);
  });

  test('is counted as failed, not as rejected, and not logged', () => {
    const { source, logger } = failureBench();
    fail(source);
    expect([source.rejected, source.failed, logger.lines]).toEqual([0, 1, []]);
  });

  test('settles when its failure does', () => {
    const { source, settled, settleBin } = failureBench();
    fail(source);
    expect(settled()).toBe(0);
    settleBin(1);
    expect(settled()).toBe(1);
  });

  test('settles when every taker of its failure has settled it', () => {
    const bench = failureBench();
    const second = bench.sink('second', [bench.failures.stream]);
    second.open(() => {});
    fail(bench.source);
    bench.settleBin(1);
    expect(bench.settled()).toBe(0);
    settleEvents(second, 'feed.failures', 1);
    expect(bench.settled()).toBe(1);
  });

  test('lets nothing behind it settle before it, and everything before it', () => {
    const { source, settled, settleOut, settleBin } = failureBench();
    receive(source, 2);
    fail(source);
    receive(source, 2);
    settleOut(5);
    expect(settled()).toBe(2);
    settleBin(1);
    expect(settled()).toBe(5);
  });

  test('settles no event that is owed, however early its failure settles', () => {
    const { source, settled, settleOut, settleBin } = failureBench();
    receive(source, 1);
    fail(source);
    settleBin(1);
    expect(settled()).toBe(0);
    settleOut(2);
    expect(settled()).toBe(2);
  });

  test('settles in order when several have failed', () => {
    const { source, settled, settleOut, settleBin } = failureBench();
    fail(source);
    fail(source);
    receive(source, 1);
    settleOut(3);
    settleBin(1);
    expect(settled()).toBe(1);
    settleBin(2);
    expect(settled()).toBe(3);
  });

  test('may settle before what it came with is handed on', async () => {
    const { source, clock, settled, settleOut, settleBin } = failureBench(1000);
    receive(source, 1);
    fail(source);
    settleBin(1);
    expect(settled()).toBe(0);
    await clock.advance(1000);
    expect(settled()).toBe(0);
    settleOut(2);
    expect(settled()).toBe(2);
  });

  test('holds the source while the takers of failures have no room', () => {
    const { source, bin, settleBin } = failureBench();
    const edges = holds(source);
    for (let times = 0; times < 2; times += 1) fail(source);
    expect([source.held, edges]).toEqual([true, [true]]);
    reading(bin);
    settleBin(2);
    expect([source.held, edges]).toEqual([false, [true, false]]);
  });

  test('is its last event when the source ends: the failures end too', () => {
    const { source, failures, bin } = failureBench();
    const reader = reading(bin);
    fail(source);
    expect(failures.stream.ended).toBe(false);
    source.end();
    expect([failures.stream.ended, reader.completed]).toEqual([true, true]);
  });
});

describe('what fails in a source whose failures have ended', () => {
  test('is counted as rejected and settles at once', () => {
    const { failures, source, logger, settled } = failureBench();
    failures.stream.end();
    fail(source);
    expect([source.rejected, source.failed, logger.lines.length, settled()]).toEqual([1, 0, 1, 1]);
  });
});

describe('a source that is equipped late', () => {
  test('hands its failures on from then on', () => {
    const bench = streamBench();
    const source = bench.source('feed');
    const failures = bench.failures('feed');
    source.equip({ failures });
    const { chunks } = reading(failures.stream);
    fail(source);
    expect([chunks, source.rejected]).toEqual([['feed.failures1 ->1'], 0]);
  });
});
