import { describe, expect, test } from 'vitest';
import { ConnectionBench, EXPECTS, RESET, SENDS } from './connection-bench.ts';

const ENDED = { outcome: 'ended', cause: null };

async function waiting(slow: boolean): Promise<ConnectionBench> {
  const bench = await new ConnectionBench().live();
  bench.lose(slow ? { kind: 'close', code: 1008, reason: '' } : RESET);
  return bench;
}

function expecting(): Promise<ConnectionBench> {
  return new ConnectionBench({ script: [EXPECTS] }).open();
}

async function suspended(): Promise<ConnectionBench> {
  const bench = await expecting();
  bench.send({ type: 'pause' });
  return bench;
}

async function pacing(): Promise<ConnectionBench> {
  const bench = await new ConnectionBench({ script: [SENDS, SENDS], requestInterval: 1_000 }).open();
  bench.send({ type: 'step.sent' });
  return bench;
}

async function settled(): Promise<ConnectionBench> {
  const bench = new ConnectionBench();
  await bench.clock.settle();
  return bench;
}

async function closing(): Promise<ConnectionBench> {
  const bench = await new ConnectionBench({ pingInterval: 1_000, pulseInterval: 1_000, noDataTimeout: 1_000 }).live();
  bench.send({ type: 'stop' });
  return bench;
}

/** How a connection ends as asked. */
export function describeEnding(): void {
  describe('a stop', () => {
    test.each([
      ['idle', async () => new ConnectionBench({ lazy: true })],
      ['preparing', async () => new ConnectionBench()],
      ['linked.opening.transport', settled],
      ['linked.opening.upgrade', () => new ConnectionBench().dial()],
      ['backoff.normal', () => waiting(false)],
      ['backoff.slow', () => waiting(true)],
    ] as const)('in %s ends at once and leaves nothing', async (path, make) => {
      const bench = await make();
      expect(bench.paths).toEqual([path]);
      bench.send({ type: 'stop' });
      expect([bench.paths, bench.snapshot.output, bench.calls.at(-1)]).toEqual([['closed'], ENDED, 'closeIntake']);
      expect([bench.running, bench.clock.pending]).toEqual([[], 0]);
    });

    test.each([
      ['greeting.sending', () => new ConnectionBench().open()],
      ['greeting.pacing', pacing],
      ['greeting.expecting.waiting', expecting],
      ['greeting.expecting.suspended', suspended],
      ['live', () => new ConnectionBench().live()],
    ] as const)('while %s closes the intake, then starts the close handshake', async (_state, make) => {
      const bench = await make();
      bench.send({ type: 'stop' });
      expect([bench.paths, bench.commands.at(-1), bench.calls.at(-1)]).toEqual([
        ['linked.closing'],
        '1:close',
        'closeIntake',
      ]);
    });

    test('forgets the cause of losses before it', async () => {
      const bench = await waiting(false);
      bench.send({ type: 'stop' });
      expect(bench.context.cause).toBeNull();
    });
  });

  describe('the close handshake', () => {
    test('is over when the peer has answered', async () => {
      const bench = await closing();
      bench.lose({ kind: 'close', code: 1000, reason: '' });
      expect([bench.paths, bench.snapshot.output, bench.running, bench.clock.pending]).toEqual([
        ['closed'],
        ENDED,
        [],
        0,
      ]);
    });

    test('is not retried, whatever it ended with', async () => {
      const bench = await closing();
      bench.lose(RESET);
      await bench.clock.advance(1e6);
      expect([bench.snapshot.output, bench.sockets]).toEqual([ENDED, 1]);
    });

    test('is over by its timeout in any case', async () => {
      const bench = await closing();
      await bench.clock.advance(4_999);
      expect([bench.paths, bench.running]).toEqual([['linked.closing'], ['socket 1']]);
      await bench.clock.advance(1);
      expect([bench.paths, bench.snapshot.output, bench.running]).toEqual([['closed'], ENDED, []]);
    });

    test('is watched by no region any more', async () => {
      const bench = await closing();
      await bench.clock.advance(4_999);
      expect(bench.commands).toEqual(['1:live', '1:pulse', '1:close']);
    });

    test('has its own timeout, which a second stop does not cut short', async () => {
      const bench = await closing();
      bench.send({ type: 'stop' });
      await bench.clock.advance(4_999);
      expect(bench.paths).toEqual(['linked.closing']);
    });
  });

  describe('a late event', () => {
    test('of the socket before is not heard', async () => {
      const bench = await new ConnectionBench().live();
      bench.lose();
      await bench.untilDial();
      await bench.live();
      bench.socket({ type: 'socket.lost', cause: RESET, owing: true }, 1);
      expect([bench.region('flow'), bench.context.owing, bench.running]).toEqual(['flowing', false, ['socket 2']]);
    });

    test.each([
      'socket.connected',
      'socket.open',
      'step.sent',
      'step.answered',
      'ping.taken',
      'ping.answered',
      'resume',
    ] as const)('%s changes nothing of a connection that waits', async (type) => {
      const bench = await waiting(false);
      bench.send({ type });
      expect([bench.paths, await bench.untilDial()]).toEqual([['backoff.normal'], 500]);
    });

    test('demand changes nothing of a connection that is live', async () => {
      const bench = await new ConnectionBench({ lazy: true }).live();
      bench.send({ type: 'demand' });
      await bench.live();
      bench.send({ type: 'demand' });
      expect([bench.region('flow'), bench.sockets]).toEqual(['flowing', 1]);
    });

    test('a loss after the end changes nothing', async () => {
      const bench = await closing();
      bench.lose({ kind: 'close', code: 1000, reason: '' });
      bench.lose(RESET);
      expect([bench.paths, bench.context.cause]).toEqual([['closed'], null]);
    });
  });

  describe('the end of the actor', () => {
    test.each([
      ['preparing', async () => new ConnectionBench()],
      ['live', () => new ConnectionBench({ pingInterval: 1, noDataTimeout: 1, pulseInterval: 1 }).live()],
      ['closing', closing],
      ['backoff', () => waiting(false)],
    ] as const)('while %s leaves no timer and no socket', async (_state, make) => {
      const bench = await make();
      bench.end();
      expect([bench.running, bench.clock.pending]).toEqual([[], 0]);
    });
  });
}
