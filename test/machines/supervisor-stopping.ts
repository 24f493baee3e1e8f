import { describe, expect, test } from 'vitest';
import { SPEC, SupervisorBench } from './supervisor-bench.ts';

const IN_REVERSE = ['ask c', 'end c', 'ask b', 'end b', 'ask a', 'end a'];

function running(manners = {}, input = {}): SupervisorBench {
  const bench = new SupervisorBench(input, manners).start();
  bench.news();
  return bench;
}

/** Reverse stop, and what a supervisor does that has given up. */
export function describeStopping(): void {
  describe('a stop', () => {
    test('before the start ends at once', () => {
      const bench = new SupervisorBench({});
      bench.stop();
      expect([bench.state, bench.log]).toEqual(['ended', []]);
    });

    test('asks the last child first, and each when the one after it has ended', () => {
      const bench = running({ c: { obedient: false } });
      bench.stop();
      expect(bench.news()).toEqual(['ask c']);
      bench.ended('c');
      expect([bench.news(), bench.state]).toEqual([IN_REVERSE.slice(1), 'ended']);
    });

    test('while children start ends those that run and starts no other', () => {
      const bench = running({ b: { ready: false } });
      bench.stop();
      expect([bench.news(), bench.state]).toEqual([['ask b', 'end b', 'ask a', 'end a'], 'ended']);
    });

    test('stops a child that does not end within its shutdown timeout', async () => {
      const bench = running({ b: { obedient: false } });
      bench.stop();
      await bench.clock.advance(4_999);
      expect(bench.news()).toEqual(['ask c', 'end c', 'ask b']);
      await bench.clock.advance(1);
      expect([bench.news(), bench.state]).toEqual([['end b', 'ask a', 'end a'], 'ended']);
    });

    test('waits without limit for a child without a shutdown timeout', async () => {
      const bench = running({ a: { obedient: false } }, { children: [{ ...SPEC, id: 'a', shutdown: null }] });
      bench.stop();
      await bench.clock.advance(1e9);
      expect(bench.state).toBe('stopping');
    });

    test('restarts a child that crashes meanwhile, since it still owes its end, and asks it again', async () => {
      const bench = running({ c: { obedient: false } });
      bench.stop();
      await bench.crash('c');
      expect([bench.news(), bench.state]).toEqual([['ask c', 'end c', 'start c', 'ask c'], 'stopping']);
    });

    test('goes on when a temporary child crashes meanwhile', async () => {
      const children = ['a', 'b'].map((id) => ({ ...SPEC, restart: 'temporary' as const, id }));
      const bench = running({ b: { obedient: false } }, { children });
      bench.stop();
      await bench.crash('b');
      expect([bench.news(), bench.state]).toEqual([['ask b', 'end b', 'ask a', 'end a'], 'ended']);
      expect(bench.calls).toContain('logLoss');
    });

    test('during which the restarts are used up goes on, and is a failure', async () => {
      const bench = running({ c: { obedient: false } }, { intensity: 0 });
      bench.stop();
      await bench.crash('c');
      expect([bench.news(), bench.state]).toEqual([['ask c', 'end c', ...IN_REVERSE.slice(2)], 'failed']);
      expect(bench.calls).toContain('announceFailing');
    });

    test('during which a child fails goes on, and is a failure with its cause', () => {
      const bench = running({ c: { obedient: false } });
      bench.stop();
      bench.ended('c', 'failed');
      expect([bench.news(), bench.state]).toEqual([['ask c', 'end c', ...IN_REVERSE.slice(2)], 'failed']);
      expect(bench.snapshot.context.cause).toMatchObject({ child: 'c', reason: 'failed' });
    });

    test('during which the actor of a child ends as failed is a failure', async () => {
      const bench = running({ c: { final: true } });
      await bench.clock.settle();
      bench.stop();
      await bench.finish('c', 'failed');
      expect(bench.state).toBe('failed');
    });

    test('goes on when the actor of a child is done', async () => {
      const bench = running({ c: { final: true } });
      await bench.clock.settle();
      bench.news();
      bench.stop();
      await bench.finish('c');
      expect([bench.news(), bench.state]).toEqual([IN_REVERSE.slice(2), 'ended']);
    });

    test('leaves out a child that has ended before its turn', () => {
      const bench = running({ c: { obedient: false } });
      bench.stop();
      bench.ended('b');
      bench.ended('c');
      expect(bench.news().filter((line) => line.endsWith('b'))).toEqual(['end b']);
    });

    test('leaves no timer, not even those of the restarts', async () => {
      const bench = running();
      await bench.crash('a', 'b');
      bench.stop();
      expect([bench.state, bench.clock.pending]).toEqual(['ended', 0]);
    });
  });

  describe('a supervisor that has given up', () => {
    const givenUp = async (manners = {}) => {
      const bench = running(manners, { intensity: 0 });
      await bench.crash('b');
      bench.news();
      return bench;
    };

    test('lets the other children go on until it is stopped', async () => {
      const bench = await givenUp();
      expect([bench.state, bench.snapshot.context.alive]).toEqual(['failing', ['a', 'c']]);
    });

    test('stops the other children in reverse and fails with its cause', async () => {
      const bench = await givenUp();
      bench.stop();
      expect(bench.news()).toEqual(['ask c', 'end c', 'ask a', 'end a']);
      expect([bench.state, bench.snapshot.output]).toMatchObject([
        'failed',
        { outcome: 'failed', cause: { child: 'b', reason: 'restart intensity exceeded' } },
      ]);
    });

    test('restarts nobody any more', async () => {
      const bench = await givenUp();
      await bench.crash('a');
      expect([bench.news(), bench.state, bench.snapshot.context.alive]).toEqual([['end a'], 'failing', ['c']]);
    });

    test('takes note of children that end', async () => {
      const bench = await givenUp({ c: { final: true } });
      bench.ended('a');
      await bench.finish('c');
      expect([bench.state, bench.snapshot.context.alive]).toEqual(['failing', []]);
    });

    test('keeps the first cause', async () => {
      const bench = await givenUp();
      bench.ended('a', 'failed');
      expect(bench.snapshot.context.cause?.child).toBe('b');
    });

    test('without children left fails as soon as it is stopped', async () => {
      const bench = await givenUp();
      await bench.crash('a', 'c');
      bench.stop();
      expect([bench.state, bench.clock.pending]).toEqual(['failed', 0]);
    });
  });
}
