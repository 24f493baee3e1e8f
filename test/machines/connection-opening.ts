import { describe, expect, test } from 'vitest';
import { ConnectionBench, RESET } from './connection-bench.ts';

/** From the start to live. */
export function describeOpening(): void {
  describe('an eager connection', () => {
    test('prepares at once and tells that it has started', () => {
      const bench = new ConnectionBench();
      expect([bench.paths, bench.running, bench.calls]).toEqual([['preparing'], ['prepare'], ['announceStarted']]);
    });

    test('counts an attempt per preparation', () => {
      expect(new ConnectionBench().context.attempt).toBe(1);
    });
  });

  describe('a lazy connection', () => {
    test('waits for demand and dials nothing', async () => {
      const bench = new ConnectionBench({ lazy: true });
      await bench.clock.advance(1e6);
      expect([bench.paths, bench.running, bench.sockets]).toEqual([['idle'], ['demand'], 0]);
    });

    test('tells that it has started although it waits', () => {
      expect(new ConnectionBench({ lazy: true }).calls).toEqual(['announceStarted']);
    });

    test('prepares on demand and listens for demand no longer', () => {
      const bench = new ConnectionBench({ lazy: true });
      bench.send({ type: 'demand' });
      expect([bench.paths, bench.running]).toEqual([['preparing'], ['prepare']]);
    });
  });

  describe('preparing', () => {
    test('is followed by a socket', async () => {
      const bench = new ConnectionBench();
      await bench.clock.settle();
      expect([bench.paths, bench.running]).toEqual([['linked.opening.transport'], ['socket 1']]);
    });

    test('that fails is a lost attempt with its message', async () => {
      const bench = new ConnectionBench({}, failing);
      await bench.clock.settle();
      expect([bench.paths, bench.context.cause]).toEqual([
        ['backoff.normal'],
        { kind: 'preparation', message: 'no such secret' },
      ]);
    });

    test('that fails is tried anew after the backoff', async () => {
      const bench = new ConnectionBench({}, failing);
      await bench.clock.settle();
      bench.preparation = async () => {};
      await bench.clock.advance(500);
      expect([bench.paths, bench.context.attempt]).toEqual([['linked.opening.transport'], 2]);
    });

    test('that fails owes nothing, whatever the socket before it owed', async () => {
      const bench = await new ConnectionBench().live();
      bench.lose(RESET, true);
      bench.preparation = failing;
      await bench.clock.advance(500);
      expect([bench.context.attempt, bench.context.owing]).toEqual([2, false]);
    });

    test('ends by the connect timeout, with its phase as the cause', async () => {
      const bench = new ConnectionBench({}, endless);
      await bench.clock.advance(9_999);
      expect(bench.paths).toEqual(['preparing']);
      await bench.clock.advance(1);
      expect([bench.paths, bench.context.cause]).toEqual([['backoff.normal'], { kind: 'timeout', phase: 'prepare' }]);
    });

    test('that was ended by the timeout is not followed by a socket', async () => {
      const stuck = new ConnectionBench({}, endless);
      await stuck.clock.advance(10_000);
      expect([stuck.sockets, stuck.running]).toEqual([0, []]);
    });
  });

  describe('opening', () => {
    test('goes from transport to upgrade when TCP and TLS are up', async () => {
      const bench = await new ConnectionBench().dial();
      expect(bench.paths).toEqual(['linked.opening.upgrade']);
    });

    test.each([
      ['transport', false],
      ['upgrade', true],
    ] as const)('ends by the connect timeout in the phase %s', async (phase, connected) => {
      const bench = new ConnectionBench();
      await bench.clock.advance(5);
      if (connected) bench.socket({ type: 'socket.connected' });
      await bench.clock.advance(9_994);
      expect(bench.running).toEqual(['socket 1']);
      await bench.clock.advance(1);
      expect([bench.running, bench.context.cause]).toEqual([[], { kind: 'timeout', phase }]);
    });

    test('has one timeout over both phases', async () => {
      const bench = new ConnectionBench();
      await bench.clock.advance(9_000);
      bench.socket({ type: 'socket.connected' });
      await bench.clock.advance(1_000);
      expect(bench.paths).toEqual(['backoff.normal']);
    });

    test('that ends by the timeout owes nothing, whatever the socket before it owed', async () => {
      const bench = await new ConnectionBench().live();
      bench.lose(RESET, true);
      await bench.clock.advance(10_500);
      expect([bench.context.cause, bench.context.owing]).toEqual([{ kind: 'timeout', phase: 'transport' }, false]);
    });

    test('is over in the phase transport too, when the socket opens', async () => {
      const bench = new ConnectionBench();
      await bench.clock.settle();
      bench.socket({ type: 'socket.open' });
      expect(bench.paths).toEqual(['linked.greeting.sending']);
    });

    test('that is lost disposes its socket', async () => {
      const bench = await new ConnectionBench().dial();
      bench.lose();
      expect([bench.paths, bench.running]).toEqual([['backoff.normal'], []]);
    });
  });

  describe('the tags', () => {
    test.each([
      ['idle', 'idle', () => new ConnectionBench({ lazy: true })],
      ['connecting', 'preparing', () => new ConnectionBench()],
      ['connecting', 'greeting', () => new ConnectionBench().open()],
      ['live', 'live', () => new ConnectionBench().live()],
      ['waiting', 'backoff', () => lostBench()],
      ['idle', 'closing', () => closingBench()],
    ] as const)('say %s while %s', async (tag, _state, make) => {
      expect([...(await make()).snapshot.tags]).toEqual([tag]);
    });
  });
}

async function failing(): Promise<void> {
  throw new Error('no such secret');
}

function endless(): Promise<void> {
  return new Promise(() => {});
}

async function lostBench(): Promise<ConnectionBench> {
  const bench = await new ConnectionBench().live();
  bench.lose();
  return bench;
}

async function closingBench(): Promise<ConnectionBench> {
  const bench = await new ConnectionBench().live();
  bench.send({ type: 'stop' });
  return bench;
}
