import { describe, expect, test } from 'vitest';
import { PipelineBench } from './pipeline-bench.ts';

/** Order on the way up. */
export function describeStarting(): void {
  describe('a pipeline that starts', () => {
    test('starts its foundation, and no sink before that is ready', () => {
      const bench = new PipelineBench();
      expect([bench.state, bench.news()]).toEqual(['starting.foundation', ['foundation: start']]);
      bench.send({ type: 'child.ready', id: 'foundation' });
      expect([bench.state, bench.news()]).toEqual(['starting.sinks', ['sinks: start']]);
    });

    test('starts no source before its sinks are ready', () => {
      const bench = new PipelineBench().run('foundation');
      bench.news();
      bench.send({ type: 'child.ready', id: 'sinks' });
      expect([bench.state, bench.news()]).toEqual(['starting.sources', ['sources: start']]);
    });

    test('runs and is ready once its sources are', () => {
      const bench = new PipelineBench().run();
      expect([bench.state, bench.news().at(-1)]).toEqual(['running', 'announceReady']);
    });

    test('takes the readiness of its sinks and sources for none of its foundation', () => {
      const bench = new PipelineBench();
      bench.send({ type: 'child.ready', id: 'sinks' }, { type: 'child.ready', id: 'sources' });
      expect(bench.state).toBe('starting.foundation');
    });

    test('takes the readiness of its sources for no readiness of its sinks', () => {
      const bench = new PipelineBench().run('foundation');
      bench.send({ type: 'child.ready', id: 'sources' });
      expect(bench.state).toBe('starting.sinks');
    });

    test('waits for its sources, not for its sinks again', () => {
      const bench = new PipelineBench().run('sinks');
      bench.send({ type: 'child.ready', id: 'sinks' });
      expect(bench.state).toBe('starting.sources');
    });

    test('is ready although its sources have ended before they were', () => {
      const bench = new PipelineBench().run('sinks');
      bench.news();
      bench.end('sources');
      expect([bench.state, bench.news()]).toEqual([
        'finishing.sinks',
        ['announceReady', 'closeIntakes', 'sinks: stop'],
      ]);
    });

    test.each([
      ['foundation', () => new PipelineBench()],
      ['sinks', () => new PipelineBench().run('foundation')],
      ['sources', () => new PipelineBench().run('sinks')],
    ] as const)('drains when it is stopped while its %s start', (group, make) => {
      const bench = make();
      expect(bench.state).toBe(`starting.${group}`);
      bench.stop();
      expect([bench.state, bench.log.at(-1)]).toEqual(['draining.sources', 'sources: stop']);
    });
  });
}
