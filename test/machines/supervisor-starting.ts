import { describe, expect, test } from 'vitest';
import { SPEC, SupervisorBench } from './supervisor-bench.ts';

/** Ordered start, and children that come later. */
export function describeStarting(): void {
  describe('a supervisor', () => {
    test('starts nothing before it is asked to', () => {
      const bench = new SupervisorBench({});
      expect([bench.state, bench.log]).toEqual(['idle', []]);
    });

    test('starts each child only when the one before it is ready', () => {
      const bench = new SupervisorBench({}, { a: { ready: false }, b: { ready: false } }).start();
      expect(bench.news()).toEqual(['start a']);
      bench.ready('a');
      expect(bench.news()).toEqual(['start b']);
      bench.ready('b');
      expect([bench.news(), bench.state]).toEqual([['start c'], 'up.running']);
    });

    test('is ready itself once all children are', () => {
      const bench = new SupervisorBench({}, { c: { ready: false } }).start();
      expect(bench.calls).toEqual([]);
      bench.ready('c');
      expect(bench.calls).toEqual(['announceReady']);
    });

    test('waits for the child that is next, whoever else is ready', () => {
      const bench = new SupervisorBench({}, { a: { ready: false } }).start();
      bench.ready('b');
      expect(bench.news()).toEqual(['start a']);
    });

    test('without children runs at once', () => {
      expect(new SupervisorBench({ children: [] }).start().state).toBe('up.running');
    });

    test('gives up when a child is not ready in time', async () => {
      const bench = slowStarter();
      await bench.clock.advance(1_999);
      expect(bench.state).toBe('up.starting');
      await bench.clock.advance(1);
      expect([bench.state, bench.calls]).toEqual(['failing', ['announceFailing']]);
      expect(bench.snapshot.context.cause).toEqual({ child: 'b', reason: 'not ready in time', error: null });
    });

    test('gives each child its own start timeout', async () => {
      const children = ['a', 'b'].map((id) => ({ ...SPEC, id, startTimeout: 2_000 }));
      const bench = new SupervisorBench({ children }, { a: { ready: false }, b: { ready: false } }).start();
      await bench.clock.advance(1_500);
      bench.ready('a');
      await bench.clock.advance(1_500);
      expect(bench.state).toBe('up.starting');
    });

    test('goes on to the next child when one ends before it was ready', () => {
      const bench = new SupervisorBench({}, { a: { ready: false } }).start();
      bench.ended('a');
      expect([bench.news(), bench.state]).toEqual([['start a', 'end a', 'start b', 'start c'], 'up.running']);
    });

    test('restarts a child that crashes before it was ready, and goes on waiting for it', async () => {
      const bench = new SupervisorBench({}, { a: { ready: false } }).start();
      await bench.crash('a');
      expect([bench.news(), bench.state]).toEqual([['start a', 'end a', 'start a'], 'up.starting']);
    });
  });

  describe('a child that is added', () => {
    test('before the start is started in its place', () => {
      const bench = new SupervisorBench({ children: [] });
      bench.add({ id: 'x' });
      expect(bench.start().news()).toEqual(['start x']);
    });

    test('while others start waits for its turn', () => {
      const bench = new SupervisorBench({ children: [{ ...SPEC, id: 'a' }] }, { a: { ready: false } }).start();
      bench.add({ id: 'x' });
      expect(bench.news()).toEqual(['start a']);
      bench.ready('a');
      expect([bench.news(), bench.state]).toEqual([['start x'], 'up.running']);
    });

    test('to a running supervisor is started at once', () => {
      const bench = new SupervisorBench({}).start();
      bench.news();
      bench.add({ id: 'x' });
      expect([bench.news(), bench.state]).toEqual([['start x'], 'up.running']);
    });

    test('is stopped before those that were there', () => {
      const bench = new SupervisorBench({ children: [{ ...SPEC, id: 'a' }] }).start();
      bench.add({ id: 'x' });
      bench.news();
      bench.stop();
      expect(bench.news()).toEqual(['ask x', 'end x', 'ask a', 'end a']);
    });

    test('is restarted like the others', async () => {
      const bench = new SupervisorBench({ children: [] }).start();
      bench.add({ id: 'x' });
      bench.news();
      await bench.crash('x');
      expect(bench.news()).toEqual(['end x', 'start x']);
    });
  });
}

function slowStarter(): SupervisorBench {
  const children = [
    { ...SPEC, id: 'a' },
    { ...SPEC, id: 'b', startTimeout: 2_000 },
  ];
  return new SupervisorBench({ children }, { b: { ready: false } }).start();
}
