import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SendQueue, type SendQueueOptions } from '../../src/transport/send-queue.ts';
import { QueueModel } from './queue-model.ts';
import { piece, said } from './turns.ts';

const POLICIES = ['disconnect', 'drop-oldest', 'drop-newest', 'conflate'] as const;

function queueOf(options: Partial<SendQueueOptions>, ...texts: string[]): SendQueue {
  const queue = new SendQueue({ messages: 3, bytes: 1000, whenFull: 'disconnect', ...options });
  for (const text of texts) queue.push(piece(text));
  return queue;
}

const quote = (symbol: string, price: number) => JSON.stringify({ symbol, price });
const conflating = { whenFull: 'conflate', conflateBy: '/symbol' } as const;

describe('a send queue', () => {
  test('hands out what waits in order and is empty then', () => {
    const queue = queueOf({}, 'a', 'b', 'c');
    expect(said(queue.takeAll())).toEqual(['a', 'b', 'c']);
    expect([queue.length, queue.bytes, queue.takeAll()]).toEqual([0, 0, []]);
  });

  test('that is cleared counts what waited as dropped', () => {
    const queue = queueOf({}, 'a', 'b');
    queue.clear();
    expect([queue.length, queue.bytes, queue.dropped]).toEqual([0, 0, 2]);
  });

  test('counts what it is told was missed', () => {
    const queue = queueOf({ whenFull: 'drop-newest' }, 'a', 'b', 'c', 'd');
    queue.miss(5);
    expect(queue.dropped).toBe(6);
  });

  test('takes one message above its bytes when that is alone', () => {
    const queue = queueOf({ bytes: 10 });
    expect([queue.push(piece('x'.repeat(50))), queue.push(piece('y'))]).toEqual([true, false]);
  });

  test('is half full at half of its messages', () => {
    const queue = queueOf({ messages: 4 }, 'a');
    expect(queue.halfFull).toBe(false);
    queue.push(piece('b'));
    expect(queue.halfFull).toBe(true);
  });

  test('is half full at half of its bytes', () => {
    const queue = queueOf({ messages: 100, bytes: 10 }, 'ab');
    expect(queue.halfFull).toBe(false);
    queue.push(piece(''));
    queue.push(piece('a'));
    expect(queue.halfFull).toBe(true);
  });
});

describe('a send queue without room', () => {
  test('refuses and stays as it is, when it disconnects', () => {
    const queue = queueOf({}, 'a', 'b', 'c');
    expect(queue.push(piece('d'))).toBe(false);
    expect([said(queue.takeAll()), queue.dropped]).toEqual([['a', 'b', 'c'], 0]);
  });

  test('drops the oldest', () => {
    const queue = queueOf({ whenFull: 'drop-oldest' }, 'a', 'b', 'c', 'd', 'e');
    expect([said(queue.takeAll()), queue.dropped]).toEqual([['c', 'd', 'e'], 2]);
  });

  test('drops as many of the oldest as a large message needs', () => {
    const queue = queueOf({ whenFull: 'drop-oldest', bytes: 15 }, 'a', 'b', 'c'.repeat(8));
    expect([said(queue.takeAll()), queue.dropped]).toEqual([['b', 'c'.repeat(8)], 1]);
  });

  test('drops the newest', () => {
    const queue = queueOf({ whenFull: 'drop-newest' }, 'a', 'b', 'c', 'd', 'e');
    expect([said(queue.takeAll()), queue.dropped]).toEqual([['a', 'b', 'c'], 2]);
  });
});

describe('a send queue that conflates', () => {
  test('keeps the newest of a key, at the end', () => {
    const queue = queueOf(conflating, quote('A', 1), quote('B', 1), quote('A', 2));
    expect([said(queue.takeAll()), queue.conflated]).toEqual([[quote('B', 1), quote('A', 2)], 1]);
  });

  test('counts nothing as dropped for that', () => {
    expect(queueOf(conflating, quote('A', 1), quote('A', 2), quote('A', 3)).dropped).toBe(0);
  });

  test('keeps messages without a key', () => {
    const queue = queueOf(conflating, 'plain', '{"price":1}', 'plain');
    expect([said(queue.takeAll()), queue.conflated]).toEqual([['plain', '{"price":1}', 'plain'], 0]);
  });

  test('drops the oldest when all keys differ', () => {
    const queue = queueOf(conflating, ...['A', 'B', 'C', 'D'].map((symbol) => quote(symbol, 1)));
    expect(said(queue.takeAll())).toEqual(['B', 'C', 'D'].map((symbol) => quote(symbol, 1)));
    expect([queue.dropped, queue.conflated]).toEqual([1, 0]);
  });

  test('counts each message that leaves once, also when the first in line was conflated away', () => {
    const queue = queueOf(conflating, quote('A', 1), quote('B', 1), quote('A', 2), quote('C', 1), quote('D', 1));
    expect(said(queue.takeAll())).toEqual([quote('A', 2), quote('C', 1), quote('D', 1)]);
    expect([queue.dropped, queue.conflated]).toEqual([1, 1]);
  });

  test('conflates nothing with what was handed out', () => {
    const queue = queueOf(conflating, quote('A', 1));
    queue.takeAll();
    queue.push(piece(quote('A', 2)));
    expect([said(queue.takeAll()), queue.conflated]).toEqual([[quote('A', 2)], 0]);
  });
});

const message = fc.record({
  kind: fc.constantFrom('A', 'B', 'C', undefined),
  padding: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 300 })),
});
const step = fc.oneof(
  { weight: 9, arbitrary: message },
  { weight: 1, arbitrary: fc.constantFrom('take' as const, 'clear' as const) },
);

describe.each(POLICIES)('a send queue with slow-peer: %s', (whenFull) => {
  const bounds = fc.record({ messages: fc.integer({ min: 1, max: 12 }), bytes: fc.integer({ min: 1, max: 800 }) });

  test('is what an array would be, and never above its bounds', () => {
    fc.assert(
      fc.property(bounds, fc.array(step, { maxLength: 200 }), ({ messages, bytes }, steps) => {
        const options = { messages, bytes, whenFull, ...(whenFull === 'conflate' ? { conflateBy: '/k' } : {}) };
        const queue = new SendQueue(options);
        const model = new QueueModel(options);
        for (const [at, each] of steps.entries()) {
          if (each === 'take') {
            expect(said(queue.takeAll())).toEqual(model.takeAll());
          } else if (each === 'clear') {
            queue.clear();
            model.dropped += model.takeAll().length;
          } else {
            const text = JSON.stringify({ at, k: each.kind, padding: ' '.repeat(each.padding) });
            const pushed = piece(text);
            expect(queue.push(pushed)).toBe(model.push({ text, key: each.kind, bytes: pushed.bytes }));
          }
          expect([queue.length, queue.bytes]).toEqual([model.waiting.length, model.bytes]);
          expect([queue.dropped, queue.conflated]).toEqual([model.dropped, model.conflated]);
          expect(queue.length).toBeLessThanOrEqual(messages);
          if (queue.length > 1) expect(queue.bytes).toBeLessThanOrEqual(bytes);
        }
        expect(said(queue.takeAll())).toEqual(model.takeAll());
      }),
      { numRuns: 100 },
    );
  });
});
