import { describe, expect, test } from 'vitest';
import { closing, finishing, PipelineBench, running } from './pipeline-bench.ts';

const GROUPS = ['foundation', 'sinks', 'sources'] as const;

function failed(cause: unknown) {
  return { outcome: 'failed', cause };
}

function crashed(id: string) {
  return failed(new Error(`${id} crashed`));
}

/** Groups that give up, and groups that crash. */
export function describeFailing(): void {
  describe('a pipeline with a group that gives up', () => {
    test.each(GROUPS)('drains when it is the %s, and fails with the cause', (id) => {
      const bench = running();
      bench.fails(id);
      expect([bench.state, bench.news()]).toEqual(['draining.sources', ['closeIntakes', 'sources: stop']]);
      bench.end('sources', 'sinks');
      expect([bench.state, bench.news()]).toEqual(['draining.foundation', ['sinks: stop', 'foundation: stop']]);
      bench.end('foundation');
      expect([bench.output, bench.running]).toEqual([failed(`${id} gave up`), []]);
    });

    test.each([
      ['foundation', () => new PipelineBench()],
      ['sinks', () => new PipelineBench().run('foundation')],
      ['sources', () => new PipelineBench().run('sinks')],
    ] as const)('while its %s start, drains too', (id, make) => {
      const bench = make();
      expect(bench.state).toBe(`starting.${id}`);
      bench.fails(id);
      expect(bench.state).toBe('draining.sources');
      bench.end('sources', 'sinks', 'foundation');
      expect([bench.output, bench.running]).toEqual([failed(`${id} gave up`), []]);
    });

    test('fails by its own deadline and the grace at the latest', async () => {
      const bench = running(10_000);
      bench.fails('sinks');
      expect(bench.deadlines).toEqual([10_000]);
      await bench.clock.advance(11_000);
      expect([bench.output?.outcome, bench.clock.pending]).toEqual(['failed', 0]);
    });

    test('keeps the first cause, and the deadline, when the other gives up too', async () => {
      const bench = running(10_000);
      bench.fails('sinks');
      await bench.clock.advance(9_000);
      bench.fails('sources');
      await bench.clock.advance(1_000);
      expect(bench.state).toBe('closing');
      bench.end('foundation');
      expect(bench.output).toEqual(failed('sinks gave up'));
    });

    test('while it drains as asked, fails', () => {
      const bench = running();
      bench.stop();
      bench.fails('sinks');
      bench.end('sinks', 'foundation');
      expect(bench.output).toEqual(failed('sinks gave up'));
    });

    test('after its sources have ended, drains with a deadline and fails', async () => {
      const bench = finishing(10_000);
      bench.fails('sinks');
      await bench.clock.advance(11_000);
      expect(bench.output).toEqual(failed('sinks gave up'));
    });

    test('after its sinks have ended too, fails as soon as its foundation ends', () => {
      const bench = finishing();
      bench.end('sinks');
      bench.fails('foundation');
      bench.end('foundation');
      expect([bench.output, bench.running]).toEqual([failed('foundation gave up'), []]);
    });

    test('after the deadline fails, within the grace', async () => {
      const bench = await closing();
      await bench.clock.advance(999);
      bench.fails('foundation');
      expect(bench.state).toBe('closing');
      await bench.clock.advance(1);
      expect([bench.output, bench.clock.pending]).toEqual([failed('foundation gave up'), 0]);
    });
  });

  describe('a pipeline with a group that crashes', () => {
    test('stops its foundation when it is the sinks, and fails', () => {
      const bench = running();
      bench.crash('sinks');
      expect([bench.state, bench.log.at(-1)]).toEqual(['draining.foundation', 'foundation: stop']);
      bench.end('foundation');
      expect([bench.output, bench.running]).toEqual([crashed('sinks'), []]);
    });

    test('lets its sinks deliver what is owed when it is the sources, and fails', () => {
      const bench = running();
      bench.crash('sources');
      expect([bench.state, bench.news()]).toEqual(['draining.sinks', ['closeIntakes', 'sinks: stop']]);
      bench.end('sinks', 'foundation');
      expect(bench.output).toEqual(crashed('sources'));
    });

    test('fails at once when it is the foundation, on which all else stands', () => {
      const bench = running();
      bench.crash('foundation');
      expect([bench.output, bench.running, bench.clock.pending]).toEqual([crashed('foundation'), [], 0]);
    });

    test.each(GROUPS)('while it starts fails when it is the %s', (id) => {
      const bench = new PipelineBench();
      bench.crash(id);
      bench.end('sinks', 'foundation');
      expect([bench.output, bench.running]).toEqual([crashed(id), []]);
    });

    test.each([
      ['sources', 'draining.sinks'],
      ['sinks', 'draining.foundation'],
    ] as const)('while it drains goes on without the %s, by the same deadline', async (id, state) => {
      const bench = running(10_000);
      bench.stop(2_000);
      await bench.clock.advance(1_999);
      bench.crash(id);
      expect([bench.state, bench.deadlines]).toEqual([state, [2_000]]);
      await bench.clock.advance(1);
      bench.end('foundation');
      expect([bench.output, bench.running]).toEqual([crashed(id), []]);
    });

    test('while it drains fails at once when it is the foundation', () => {
      const bench = running();
      bench.stop();
      bench.crash('foundation');
      expect([bench.output, bench.running, bench.deadlines]).toEqual([crashed('foundation'), [], [10_000]]);
    });

    test.each(GROUPS)('after the deadline fails when it is the %s, within the grace', async (id) => {
      const bench = await closing();
      await bench.clock.advance(999);
      bench.crash(id);
      expect(bench.state).toBe('closing');
      await bench.clock.advance(1);
      expect([bench.output, bench.running, bench.clock.pending]).toEqual([crashed(id), [], 0]);
    });

    test('keeps the first cause when another gave up before', () => {
      const bench = running();
      bench.fails('sources');
      bench.crash('foundation');
      expect(bench.output).toEqual(failed('sources gave up'));
    });
  });
}
