import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { Message } from '../../src/messages/message.ts';
import { PackedChunk, packFrames } from '../../src/messages/packed-chunk.ts';
import type { Bound } from '../../src/streams/chunk-queue.ts';
import { createCursorTrail, cursorValue } from '../../src/streams/cursor-trail.ts';
import { createLedger } from '../../src/streams/ledger.ts';
import { createSourceStream } from '../../src/streams/source-stream.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { chunkOf, emptyRange, named, thinned } from './events.ts';

function following(bound?: Bound) {
  const chunks$ = new Subject<Chunk>();
  const ledger = createLedger();
  ledger.addSource('a');
  ledger.addTaker('sink', ['a']);
  const told: Message[] = [];
  const { settlements$ } = ledger;
  const trail = createCursorTrail({ source: 'a', chunks$, settlements$, ...(bound ? { bound } : {}) });
  const subscription = trail.settled$.subscribe((message) => told.push(message));
  const push = (...chunks: Chunk[]) => {
    for (const chunk of chunks) {
      ledger.handOn('a', chunk.through);
      chunks$.next(chunk);
    }
  };
  return {
    chunks$,
    ledger,
    trail,
    subscription,
    push,
    told,
    settle: (...through: number[]) => {
      for (const sequence of through) ledger.settle('sink', 'a', sequence);
    },
    get sequences() {
      return told.map(({ sequence }) => sequence);
    },
  };
}

/** Events `from` to `to`, packed, each with its number as payload. */
function packed(from: number, to: number): PackedChunk {
  const frames = Array.from({ length: to - from + 1 }, (_, at) => ({ data: Buffer.from(String(from + at)) }));
  return new PackedChunk({ source: 'a', epoch: 'e1', receivedAt: 0, encoding: 'text' }, from, packFrames(frames));
}

describe('the event behind a settlement', () => {
  test('is the last one of a chunk that is settled', () => {
    const it = following();
    it.push(chunkOf('a', 1, 3));
    it.settle(3);
    expect(named(it.told)).toBe('a3');
  });

  test('is in the middle of a chunk', () => {
    const it = following();
    it.push(chunkOf('a', 1, 9));
    it.settle(4, 5);
    expect(named(it.told)).toBe('a4 a5');
  });

  test('is in the middle of a packed chunk', () => {
    const it = following();
    it.push(packed(1, 9), packed(10, 20));
    it.settle(4, 10, 20);
    expect(it.told.map(({ text }) => text)).toEqual(['4', '10', '20']);
  });

  test('is the last one of several chunks', () => {
    const it = following();
    it.push(chunkOf('a', 1, 3), chunkOf('a', 4, 6), chunkOf('a', 7, 9));
    it.settle(8);
    expect(named(it.told)).toBe('a8');
  });

  test('is told once', () => {
    const it = following();
    it.push(chunkOf('a', 1, 3), chunkOf('a', 5, 6));
    it.settle(3, 4);
    it.push(chunkOf('a', 7, 9));
    expect(named(it.told)).toBe('a3');
  });

  test('is told when it is handed on after its settlement, as by a source without sinks', () => {
    const it = following();
    it.ledger.removeTaker('sink');
    it.push(chunkOf('a', 1, 3), chunkOf('a', 4, 4));
    expect(named(it.told)).toBe('a3 a4');
  });

  test('is that of a real source, when the slowest sink has settled it', () => {
    const ledger = createLedger();
    ledger.addSource('a');
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const common = { epoch: 'e1', encoding: 'text', emitInterval: 0, waiting: { events: 9, bytes: 99 } } as const;
    const stream = createSourceStream({ name: 'a', ...common, ledger, logger, clock: createStepClock(), now: () => 0 });
    for (const sink of ['fast', 'slow']) ledger.addTaker(sink, ['a']);
    const told: string[] = [];
    const { chunks$ } = stream;
    createCursorTrail({ source: 'a', chunks$, settlements$: ledger.settlements$ }).settled$.subscribe((message) =>
      told.push(message.text),
    );
    stream.receive(['one', 'two', 'three'].map((data) => ({ data })));
    ledger.settle('fast', 'a', 3);
    ledger.settle('slow', 'a', 2);
    expect(told).toEqual(['two']);
  });

  test('is not that of another source', () => {
    const it = following();
    it.push(chunkOf('a', 1, 3));
    it.ledger.addSource('b');
    it.ledger.handOn('b', 3);
    expect(it.told).toEqual([]);
  });

  test('is told to nobody after the end', () => {
    const it = following();
    it.push(chunkOf('a', 1, 3));
    it.subscription.unsubscribe();
    it.settle(3);
    expect([it.told, it.chunks$.observed]).toEqual([[], false]);
  });
});

describe('a sequence without an event', () => {
  test('moves to the last event before it', () => {
    const it = following();
    it.push(thinned('a', 9, [2, 4, 8]));
    it.settle(6);
    expect(named(it.told)).toBe('a4');
  });

  test('leaves what was told when none came in between', () => {
    const it = following();
    it.push(chunkOf('a', 1, 2), emptyRange('a', 5), chunkOf('a', 6, 6));
    it.settle(2, 5);
    expect(named(it.told)).toBe('a2');
  });

  test('at the start tells nothing', () => {
    const it = following();
    it.push(emptyRange('a', 5));
    it.settle(5);
    expect(it.told).toEqual([]);
  });

  test('moves to the last event of the chunk before it', () => {
    const it = following();
    it.push(chunkOf('a', 1, 3), emptyRange('a', 5));
    it.settle(5);
    expect(named(it.told)).toBe('a3');
  });
});

describe('more in flight than is remembered', () => {
  const BOUND = { events: 20, bytes: 1000 };

  test('shrinks the oldest chunks to their last events, which are still exact', () => {
    const it = following(BOUND);
    it.push(...[1, 11, 21, 31].map((from) => chunkOf('a', from, from + 9)));
    it.settle(10, 20);
    expect([it.sequences, it.trail.lags]).toEqual([[10, 20], 0]);
  });

  test('lags behind within such a chunk, never ahead, and counts it', () => {
    const it = following(BOUND);
    it.push(...[1, 11, 21, 31].map((from) => chunkOf('a', from, from + 9)));
    it.settle(15, 19);
    expect([it.sequences, it.trail.lags]).toEqual([[10], 2]);
  });

  test('knows exactly what came last', () => {
    const it = following(BOUND);
    it.push(...[1, 11, 21, 31].map((from) => chunkOf('a', from, from + 9)));
    it.settle(35);
    expect([it.sequences, it.trail.lags]).toEqual([[35], 0]);
  });

  test('thins out what has shrunk', () => {
    const it = following(BOUND);
    for (let at = 1; at <= 1000; at += 1) it.push(chunkOf('a', at, at));
    for (let at = 1; at <= 1000; at += 1) it.settle(at);
    expect([it.sequences.length <= BOUND.events, it.sequences.at(-1), it.trail.lags > 900]).toEqual([true, 1000, true]);
  });

  test('never tells what is not settled', () => {
    const it = following(BOUND);
    const ahead: number[] = [];
    for (let at = 1; at <= 1000; at += 3) it.push(chunkOf('a', at, at + 2));
    for (let at = 1; at <= 1000; at += 1) {
      it.settle(at);
      if ((it.sequences.at(-1) ?? 0) > at) ahead.push(at);
    }
    expect(ahead).toEqual([]);
  });

  test('is bounded in bytes too', () => {
    const it = following({ events: 1000, bytes: 100 });
    for (let at = 1; at <= 100; at += 1) it.push(chunkOf('a', at, at, Buffer.alloc(40)));
    for (let at = 1; at <= 100; at += 1) it.settle(at);
    expect([it.sequences.length <= 2, it.sequences.at(-1)]).toEqual([true, 100]);
  });

  test('keeps one event that is larger than the bound', () => {
    const it = following({ events: 10, bytes: 100 });
    it.push(chunkOf('a', 1, 1, Buffer.alloc(500)));
    it.settle(1);
    expect(named(it.told)).toBe('a1');
  });

  test('lets the reads of shrunk chunks go', () => {
    const it = following({ events: 4, bytes: 1_000_000 });
    const read = Buffer.alloc(65_536);
    it.push(...[1, 4, 7].map((from) => chunkOf('a', from, from + 2, read.subarray(0, 10))));
    it.settle(3);
    expect(it.told.map(({ payload }) => Buffer.isBuffer(payload) && payload.buffer === read.buffer)).toEqual([false]);
  });

  test('forgets what is settled', () => {
    const it = following(BOUND);
    for (let at = 1; at <= 1000; at += 1) {
      it.push(chunkOf('a', at, at));
      it.settle(at);
    }
    expect([it.sequences.length, it.trail.lags]).toEqual([1000, 0]);
  });
});

describe('the cursor of an event', () => {
  const json = (payload: string) => new Message('a', 'e1', 1, 0, payload, 'json');
  const text = (payload: string) => new Message('a', 'e1', 1, 0, payload);

  test.each([
    ['text', '{"id":"7a"}', '7a'],
    ['text without letters', '{"id":""}', ''],
    ['a number', '{"id":7}', '7'],
    ['a fraction, as it is written', '{"id":1.50}', '1.50'],
    ['a power, as it is written', '{"id":1e400}', '1e400'],
    ['a number below zero', '{"id":-7}', '-7'],
    ['a long integer with every digit', '{"n":1,"id":12345678901234567890}', '12345678901234567890'],
    ['a boolean', '{"id":false}', 'false'],
    ['nothing for null', '{"id":null}', undefined],
    ['nothing for a list', '{"id":[1]}', undefined],
    ['nothing for an object', '{"id":{}}', undefined],
    ['nothing when it is missing', '{"no":1}', undefined],
    ['nothing for what is no JSON', '{"id":', undefined],
    ['nothing for a string', '"id"', undefined],
    ['nothing for null as a whole', 'null', undefined],
  ])('is %s', (_, payload, value) => {
    expect([cursorValue(json(payload), { field: 'id' }), cursorValue(text(payload), { field: 'id' })]).toEqual([
      value,
      value,
    ]);
  });

  test('is at a dot path', () => {
    expect(cursorValue(json('{"a":{"b":"x"}}'), { field: 'a.b' })).toBe('x');
  });

  test('is at a JSON pointer', () => {
    expect(cursorValue(json('{"a/b":[{"c":"x"}]}'), { pointer: '/a~1b/0/c' })).toBe('x');
  });

  test('is in bytes too', () => {
    expect(cursorValue(new Message('a', 'e1', 1, 0, Buffer.from('{"id":1}')), { field: 'id' })).toBe('1');
  });

  test('keeps its digits behind strings that hold quotes, escapes and numbers', () => {
    const payload = String.raw`{"s":"12 \" 3 \\","t\\":"4\\\"5","id":9007199254740993}`;
    expect(cursorValue(json(payload), { field: 'id' })).toBe('9007199254740993');
  });

  test('keeps its digits in a payload of a million escapes', () => {
    const payload = `{"s":"${String.raw`\n`.repeat(1_000_000)}","id":9007199254740993}`;
    expect(cursorValue(json(payload), { field: 'id' })).toBe('9007199254740993');
  });

  test('is what a transform has set', () => {
    expect(cursorValue(json('{"id":1}').with({ id: 2 }), { field: 'id' })).toBe('2');
  });
});
