import { describe, expect, test } from 'vitest';
import type { ConnectionCause, ConnectionInput } from '../../machines/connection.ts';
import { ConnectionBench, RESET } from './connection-bench.ts';

const closed = (code: number): ConnectionCause => ({ kind: 'close', code, reason: '' });
const answered = (status: number): ConnectionCause => ({ kind: 'status', status });
const violation = (code: 1002 | 1007 | 1009): ConnectionCause => ({ kind: 'violation', code, message: 'bad frame' });
const TLS: ConnectionCause = { kind: 'tls', code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' };
const HANDSHAKE: ConnectionCause = { kind: 'handshake', message: 'Server sent an invalid subprotocol' };
const UNACKNOWLEDGED: ConnectionCause = { kind: 'acknowledgement', message: 'no acknowledgement' };
const SINK: Partial<ConnectionInput> = { role: 'sink', lazy: true };

const codes = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** What becomes of a connection that ends with `cause`, having been live `lives` times before. */
async function after(
  cause: ConnectionCause,
  { lives = 1, owing = false, settings = {} }: { lives?: number; owing?: boolean; settings?: Partial<ConnectionInput> },
): Promise<string> {
  const bench = new ConnectionBench(settings);
  bench.send({ type: 'demand' });
  if (lives > 0) await bench.live();
  else await bench.dial();
  bench.lose(cause, owing);
  return bench.paths.join();
}

/** The row "retry or not" of the reference, and what follows from it. */
export function describeRetry(): void {
  describe('a connection that ends', () => {
    test.each([RESET, answered(408), answered(425), answered(429), ...codes(500, 599).map(answered)])(
      'is dialled again after the backoff, although it was never live: %o',
      async (cause) => {
        expect(await after(cause, { lives: 0 })).toBe('backoff.normal');
      },
    );

    test.each([
      RESET,
      ...[1000, 1001, 1005, 1006, ...codes(1011, 1015), 3000, 3999, 4000, 4400, 4402, 4404, 4999].map(closed),
      ...([1002, 1007, 1009] as const).map(violation),
      closed(1009),
      UNACKNOWLEDGED,
      answered(408),
      answered(425),
      answered(429),
      answered(503),
    ])('is dialled again after the backoff: %o', async (cause) => {
      expect(await after(cause, {})).toBe('backoff.normal');
    });

    test.each([closed(1008), closed(4401), closed(4403), TLS, answered(401), answered(403), answered(404)])(
      'having been live, is dialled again slowly: %o',
      async (cause) => {
        expect(await after(cause, {})).toBe('backoff.slow');
      },
    );

    test.each([answered(401), answered(403), TLS, closed(1008)])(
      'is dialled again slowly, although it was never live: %o',
      async (cause) => {
        expect(await after(cause, { lives: 0 })).toBe('backoff.slow');
      },
    );

    test.each([200, 204, 301, 302, 307, 308])('fails at once with an answer of %i', async (status) => {
      expect([await after(answered(status), { lives: 0 }), await after(answered(status), {})]).toEqual([
        'failed',
        'failed',
      ]);
    });

    test.each([400, 402, 404, 410, 418, 451])('never live, fails at once with an answer of %i', async (status) => {
      expect(await after(answered(status), { lives: 0 })).toBe('failed');
    });

    test.each([1002, 1003, 1007, 1010])('fails at once when the peer closes with %i', async (code) => {
      expect(await after(closed(code), {})).toBe('failed');
    });

    test.each([1002, 1003, 1007, 1010])(
      'is dialled again when the peer closes with %i while something is in flight',
      async (code) => {
        expect(await after(closed(code), { owing: true, settings: SINK })).toBe('backoff.normal');
      },
    );

    test('fails at once with a wrong subprotocol', async () => {
      expect([await after(HANDSHAKE, { lives: 0 }), await after(HANDSHAKE, {})]).toEqual(['failed', 'failed']);
    });

    test.each([401, 403])('never live, fails at the fifth answer of %i', async (status) => {
      const bench = new ConnectionBench();
      for (let attempt = 1; attempt <= 4; attempt += 1) {
        await bench.dial();
        bench.lose(answered(status));
        expect(bench.paths).toEqual(['backoff.slow']);
        await bench.untilDial();
      }
      await bench.dial();
      bench.lose(answered(status));
      expect(bench.paths).toEqual(['failed']);
    });

    test('having been live, goes on after the fifth answer of 401', async () => {
      const bench = await new ConnectionBench().live();
      for (let attempt = 1; attempt <= 6; attempt += 1) {
        bench.lose(answered(401));
        await bench.untilDial();
      }
      expect([bench.paths, bench.context.attempt]).toEqual([['linked.opening.transport'], 7]);
    });
  });

  describe('a goodbye', () => {
    test.each([1000, 1005])('with %i lets a settled lazy sink sleep until the next demand', async (code) => {
      expect(await after(closed(code), { settings: SINK })).toBe('idle');
    });

    test.each([
      ['of a sink that owes something', { owing: true, settings: SINK }, 1000],
      ['of an eager sink', { settings: { role: 'sink', lazy: false } }, 1000],
      ['of a lazy source', { settings: { role: 'source', lazy: true } }, 1000],
      ['with another code', { settings: SINK }, 1001],
    ] as const)('%s is a loss', async (_which, situation, code) => {
      expect(await after(closed(code), situation)).toBe('backoff.normal');
    });

    test('forgets the attempts', async () => {
      const bench = new ConnectionBench(SINK);
      bench.send({ type: 'demand' });
      await bench.dial();
      bench.lose();
      await bench.untilDial();
      await bench.live();
      bench.lose(closed(1000));
      expect([bench.context.attempt, bench.context.backoffs, bench.running]).toEqual([0, 0, ['demand']]);
    });
  });

  describe('max-attempts', () => {
    test('counts dials, the first included', async () => {
      const bench = new ConnectionBench({ maxAttempts: 3 });
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        await bench.dial();
        bench.lose();
        await bench.untilDial();
      }
      await bench.dial();
      bench.lose();
      expect([bench.paths, bench.sockets]).toEqual([['failed'], 3]);
    });

    test('fails with the last cause, and takes nothing more in', async () => {
      const bench = await new ConnectionBench({ maxAttempts: 1 }).live();
      bench.lose(closed(1001));
      expect([bench.snapshot.output, bench.calls.at(-1)]).toEqual([
        { outcome: 'failed', cause: closed(1001) },
        'closeIntake',
      ]);
      expect([bench.clock.pending, bench.running]).toEqual([0, []]);
    });

    test('counts consecutive dials only', async () => {
      const bench = await new ConnectionBench({ maxAttempts: 2 }).live();
      for (let round = 0; round < 5; round += 1) {
        await bench.clock.advance(30_000);
        bench.lose();
        await bench.untilDial();
        await bench.live();
      }
      expect([bench.sockets, bench.context.lives]).toEqual([6, 6]);
    });
  });

  describe('the delay before the next dial', () => {
    async function delays(count: number, cause: ConnectionCause, live: boolean): Promise<number[]> {
      const bench = new ConnectionBench();
      const found: number[] = [];
      for (let round = 0; round < count; round += 1) {
        if (live) await bench.live();
        else await bench.dial();
        bench.lose(cause);
        found.push(await bench.untilDial());
      }
      return found;
    }

    test('doubles up to max-backoff', async () => {
      const found = await delays(9, RESET, false);
      expect(found).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    });

    test('grows for a server that accepts and closes at once', async () => {
      expect(await delays(6, closed(1000), true)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000]);
    });

    test('grows for a server that closes after a second, for ever', async () => {
      const bench = new ConnectionBench();
      for (let round = 0; round < 1_000; round += 1) {
        await bench.live();
        await bench.clock.advance(1_000);
        bench.lose(closed(1001));
        await bench.untilDial();
      }
      expect([bench.context.attempt, bench.context.backoffs]).toEqual([1_001, 1_000]);
    });

    test('is max-backoff for a peer that refused us', async () => {
      expect(await delays(3, closed(4401), true)).toEqual([30_000, 30_000, 30_000]);
    });

    test('grows with the multiplier from the initial backoff', async () => {
      const bench = new ConnectionBench({ initialBackoff: 100, multiplier: 3 });
      const found: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        await bench.dial();
        bench.lose();
        found.push(await bench.untilDial());
      }
      expect(found).toEqual([100, 300, 900]);
    });
  });
}
