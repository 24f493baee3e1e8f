import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutboxBench } from './outbox-bench.ts';
import { turn } from './turns.ts';

describe('an outbox', () => {
  test('writes a turn at once, in one write', () => {
    const { socket, outbox } = new OutboxBench();
    const broadcast = turn('a', 'b', 'c');
    outbox.send(broadcast);
    expect(socket.writes).toEqual([broadcast.whole]);
  });

  test('writes the same memory to every peer', () => {
    const benches = [new OutboxBench(), new OutboxBench(), new OutboxBench()];
    const broadcast = turn('a', 'b');
    for (const { outbox } of benches) outbox.send(broadcast);
    expect(benches.map(({ socket }) => socket.writes[0]?.encoded === broadcast.whole.encoded)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('writes nothing while a write is not taken', () => {
    const bench = new OutboxBench();
    bench.sendEach('a', 'b', 'c');
    expect([bench.socket.messages, bench.outbox.queued]).toEqual([['a'], 2]);
  });

  test('writes what waits in order once the write is taken', () => {
    const bench = new OutboxBench();
    bench.send('a');
    bench.send('b', 'c');
    bench.send('d');
    bench.socket.take();
    expect([bench.socket.messages, bench.outbox.queued]).toEqual([['a', 'b', 'c', 'd'], 0]);
  });

  test('waits for the last of several writes', () => {
    const bench = new OutboxBench();
    bench.sendEach('a', 'b', 'c');
    bench.socket.take();
    bench.send('d');
    expect([bench.socket.waiting, bench.socket.messages]).toEqual([1, ['a', 'b', 'c']]);
    bench.socket.take();
    expect(bench.socket.messages).toEqual(['a', 'b', 'c', 'd']);
  });

  test('lets peers that wait share the pieces of a turn', () => {
    const benches = [new OutboxBench(), new OutboxBench()];
    const broadcast = turn('b', 'c');
    for (const { outbox, socket } of benches) {
      outbox.send(turn('a'));
      outbox.send(broadcast);
      socket.take();
    }
    const [one, other] = benches.map(({ socket }) => socket.writes.slice(1).map(({ encoded }) => encoded));
    expect(one?.map((each, at) => each === other?.[at])).toEqual([true, true]);
  });

  test('that is abandoned counts what waited as dropped and sends none of it', () => {
    const bench = new OutboxBench();
    bench.sendEach('a', 'b', 'c');
    bench.outbox.abandon();
    bench.socket.takeAll();
    expect([bench.socket.messages, bench.outbox.dropped, bench.outbox.queued]).toEqual([['a'], 2, 0]);
  });
});

describe('the pace of a peer', () => {
  test('is slow at half of its queue, and that is told once', () => {
    const bench = new OutboxBench();
    bench.sendEach('a', 'b');
    expect(bench.edges).toEqual([]);
    bench.sendEach('c', 'd');
    expect(bench.edges).toEqual(['slow']);
  });

  test('is slow at half of its bytes', () => {
    const bench = new OutboxBench({ messages: 100, bytes: 20 });
    bench.sendEach('a', 'x'.repeat(8));
    expect(bench.edges).toEqual(['slow']);
  });

  test('is as before when its queue is empty', () => {
    const bench = new OutboxBench();
    bench.sendEach('a', 'b', 'c', 'd');
    bench.socket.take();
    expect(bench.edges).toEqual(['slow', 'caught up']);
  });

  test('is slow again the next time', () => {
    const bench = new OutboxBench();
    bench.sendEach('a', 'b', 'c');
    bench.socket.take();
    bench.sendEach('d', 'e');
    bench.socket.takeAll();
    expect(bench.edges).toEqual(['slow', 'caught up', 'slow', 'caught up']);
  });

  test('is not told of below half', () => {
    const bench = new OutboxBench();
    bench.sendEach('a', 'b');
    bench.socket.takeAll();
    expect(bench.edges).toEqual([]);
  });
});

describe('a peer without room that is disconnected', () => {
  function overflowed(): OutboxBench {
    const bench = new OutboxBench();
    bench.sendEach('a', 'b', 'c', 'd', 'e');
    bench.send('f', 'g', 'h');
    return bench;
  }

  test('is told of once, as the last edge', () => {
    const bench = overflowed();
    bench.send('i');
    bench.socket.takeAll();
    expect(bench.edges).toEqual(['slow', 'overflowed']);
  });

  test('is sent nothing more', () => {
    const bench = overflowed();
    bench.send('i');
    bench.socket.takeAll();
    expect(bench.socket.messages).toEqual(['a']);
  });

  test('has nothing that waits for it', () => {
    expect(overflowed().outbox.queued).toBe(0);
  });

  test('counts what waited and the turn that found no room as dropped', () => {
    expect(overflowed().outbox.dropped).toBe(7);
  });

  test('is closed once what was under way is taken', () => {
    const bench = overflowed();
    const ends: string[] = [];
    bench.outbox.finish(() => ends.push(bench.socket.messages.join()));
    expect(ends).toEqual([]);
    bench.socket.takeAll();
    expect(ends).toEqual(['a']);
  });
});

describe('finishing', () => {
  test('runs at once when nothing is under way', () => {
    const ends: string[] = [];
    new OutboxBench().outbox.finish(() => ends.push('done'));
    expect(ends).toEqual(['done']);
  });

  test('runs after what waits was taken, once', () => {
    const bench = new OutboxBench();
    const ends: string[] = [];
    bench.sendEach('a', 'b');
    bench.outbox.finish(() => ends.push(bench.socket.messages.join()));
    bench.socket.take();
    expect(ends).toEqual([]);
    bench.socket.takeAll();
    expect(ends).toEqual(['a,b']);
  });

  test('takes no more', () => {
    const bench = new OutboxBench();
    bench.send('a');
    bench.outbox.finish(() => {});
    bench.send('b');
    bench.socket.takeAll();
    expect(bench.socket.messages).toEqual(['a']);
  });

  test('waits for what is replayed, and takes no more of the log', () => {
    const bench = new OutboxBench();
    const ends: string[] = [];
    bench.keep(['a'.repeat(300_000), 'b']);
    bench.replay();
    bench.outbox.finish(() => ends.push('done'));
    bench.publish('c');
    bench.socket.take();
    expect(ends).toEqual([]);
    bench.socket.takeAll();
    expect([bench.socket.messages.slice(1), ends]).toEqual([['b'], ['done']]);
  });

  test('that the overflow of a replay asks for runs once', () => {
    const bench = new OutboxBench({}, { events: 2, bytes: 1000 });
    const ends: string[] = [];
    bench.outbox.watch({
      slow: () => {},
      caughtUp: () => {},
      overflowed: () => bench.outbox.finish(() => ends.push('done')),
    });
    bench.send('live');
    bench.keep(['a', 'b']);
    bench.replay();
    bench.keep(['c']);
    bench.socket.takeAll();
    expect(ends).toEqual(['done']);
  });
});

describe('a replay', () => {
  test('sends what the log has from a position on', () => {
    const bench = new OutboxBench();
    bench.keep(['a', 'b', 'c']);
    bench.replay(1);
    expect(bench.socket.messages).toEqual(['b', 'c']);
  });

  test('from the end of the log goes over to what comes live', () => {
    const bench = new OutboxBench();
    bench.keep(['a']);
    bench.replay(1);
    bench.publish('b');
    expect(bench.socket.messages).toEqual(['b']);
  });

  test('comes before what comes live meanwhile, without hole or duplicate', () => {
    const bench = new OutboxBench();
    const large = ['a', 'b', 'c'].map((letter) => letter.repeat(200_000));
    bench.keep(large);
    bench.replay();
    bench.publish('d', 'e');
    bench.socket.take();
    bench.publish('f');
    bench.socket.takeAll();
    bench.publish('g');
    expect(bench.socket.messages).toEqual([...large, 'd', 'e', 'f', 'g']);
  });

  test('leaves its messages in the log until they are written', () => {
    const bench = new OutboxBench();
    bench.keep(['a', 'b', 'c'].map((letter) => letter.repeat(200_000)));
    bench.replay();
    bench.publish('d');
    expect([bench.socket.writes.length, bench.outbox.queued]).toEqual([1, 0]);
  });

  test('is followed by what only this peer is sent meanwhile', () => {
    const bench = new OutboxBench();
    bench.keep(['a'.repeat(300_000), 'b']);
    bench.replay();
    bench.send('reply');
    bench.socket.takeAll();
    expect(bench.socket.messages.slice(1)).toEqual(['b', 'reply']);
  });

  test('waits for what is under way', () => {
    const bench = new OutboxBench();
    bench.keep(['b']);
    bench.send('a');
    bench.replay();
    expect(bench.socket.messages).toEqual(['a']);
    bench.socket.take();
    expect(bench.socket.messages).toEqual(['a', 'b']);
  });

  test('leaves out what came from the peer itself', () => {
    const bench = new OutboxBench();
    bench.keep(['a']);
    bench.keep(['own'], 'p-1');
    bench.keep(['other'], 'p-2');
    bench.replay();
    expect(bench.socket.messages).toEqual(['a', 'other']);
  });

  test('of nothing but its own messages sends nothing', () => {
    const bench = new OutboxBench();
    bench.keep(['own'], 'p-1');
    bench.replay();
    bench.publish('b');
    expect(bench.socket.messages).toEqual(['b']);
  });

  test('that the log has moved on past ends the connection, when slow peers are disconnected', () => {
    const bench = new OutboxBench({}, { events: 2, bytes: 1_000_000 });
    bench.keep(['a'.repeat(300_000), 'b']);
    bench.replay();
    bench.publish('c', 'd', 'e');
    bench.socket.takeAll();
    expect([bench.edges, bench.socket.messages.length, bench.outbox.dropped]).toEqual([['overflowed'], 1, 2]);
  });

  test.each(['drop-oldest', 'drop-newest', 'conflate'] as const)(
    'that the log has moved on past counts what was missed and goes on, with slow-peer: %s',
    (whenFull) => {
      const bench = new OutboxBench({ whenFull }, { events: 2, bytes: 1_000_000 });
      bench.keep(['a'.repeat(300_000), 'b']);
      bench.replay();
      bench.publish('c', 'd', 'e');
      bench.socket.takeAll();
      expect([bench.socket.messages.slice(1), bench.outbox.dropped]).toEqual([['d', 'e'], 2]);
    },
  );
});

const step = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 2, arbitrary: fc.constant('take' as const) },
);
const bounds = fc.record({ messages: fc.integer({ min: 1, max: 8 }), bytes: fc.integer({ min: 10, max: 300 }) });

describe.each(['disconnect', 'drop-oldest', 'drop-newest', 'conflate'] as const)('with slow-peer: %s', (whenFull) => {
  const policy = { whenFull, ...(whenFull === 'conflate' ? { conflateBy: '/key' } : {}) };

  /** `n` messages, the `key` of every other of which is one of three. */
  function texts(first: number, n: number): string[] {
    return Array.from({ length: n }, (_, at) => {
      const number = first + at;
      return JSON.stringify({
        number,
        ...(number % 2 ? { key: number % 3 } : {}),
        more: '.'.repeat((number * 7) % 40),
      });
    });
  }

  function check(bench: OutboxBench, sent: readonly string[], endless: boolean): void {
    const written = bench.socket.messages;
    const places = written.map((text) => sent.indexOf(text));
    expect(places).toEqual([...new Set(places)].sort((left, right) => left - right));
    const { dropped, conflated } = bench.outbox;
    if (endless) expect(written.length + dropped + conflated).toBe(sent.length);
    if (endless && dropped + conflated === 0) expect(written).toEqual(sent);
  }

  test('what is written is in order, once, and all but what is counted', () => {
    fc.assert(
      fc.property(bounds, fc.array(step, { maxLength: 60 }), (limits, steps) => {
        const bench = new OutboxBench({ ...policy, ...limits });
        const sent: string[] = [];
        for (const each of steps) {
          if (each === 'take') bench.socket.take();
          else if (!bench.edges.includes('overflowed')) {
            const more = texts(sent.length, each);
            sent.push(...more);
            bench.send(...more);
          }
          expect(bench.outbox.queued).toBeLessThanOrEqual(limits.messages);
        }
        bench.socket.takeAll();
        check(bench, sent, true);
      }),
      { numRuns: 200 },
    );
  });

  test('what is replayed and what follows is in order, once, and all but what is counted', () => {
    const kept = fc.record({ events: fc.integer({ min: 1, max: 30 }), bytes: fc.integer({ min: 10, max: 2000 }) });
    fc.assert(
      fc.property(bounds, kept, fc.array(step, { maxLength: 60 }), (limits, log, steps) => {
        const bench = new OutboxBench({ ...policy, ...limits }, log);
        const before = texts(0, 10);
        bench.send('first');
        bench.keep(before);
        const sent = ['first', ...before.slice(bench.log.start)];
        bench.replay();
        for (const each of steps) {
          if (each === 'take') bench.socket.take();
          else if (!bench.edges.includes('overflowed')) {
            const more = texts(bench.log.end, each);
            sent.push(...more);
            bench.publish(...more);
          }
        }
        bench.socket.takeAll();
        // What a log still has for a peer that is disconnected is not lost, so it is not counted.
        check(bench, sent, !bench.edges.includes('overflowed'));
      }),
      { numRuns: 200 },
    );
  });
});
