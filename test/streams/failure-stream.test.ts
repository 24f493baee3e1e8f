import { describe, expect, test } from 'vitest';
import type { Failure } from '../../src/messages/failure.ts';
import { sharedTaker } from '../../src/streams/failure-stream.ts';
import { reading, settleEvents, streamBench } from './stream-bench.ts';

const FAILURE: Failure = { source: 'feed', receivedAt: 0, code: 'odd', message: 'it is odd', payload: 'x' };

/** The failures of `feed`, and which of them have been settled. */
function failureBench(...takers: string[]) {
  const bench = streamBench();
  const failures = bench.failures('feed');
  const sinks = takers.map((name) => bench.sink(name, [failures.stream]));
  for (const sink of sinks) sink.open(() => {});
  const settled: string[] = [];
  return {
    ...bench,
    failures,
    sinks,
    settled,
    fail: (name: string) => failures.fail(FAILURE, () => settled.push(name)),
  };
}

describe('a failure stream', () => {
  test('is named after its origin, and its events are JSON with ids of its own', () => {
    const { failures, fail } = failureBench();
    const ids: string[] = [];
    failures.stream.messages$.subscribe(({ id, encoding }) => ids.push(`${id} ${encoding}`));
    fail('a');
    fail('b');
    expect([failures.stream.name, ids]).toEqual(['feed.failures', ['f1/1 json', 'f1/2 json']]);
  });

  test('settles a failure at once that nobody takes', () => {
    const { fail, settled } = failureBench();
    fail('a');
    expect(settled).toEqual(['a']);
  });

  test('settles a failure once every taker has', () => {
    const { fail, settled, sinks } = failureBench('one', 'two');
    fail('a');
    for (const sink of sinks) {
      expect(settled).toEqual([]);
      settleEvents(sink, 'feed.failures', 1);
    }
    expect(settled).toEqual(['a']);
  });

  test('settles failures once each, in order', () => {
    const { fail, settled, sinks } = failureBench('one');
    for (const name of ['a', 'b', 'c']) fail(name);
    for (const sink of sinks) settleEvents(sink, 'feed.failures', 2);
    expect(settled).toEqual(['a', 'b']);
    for (const sink of sinks) settleEvents(sink, 'feed.failures', 3);
    expect(settled).toEqual(['a', 'b', 'c']);
  });

  test('settles what a taker owed that leaves', () => {
    const { fail, settled, sinks } = failureBench('one');
    fail('a');
    for (const sink of sinks) sink.leave();
    expect(settled).toEqual(['a']);
  });

  test('may be failed again by whoever hears that a failure is settled', () => {
    const bench = failureBench('one');
    const { failures, settled, sinks } = bench;
    failures.fail(FAILURE, () => bench.fail('b'));
    for (const sink of sinks) settleEvents(sink, 'feed.failures', 1);
    for (const sink of sinks) settleEvents(sink, 'feed.failures', 2);
    expect(settled).toEqual(['b']);
  });

  test('hands a failure on to its takers', () => {
    const { fail, sinks } = failureBench('one');
    fail('a');
    expect(sinks.map((sink) => reading(sink).chunks)).toEqual([['feed.failures1 ->1']]);
  });
});

describe('failures of several components', () => {
  test('end once all of these have ended them', () => {
    const { failures } = failureBench('one');
    const join = sharedTaker(failures);
    const [first, second] = [join(), join()];
    for (const taker of [first, first]) taker.end();
    expect([failures.ended, first.ended]).toEqual([false, false]);
    second.end();
    expect([failures.ended, second.ended]).toEqual([true, true]);
  });
});
