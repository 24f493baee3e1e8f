import { describe, expect, test } from 'vitest';
import { batches } from '../../src/streams/batcher.ts';
import { createFailureStream } from '../../src/streams/failure-stream.ts';
import { createLedger } from '../../src/streams/ledger.ts';
import { expandMessages, filterMessages } from '../../src/streams/transforms.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { logbook } from './outlet-bench.ts';
import { REPLY, type WebSocketSetup, webSocketBench } from './web-socket-bench.ts';

const TIMEOUT = 30_000;
const STOPPED = 'the peer stopped answering acknowledgement pings';
const NEVER = 'the peer has never answered a ping; if it cannot, set ack: written and heartbeat: off';

function partsOf(value: unknown): readonly { readonly id: unknown }[] {
  return Array.isArray(value) ? value.map((id: unknown) => ({ id })) : [];
}

/** A sink that gives an event up after so many tries more than one. */
function retryBench(retries: number | undefined, { options, ...setup }: WebSocketSetup = {}) {
  const bench = webSocketBench({ ...setup, options: { retry: { timeout: TIMEOUT, retries }, ...options } });
  return {
    ...bench,
    /** Connects, and the peer closes with this code. */
    refuse(code: number) {
      const connection = bench.connect();
      connection.lose(code);
      return connection.wire.frames;
    },
    /** Connects, and no acknowledgement comes in time. */
    async silence() {
      const connection = bench.connect();
      await bench.clock.advance(TIMEOUT);
      connection.lose();
      return connection.wire.frames;
    },
  };
}

describe('a peer that refuses a message by closing', () => {
  test.each([1003, 1007, 1009])('with %i gets the first event alone, until that settles', async (code) => {
    const bench = retryBench(undefined);
    bench.give('1', '2', '3');
    expect(bench.refuse(code)).toEqual(['1', '2', '3']);
    const { wire, answer } = bench.connect();
    expect(wire.frames).toEqual(['1']);
    await bench.clock.advance(50);
    answer();
    expect(wire.frames).toEqual(['1', '2', '3']);
  });

  test.each([1000, 1001, 1002, 1005, 1008, 1010, 1011, 4000, undefined])(
    'is not what a close with %s means: it uses no retry and narrows nothing',
    (code) => {
      const bench = retryBench(0);
      bench.give('1', '2');
      const { lose } = bench.connect();
      lose(code);
      expect(bench.connect().wire.frames).toEqual(['1', '2']);
    },
  );

  test('is not blamed on an event when nothing is in flight', () => {
    const bench = retryBench(0);
    bench.refuse(1009);
    bench.give('1', '2');
    expect([bench.connect().wire.frames, bench.stream.counts().rejected]).toEqual([['1', '2'], 0]);
  });

  test('gets an event without end while no number of retries is set', () => {
    const bench = retryBench(undefined);
    bench.give('1');
    for (let times = 0; times < 100; times += 1) expect(bench.refuse(1009)).toEqual(['1']);
  });

  test('has the event given up once its retries are used up, and the rest goes on', async () => {
    const bench = retryBench(2);
    bench.give('1', 'poison', '3');
    bench.refuse(1009);
    const { wire, answer, lose } = bench.connect();
    await bench.clock.advance(50);
    answer();
    expect(wire.frames).toEqual(['1', 'poison', '3']);
    lose(1009);
    expect([bench.refuse(1009), bench.stream.counts().rejected]).toEqual([['poison'], 0]);
    expect([bench.refuse(1009), bench.stream.counts().rejected]).toEqual([['poison'], 1]);
    const last = bench.connect();
    expect(last.wire.frames).toEqual(['3']);
    await bench.clock.advance(50);
    last.answer();
    expect([bench.settled(), bench.stream.counts()]).toMatchObject([3, { delivered: 2, rejected: 1 }]);
  });

  test('is named with the number of tries in the failure', () => {
    const bench = retryBench(1);
    bench.give('poison');
    bench.refuse(1007);
    bench.refuse(1007);
    expect(bench.log.lines).toEqual(['error: rejected: given up after 2 tries: the peer closed with 1007']);
  });

  test('has one try with retries: 0', () => {
    const bench = retryBench(0);
    bench.give('poison', '2');
    bench.refuse(1003);
    expect(bench.log.lines).toEqual(['error: rejected: given up after 1 try: the peer closed with 1003']);
    expect(bench.connect().wire.frames).toEqual(['2']);
  });

  test('is counted anew for the next event', () => {
    const bench = retryBench(1);
    bench.give('poison', 'too', '3');
    bench.refuse(1009);
    bench.refuse(1009);
    expect([bench.refuse(1009), bench.stream.counts().rejected]).toEqual([['too', '3'], 1]);
    expect([bench.refuse(1009), bench.stream.counts().rejected]).toEqual([['too'], 2]);
    expect(bench.connect().wire.frames).toEqual(['3']);
  });

  test('has all parts of the event given up, which settle together', () => {
    const bench = retryBench(1, { transform: expandMessages(({ text }) => text.split(' ')) });
    bench.give('poison second third', '2');
    bench.refuse(1009);
    expect([bench.refuse(1009), bench.stream.counts().rejected]).toEqual([['poison'], 3]);
    expect(bench.connect().wire.frames).toEqual(['2']);
  });

  test('has no part of the event given up that was acknowledged', async () => {
    const bench = retryBench(0, {
      options: { level: REPLY },
      transform: expandMessages(({ value }) => partsOf(value)),
    });
    bench.give('[1,2,3]');
    const { reply, lose } = bench.connect();
    reply('{"re":1}');
    lose(1009);
    expect(bench.stream.counts()).toMatchObject({ delivered: 1, rejected: 2, owed: 0 });
  });

  test('is not blamed on what was filtered', async () => {
    const bench = retryBench(0, { transform: filterMessages(({ text }) => text !== 'filtered') });
    const { answer, lose } = bench.connect();
    bench.give('1');
    bench.give('filtered');
    bench.give('poison');
    answer();
    lose(1009);
    expect([bench.stream.counts().rejected, bench.stream.idle]).toEqual([1, true]);
  });

  test('is told as an edge, once', () => {
    const bench = retryBench(0);
    bench.give('poison', '2');
    bench.refuse(1009);
    expect(bench.edges).toEqual(['rejected']);
  });
});

describe('an acknowledgement that does not come in time', () => {
  test('uses a retry of the first event, and narrows nothing', async () => {
    const bench = retryBench(1);
    bench.give('1', '2');
    expect(await bench.silence()).toEqual(['1', '2']);
    expect([await bench.silence(), bench.stream.counts().rejected]).toEqual([['1', '2'], 1]);
    expect([bench.log.lines, bench.connect().wire.frames]).toEqual([
      [`error: rejected: given up after 2 tries: ${NEVER}`],
      ['2'],
    ]);
  });

  test('is forgotten once the event has settled', async () => {
    const bench = retryBench(1);
    bench.give('1', '2');
    await bench.silence();
    const { answer } = bench.connect();
    answer();
    bench.give('3');
    await bench.clock.advance(2 * TIMEOUT);
    expect([bench.complaints.at(-1), bench.stream.counts().rejected]).toEqual([STOPPED, 0]);
  });

  test('has nothing more written to its connection', async () => {
    const bench = retryBench(0);
    const { wire } = bench.connect();
    bench.give('1', '2');
    await bench.clock.advance(TIMEOUT);
    bench.give('3');
    expect(wire.frames).toEqual(['1', '2']);
  });

  test('counts together with closes', async () => {
    const bench = retryBench(1);
    bench.give('1', '2');
    await bench.silence();
    bench.refuse(1009);
    expect([bench.stream.counts().rejected, bench.connect().wire.frames]).toEqual([1, ['2']]);
  });

  test('of replies counts for the event whose reply is missing', async () => {
    const bench = retryBench(0, { options: { level: REPLY } });
    bench.give('{"id":1}', '{"id":2}', '{"id":3}');
    const { wire, reply } = bench.connect();
    reply('{"re":1}', '{"re":3}');
    wire.take();
    await bench.clock.advance(TIMEOUT);
    expect([bench.settled(), bench.stream.counts()]).toMatchObject([2, { delivered: 1, rejected: 1 }]);
  });
});

describe('a batch that is given up', () => {
  const batched = batches({ mode: 'fixed', size: 2, bytes: 1e6, timeout: 100 }, createStepClock());

  test('goes to the failures as its events', async () => {
    const bench = retryBench(0, { batched, options: { framePerBatch: true } });
    bench.give('1', '2', '3', '4');
    await bench.silence();
    expect([bench.settled(), bench.stream.counts().rejected]).toEqual([2, 2]);
    expect(bench.connect().wire.frames).toEqual(['3\n4']);
  });

  test('keeps the cause of an event that could not be written at all', async () => {
    const bench = retryBench(0, { batched, options: { framePerBatch: true, payload: 'json' } });
    bench.give('broken', '2');
    await bench.silence();
    expect(bench.log.lines[0]).toBe('error: rejected: event e1/1 of feed is not JSON');
  });
});

describe('an event that is given up while nobody has taken its failure', () => {
  function failing() {
    const clock = createStepClock();
    const ledger = createLedger();
    const failures = createFailureStream({
      origin: 'out',
      epoch: 'e1',
      waiting: { events: 100, bytes: 1e6 },
      ledger,
      clock,
      now: () => 0,
      logger: logbook(),
    });
    ledger.addTaker('taker', ['out.failures']);
    failures.stream.chunks$.subscribe();
    return { failures, takeAll: () => ledger.settle('taker', 'out.failures', failures.stream.received) };
  }

  test('is not written again, and is given up once', () => {
    const { failures, takeAll } = failing();
    const bench = retryBench(0, { failures });
    bench.give('poison', '2');
    bench.refuse(1009);
    expect([bench.refuse(1009), bench.settled()]).toEqual([[], 0]);
    expect([bench.edges, bench.stream.counts().failed]).toEqual([['rejected'], 1]);
    takeAll();
    expect([bench.settled(), bench.connect().wire.frames]).toEqual([1, ['2']]);
  });

  test('lets those behind it pass after a timeout, which settle after it', async () => {
    const { failures, takeAll } = failing();
    const bench = retryBench(0, { failures });
    bench.give('poison', '2');
    await bench.silence();
    const { wire, answer } = bench.connect();
    expect(wire.frames).toEqual(['2']);
    answer();
    expect(bench.settled()).toBe(0);
    takeAll();
    expect([bench.settled(), bench.stream.counts()]).toMatchObject([2, { delivered: 1, failed: 1 }]);
  });

  test('is not followed by the next one, which has not been the first in line yet', async () => {
    const { failures } = failing();
    const bench = retryBench(0, { failures });
    bench.give('poison', '2');
    await bench.silence();
    await bench.silence();
    expect([bench.edges, bench.stream.counts().failed, bench.connect().wire.frames]).toEqual([['rejected'], 1, ['2']]);
  });
});
