import { describe, expect, test } from 'vitest';
import { ConnectionBench, EXPECTS, RESET } from './connection-bench.ts';

const ASKED = { kind: 'asked' };

async function settled(): Promise<ConnectionBench> {
  const bench = new ConnectionBench();
  await bench.clock.settle();
  return bench;
}

async function waiting(slow: boolean): Promise<ConnectionBench> {
  const bench = await new ConnectionBench().live();
  bench.lose(slow ? { kind: 'close', code: 1008, reason: '' } : RESET);
  return bench;
}

async function closing(): Promise<ConnectionBench> {
  const bench = await new ConnectionBench().live();
  bench.send({ type: 'stop' });
  return bench;
}

/** What a connection does when it is asked to dial again. */
export function describeAsking(): void {
  describe('a reconnect that is asked for', () => {
    test.each([
      ['linked.opening.transport', settled],
      ['linked.opening.upgrade', () => new ConnectionBench().dial()],
      ['linked.greeting.sending', () => new ConnectionBench().open()],
      ['linked.greeting.expecting.waiting', () => new ConnectionBench({ script: [EXPECTS] }).open()],
      ['linked.live.heartbeat.quiet', () => new ConnectionBench({ pingInterval: 1_000 }).live()],
    ] as const)('in %s leaves the socket and waits as after any loss', async (path, make) => {
      const bench = await make();
      expect(bench.paths).toContain(path);
      bench.send({ type: 'reconnect' });
      expect([bench.paths, bench.running, bench.context.cause]).toEqual([['backoff.normal'], [], ASKED]);
      expect([await bench.untilDial(), bench.sockets]).toEqual([500, 2]);
    });

    test.each([
      ['normal', false],
      ['slow', true],
    ] as const)('while it waits (%s) dials at once', async (_which, slow) => {
      const bench = await waiting(slow);
      bench.send({ type: 'reconnect' });
      expect([bench.paths, bench.running]).toEqual([['preparing'], ['prepare']]);
      await bench.clock.settle();
      expect([bench.sockets, bench.clock.now()]).toEqual([2, 0]);
    });

    test('while it waits does not make the next wait shorter', async () => {
      const bench = await waiting(false);
      bench.send({ type: 'reconnect' });
      await bench.dial();
      bench.lose();
      expect(await bench.untilDial()).toBe(1_000);
    });

    test.each([
      ['idle', async () => new ConnectionBench({ lazy: true })],
      ['preparing', async () => new ConnectionBench()],
      ['linked.closing', closing],
    ] as const)('changes nothing in %s', async (path, make) => {
      const bench = await make();
      const before = [bench.sockets, ...bench.running];
      bench.send({ type: 'reconnect' });
      expect([bench.paths, [bench.sockets, ...bench.running]]).toEqual([[path], before]);
    });

    test('is no goodbye that lets a settled lazy sink sleep', async () => {
      const bench = new ConnectionBench({ role: 'sink', lazy: true });
      bench.send({ type: 'demand' });
      await bench.live();
      bench.send({ type: 'reconnect' });
      expect([bench.paths, bench.calls.at(-1)]).toEqual([['backoff.normal'], 'announceLost']);
    });

    test('does not use up max-attempts, the dial after it does', async () => {
      const bench = await new ConnectionBench({ maxAttempts: 1 }).live();
      bench.send({ type: 'reconnect' });
      expect(bench.paths).toEqual(['backoff.normal']);
      await bench.untilDial();
      bench.lose();
      expect(bench.paths).toEqual(['failed']);
    });

    test('owes nothing of the socket before', async () => {
      const bench = await new ConnectionBench().live();
      bench.lose(RESET, true);
      await bench.untilDial();
      await bench.live();
      bench.send({ type: 'reconnect' });
      expect(bench.context.owing).toBe(false);
    });

    test('is not undone by what the socket that was left still tells', async () => {
      const bench = await new ConnectionBench().live();
      bench.send({ type: 'reconnect' });
      bench.socket({ type: 'socket.lost', cause: RESET, owing: true }, 1);
      expect([bench.paths, bench.context.cause]).toEqual([['backoff.normal'], ASKED]);
    });
  });
}
