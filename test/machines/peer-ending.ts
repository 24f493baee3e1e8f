import { describe, expect, test } from 'vitest';
import { PeerBench } from './peer-bench.ts';

const OVERFLOW = { code: 1013, reason: 'too slow' };

/** Everything is watched. */
function live(): PeerBench {
  return new PeerBench({ pingInterval: 1_000, idleTimeout: 1_500 });
}

function closing(): PeerBench {
  const bench = live();
  bench.send({ type: 'stop' });
  return bench;
}

async function probing(): Promise<PeerBench> {
  const bench = live();
  await bench.clock.advance(1_000);
  return bench;
}

async function paused(): Promise<PeerBench> {
  const bench = live();
  bench.send({ type: 'pause' });
  return bench;
}

/** How a peer is sent away, and how it goes by itself. */
export function describeEnding(): void {
  describe('a peer', () => {
    test('is live from its upgrade on', () => {
      const bench = new PeerBench();
      expect([bench.is('live'), bench.sockets]).toEqual([true, 1]);
    });

    test('is ready at once, and once', async () => {
      const bench = new PeerBench();
      expect(bench.ready).toBe(1);
      await bench.clock.advance(1e6);
      expect(bench.ready).toBe(1);
    });

    test('that is stopped is told that we go away', () => {
      const bench = closing();
      expect([bench.state, bench.is('closing'), bench.commands]).toEqual(['closing', true, ['close 1001 going away']]);
    });

    test('that is dismissed is told why', () => {
      const bench = live();
      bench.send({ type: 'dismiss', farewell: OVERFLOW });
      expect([bench.state, bench.commands]).toEqual(['closing', ['close 1013 too slow']]);
    });

    test('that is closing is told once, whatever is asked then', () => {
      const bench = live();
      bench.send({ type: 'dismiss', farewell: OVERFLOW }, { type: 'stop' }, { type: 'dismiss', farewell: OVERFLOW });
      expect(bench.commands).toEqual(['close 1013 too slow']);
    });

    test('that is closing is watched by no region any more', async () => {
      const bench = closing();
      await bench.clock.advance(4_999);
      expect([bench.commands, bench.calls, bench.clock.pending]).toEqual([['close 1001 going away'], [], 1]);
    });

    test('that does not answer the close is cut off by the close timeout', async () => {
      const bench = closing();
      await bench.clock.advance(4_999);
      expect([bench.state, bench.sockets]).toEqual(['closing', 1]);
      await bench.clock.advance(1);
      expect([bench.state, bench.sockets, bench.clock.pending]).toEqual(['closed', 0, 0]);
    });

    test('has one close timeout, which a second stop does not begin anew', async () => {
      const bench = closing();
      await bench.clock.advance(4_000);
      bench.send({ type: 'stop' });
      await bench.clock.advance(1_000);
      expect(bench.state).toBe('closed');
    });
  });

  describe('a socket that is lost', () => {
    test.each([
      ['live and quiet', async () => live()],
      ['asked for life', probing],
      ['not read', paused],
      ['closing', async () => closing()],
    ] as const)('while its peer is %s ends it and leaves nothing', async (_state, make) => {
      const bench = await make();
      bench.send({ type: 'socket.lost' });
      expect([bench.state, bench.sockets, bench.clock.pending]).toEqual(['closed', 0, 0]);
    });

    test('at the last look is no silence', async () => {
      const bench = new PeerBench({ pingInterval: 1_000 });
      await bench.clock.advance(1_000);
      await bench.atLastLook(10_000, () => bench.send({ type: 'socket.lost' }));
      expect([bench.state, bench.calls]).toEqual(['closed', []]);
    });

    test('is told no goodbye', () => {
      const bench = live();
      bench.send({ type: 'socket.lost' });
      expect(bench.commands).toEqual([]);
    });
  });
}
