import { describe, expect, test } from 'vitest';
import type { ChildSpec, SupervisorInput } from '../../machines/supervisor.ts';
import { type Manners, SPEC, SupervisorBench } from './supervisor-bench.ts';

function running(input: Partial<SupervisorInput> = {}, manners: Record<string, Manners> = {}): SupervisorBench {
  const bench = new SupervisorBench(input, manners).start();
  bench.news();
  return bench;
}

/** A single child `a` whose end is one of the two that supervision knows: reported, or its actor is done. */
function single(restart: ChildSpec['restart'], final: boolean, input: Partial<SupervisorInput> = {}): SupervisorBench {
  return running({ children: [{ ...SPEC, id: 'a', restart }], ...input }, { a: { final } });
}

async function end(bench: SupervisorBench, final: boolean, outcome: 'ended' | 'failed'): Promise<void> {
  await bench.clock.settle();
  if (final) await bench.finish('a', outcome);
  else bench.ended('a', outcome);
}

/** Who is restarted, how often, and what then. */
export function describeRestarting(): void {
  describe('a child that crashes', () => {
    test.each([
      ['one-for-one', ['end b', 'start b']],
      ['one-for-all', ['end b', 'end c', 'end a', 'start a', 'start b', 'start c']],
      ['rest-for-one', ['end b', 'end c', 'start b', 'start c']],
    ] as const)('is restarted %s', async (strategy, log) => {
      const bench = running({ strategy });
      await bench.crash('b');
      expect([bench.news(), bench.state]).toEqual([log, 'up.running']);
    });

    test.each(['one-for-all', 'rest-for-one'] as const)(
      'takes a temporary sibling with it for ever, %s',
      async (strategy) => {
        const children = [
          { ...SPEC, id: 'a' },
          { ...SPEC, id: 'b', restart: 'temporary' as const },
        ];
        const bench = running({ strategy, children });
        await bench.crash('a');
        expect([bench.news(), bench.snapshot.context.alive]).toEqual([['end a', 'end b', 'start a'], ['a']]);
      },
    );

    test('is logged', async () => {
      const bench = running();
      await bench.crash('b');
      expect(bench.calls).toEqual(['announceReady', 'logRestart']);
    });

    test('keeps its place in the order', async () => {
      const bench = running();
      await bench.crash('b');
      bench.news();
      bench.stop();
      expect(bench.news()).toEqual(['ask c', 'end c', 'ask b', 'end b', 'ask a', 'end a']);
    });

    test.each(['permanent', 'transient'] as const)('and is %s is restarted', async (restart) => {
      const bench = running({ children: [{ ...SPEC, id: 'a', restart }] });
      await bench.crash('a');
      expect(bench.news()).toEqual(['end a', 'start a']);
    });

    test('and is temporary is not restarted, and nobody else is', async () => {
      const children = ['a', 'b'].map((id) => ({ ...SPEC, id, restart: 'temporary' as const }));
      const bench = running({ strategy: 'one-for-all', children });
      await bench.crash('a');
      expect([bench.news(), bench.state]).toEqual([['end a'], 'up.running']);
    });

    test('and is temporary is logged as lost, not as restarted', async () => {
      const bench = running({ children: [{ ...SPEC, id: 'a', restart: 'temporary' }] });
      await bench.crash('a');
      expect(bench.calls).toEqual(['announceReady', 'logLoss']);
    });
  });

  describe('the restart intensity', () => {
    test('allows three restarts within the period', async () => {
      const bench = running();
      for (let round = 0; round < 3; round += 1) await bench.crash('a');
      expect(bench.state).toBe('up.running');
    });

    test('is exceeded by the fourth crash within it: one escalation', async () => {
      const bench = running();
      for (let round = 0; round < 4; round += 1) {
        await bench.clock.advance(19_000);
        await bench.crash('a');
      }
      expect([bench.state, bench.calls.filter((call) => call === 'announceFailing')]).toEqual([
        'failing',
        ['announceFailing'],
      ]);
      expect(bench.snapshot.context.cause).toMatchObject({ child: 'a', reason: 'restart intensity exceeded' });
    });

    test('names the last error', async () => {
      const bench = running({ intensity: 0 });
      await bench.crash('b');
      expect(bench.snapshot.context.cause?.error).toEqual(new Error('b crashed'));
    });

    test('forgets a restart after the period', async () => {
      const bench = running();
      for (let round = 0; round < 10; round += 1) {
        await bench.crash('a');
        await bench.clock.advance(20_001);
      }
      expect(bench.state).toBe('up.running');
    });

    test('is not exceeded at the very end of the period', async () => {
      const bench = running({ intensity: 1 });
      await bench.crash('a');
      await bench.clock.advance(60_000);
      await bench.crash('a');
      expect(bench.state).toBe('up.running');
    });

    test('is exceeded just before it', async () => {
      const bench = running({ intensity: 1 });
      await bench.crash('a');
      await bench.clock.advance(59_999);
      await bench.crash('a');
      expect(bench.state).toBe('failing');
    });

    test('counts all children together', async () => {
      const bench = running();
      await bench.crash('a', 'b', 'c');
      await bench.crash('b');
      expect(bench.state).toBe('failing');
    });

    test('is not used by temporary children', async () => {
      const children = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ ...SPEC, id, restart: 'temporary' as const }));
      const bench = running({ children });
      await bench.crash('a', 'b', 'c', 'd', 'e');
      expect([bench.state, bench.snapshot.context.restarts]).toEqual(['up.running', 0]);
    });
  });

  describe.each([
    ['reports its end', false],
    ['is done', true],
  ] as const)('a child that %s', (_how, final) => {
    test.each([
      ['transient', []],
      ['temporary', []],
      ['permanent', ['start a']],
    ] as const)('and is %s is started again: %j', async (restart, started) => {
      const bench = single(restart, final);
      await end(bench, final, 'ended');
      expect([bench.news().filter((line) => line.startsWith('start')), bench.state]).toEqual([started, 'up.running']);
    });

    test.each(['transient', 'permanent'] as const)('for good and is %s is passed upwards at once', async (restart) => {
      const bench = single(restart, final);
      await end(bench, final, 'failed');
      expect([bench.state, bench.snapshot.context.cause]).toMatchObject(['failing', { child: 'a', reason: 'failed' }]);
      expect(JSON.stringify(bench.snapshot.context.cause)).toContain('a gave up');
    });

    test('for good and is temporary concerns nobody', async () => {
      const bench = single('temporary', final);
      await end(bench, final, 'failed');
      expect(bench.state).toBe('up.running');
    });

    test('and is permanent uses up the intensity', async () => {
      const bench = single('permanent', final, { intensity: 1 });
      await end(bench, final, 'ended');
      expect(bench.state).toBe('up.running');
      await end(bench, final, 'ended');
      expect([bench.state, bench.snapshot.context.cause?.reason]).toEqual(['failing', 'restart intensity exceeded']);
    });

    test('ends a supervisor that shuts down with its last child', async () => {
      const bench = single('transient', final, { autoShutdown: 'all' });
      expect(bench.state).toBe('up.running');
      await end(bench, final, 'ended');
      expect([bench.state, bench.snapshot.output]).toEqual(['ended', { outcome: 'ended', cause: null }]);
    });

    test('ends no supervisor that does not', async () => {
      const bench = single('transient', final);
      await end(bench, final, 'ended');
      expect(bench.state).toBe('up.running');
    });
  });

  test('a supervisor that shuts down with its last child waits for one that was added', () => {
    const bench = running({ autoShutdown: 'all', children: [{ ...SPEC, id: 'a' }] });
    bench.add({ id: 'x' });
    bench.ended('a');
    expect(bench.state).toBe('up.running');
    bench.ended('x');
    expect(bench.state).toBe('ended');
  });

  test('a supervisor that shuts down with its last child waits for the others', () => {
    const bench = running({ autoShutdown: 'all' });
    bench.ended('a');
    bench.ended('b');
    expect(bench.state).toBe('up.running');
    bench.ended('c');
    expect(bench.state).toBe('ended');
  });
}
