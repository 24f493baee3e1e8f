import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/messages/batch.ts';
import type { Message } from '../../src/messages/message.ts';
import { expandMessages } from '../../src/streams/transforms.ts';
import { NO_BOUND } from './buffer-bench.ts';
import { event, named, upTo } from './events.ts';
import { reading, receive, rejectOf, settleEvents, streamBench } from './stream-bench.ts';

/** A source `a`, its sink `out`, and a sink that takes what fails there. */
function failureBench({ inFlight = NO_BOUND, parts = 1 } = {}) {
  const bench = streamBench();
  const source = bench.source('a');
  const failures = bench.failures('out');
  const out = bench.sink('out', [source], {
    failures,
    buffer: { waiting: NO_BOUND, whenFull: 'block', inFlight },
    transform: expandMessages(({ text }) => Array.from({ length: parts }, () => text)),
  });
  const bin = bench.sink('bin', [failures.stream]);
  for (const sink of [out, bin]) sink.open(() => {});
  const settled: string[] = [];
  out.settled$.subscribe(({ batches }) => settled.push(batches.map(({ messages }) => named(messages)).join(', ')));
  let taken: Message[] = [];
  let reader = out.chunks$.subscribe(({ messages }) => taken.push(...messages));

  /** The events that the present connection was given, from one sequence to another. */
  const given = (from: number, to = from) => taken.filter(({ sequence }) => sequence >= from && sequence <= to);
  const batchOf = (messages: Message[], through = messages.at(-1)?.sequence ?? 0): Batch => {
    return { through: upTo('a', through), messages, reason: 'turn' };
  };
  return {
    ...bench,
    source,
    out,
    bin,
    failures,
    settled,
    given,
    batchOf,
    /** Settles these events as one batch; those of `bad` cannot be delivered. */
    settle(from: number, to: number, ...bad: number[]) {
      const messages = given(from, to);
      out.settle([batchOf(messages)], messages.filter(({ sequence }) => bad.includes(sequence)).map(rejectOf));
    },
    settleFailures: (through: number) => settleEvents(bin, 'out.failures', through),
    /** A new connection: everything unsettled is given again. */
    reconnect() {
      reader.unsubscribe();
      taken = [];
      reader = out.chunks$.subscribe(({ messages }) => taken.push(...messages));
    },
    ledgerSettled: () => bench.ledger.settled('a'),
  };
}

describe('an event that a sink cannot deliver', () => {
  test('is an event of its failures, which tells what failed, where and why', () => {
    const { source, failures, settle } = failureBench();
    const values: unknown[] = [];
    failures.stream.messages$.subscribe(({ value }) => values.push(value));
    receive(source, 1, 'bad');
    settle(1, 1, 1);
    const error = { code: 'payload', message: 'a1 is odd' };
    const receivedAt = new Date(5000).toISOString();
    expect(values).toEqual([{ source: 'a', sink: 'out', id: 'e1/1', receivedAt, error, payload: 'bad' }]);
  });

  test('costs nothing more with each connection that writes it again', () => {
    const { source, out, settle, reconnect, settleFailures } = failureBench();
    let told = 0;
    out.progress$.subscribe(() => {
      told += 1;
    });
    receive(source, 3);
    for (let connections = 0; connections < 100; connections += 1) {
      settle(1, 3, 2);
      reconnect();
    }
    settleFailures(1);
    expect([told, out.idle]).toEqual([1, true]);
  });

  test('is counted as failed, and what came with it as delivered', () => {
    const { source, out, settle, settleFailures } = failureBench();
    receive(source, 3);
    settle(1, 3, 2);
    settleFailures(1);
    expect(out.counts()).toMatchObject({ delivered: 2, failed: 1, rejected: 0, owed: 0 });
  });

  test('settles with its batch when its failure does', () => {
    const { source, settle, settleFailures, settled, ledgerSettled } = failureBench();
    receive(source, 3);
    settle(1, 3, 2);
    expect([settled, ledgerSettled()]).toEqual([[], 0]);
    settleFailures(1);
    expect([settled, ledgerSettled()]).toEqual([['a1 a2 a3'], 3]);
  });

  test('lets nothing behind it settle before it', () => {
    const { source, settle, settleFailures, settled, ledgerSettled } = failureBench();
    receive(source, 4);
    settle(1, 1);
    settle(2, 2, 2);
    settle(3, 4);
    expect([settled, ledgerSettled()]).toEqual([['a1'], 1]);
    settleFailures(1);
    expect([settled, ledgerSettled()]).toEqual([['a1', 'a2', 'a3 a4'], 4]);
  });

  test('settles when all failures of its batch have', () => {
    const { source, settle, settleFailures, settled } = failureBench();
    receive(source, 2);
    settle(1, 2, 1, 2);
    settleFailures(1);
    expect(settled).toEqual([]);
    settleFailures(2);
    expect(settled).toEqual(['a1 a2']);
  });

  test('stays in flight until then', () => {
    const { source, out, settle, settleFailures, given } = failureBench({ inFlight: { events: 2, bytes: 1e9 } });
    receive(source, 4);
    settle(1, 2, 1);
    expect([given(3).length, out.counts().inFlight.events]).toEqual([0, 2]);
    settleFailures(1);
    expect([given(3).length, out.counts().inFlight.events]).toEqual([1, 2]);
  });

  test('keeps its sink from being drained until its failure is settled', () => {
    const { source, out, settle, settleFailures } = failureBench();
    receive(source, 1);
    source.end();
    settle(1, 1, 1);
    expect(out.drained).toBe(false);
    settleFailures(1);
    expect(out.drained).toBe(true);
  });
});

describe('an event that is written again while its failure is pending', () => {
  test('makes no second failure', () => {
    const { source, out, failures, settle, reconnect } = failureBench();
    receive(source, 2);
    settle(1, 2, 1);
    reconnect();
    settle(1, 2, 1);
    expect([failures.stream.received, out.counts().failed]).toEqual([1, 1]);
  });

  test('is settled and counted once', () => {
    const { source, out, settle, settleFailures, reconnect, settled } = failureBench();
    receive(source, 3);
    settle(1, 2, 1);
    reconnect();
    settle(1, 2, 1);
    settle(3, 3);
    settleFailures(1);
    expect(settled).toEqual(['a1 a2', 'a3']);
    expect(out.counts()).toMatchObject({ delivered: 2, failed: 1, owed: 0 });
  });

  test('is counted once also when its batch is cut otherwise', () => {
    const { source, out, settle, settleFailures, reconnect, ledgerSettled } = failureBench();
    receive(source, 4);
    settle(1, 2, 1);
    settle(3, 3);
    reconnect();
    settle(1, 4, 1, 4);
    expect(out.counts().failed).toBe(2);
    settleFailures(2);
    expect([ledgerSettled(), out.counts().delivered]).toEqual([4, 2]);
  });

  test('never takes what was settled back', () => {
    const { source, out, settle, settleFailures, reconnect, batchOf, given } = failureBench();
    const ends: (number | undefined)[] = [];
    out.settled$.subscribe(({ batches }) => ends.push(...batches.map(({ through }) => through.get('a'))));
    receive(source, 3);
    settle(1, 1, 1);
    settle(2, 3);
    reconnect();
    out.settle([batchOf(given(1)), batchOf(given(2))], []);
    settleFailures(1);
    expect(ends).toEqual([1, 3]);
  });

  test('makes no second failure of a part that failed before the rest of its event', () => {
    const { source, out, failures, given, batchOf, reconnect } = failureBench({ parts: 2 });
    const settleFirstPart = () => {
      const [part] = given(1);
      if (part) out.settle([batchOf([part], 0)], [rejectOf(part)]);
    };
    receive(source, 1);
    settleFirstPart();
    reconnect();
    settleFirstPart();
    expect([failures.stream.received, out.counts().delivered]).toEqual([1, 0]);
  });

  test('is settled and counted once also when it is acknowledged after its failure was settled', () => {
    const { source, out, settle, settleFailures, reconnect, settled } = failureBench();
    receive(source, 3);
    settle(1, 2, 1);
    reconnect();
    settleFailures(1);
    settle(1, 1, 1);
    settle(2, 3);
    expect(settled).toEqual(['a1 a2', 'a2 a3']);
    expect(out.counts()).toMatchObject({ delivered: 2, failed: 1, owed: 0 });
  });
});

test('a batch of several sources takes back nothing of what was judged of one of them', () => {
  const bench = streamBench();
  const failures = bench.failures('out');
  const out = bench.sink('out', [bench.source('a'), bench.source('b')], { failures });
  const batchOf = (a: number, b: number, ...messages: Message[]): Batch => {
    return { through: new Map([...upTo('a', a), ...upTo('b', b)]), messages, reason: 'turn' };
  };
  const [first, second] = [event('a', 1), event('a', 2)];
  out.settle([batchOf(2, 0, first, second)], [rejectOf(first)]);
  out.settle([batchOf(1, 1, first, event('b', 1))]);
  out.settle([batchOf(2, 1, second)]);
  expect(out.counts().delivered).toBe(2);
});

describe('the failures of a sink', () => {
  test('end when it is drained', () => {
    const { source, bin, settle, settleFailures } = failureBench();
    const reader = reading(bin);
    receive(source, 1);
    source.end();
    settle(1, 1, 1);
    expect(reader.completed).toBe(false);
    settleFailures(1);
    expect(reader.completed).toBe(true);
  });

  test('end when it leaves', () => {
    const { out, failures } = failureBench();
    out.leave();
    expect(failures.stream.ended).toBe(true);
  });
});

describe('an event that a sink without failures cannot deliver', () => {
  test('is logged with its source and id, at most once a second', async () => {
    const { clock, logger, source: create, sink } = streamBench();
    const source = create('a');
    const out = sink('out', [source]);
    out.open(() => {});
    receive(source, 3);
    for (const at of [1, 2]) settleEvents(out, 'a', at, 1, 1);
    await clock.advance(1000);
    settleEvents(out, 'a', 3, 1, 1);
    expect(logger.lines).toEqual(['error: rejected: a1 is odd', 'error: rejected: a3 is odd']);
    expect(logger.fields).toEqual([
      { sink: 'out', source: 'a', id: 'e1/1' },
      { sink: 'out', source: 'a', id: 'e1/3', suppressed: 1 },
    ]);
  });

  test('settles at once', () => {
    const { ledger, source: create, sink } = streamBench();
    const source = create('a');
    const out = sink('out', [source]);
    out.open(() => {});
    receive(source, 1);
    settleEvents(out, 'a', 1, 1, 1);
    expect(ledger.settled('a')).toBe(1);
  });
});
