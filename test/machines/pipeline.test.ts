import { describe, expect, test } from 'vitest';
import { coverage, PipelineBench } from './pipeline-bench.ts';

const ENDED = { outcome: 'ended', cause: null };

/** Both groups run; what led to it is not in the log any more. */
function running(drain?: number): PipelineBench {
  const bench = new PipelineBench(drain).run();
  bench.news();
  return bench;
}

describe('a pipeline that starts', () => {
  test('starts its sinks, and no source before they are ready', () => {
    const bench = new PipelineBench();
    expect([bench.state, bench.news()]).toEqual(['starting.sinks', ['sinks: start']]);
    bench.send({ type: 'child.ready', id: 'sinks' });
    expect([bench.state, bench.news()]).toEqual(['starting.sources', ['sources: start']]);
  });

  test('runs and is ready once its sources are', () => {
    const bench = new PipelineBench().run();
    expect([bench.state, bench.news().at(-1)]).toEqual(['running', 'announceReady']);
  });

  test('takes the readiness of its sources for no readiness of its sinks', () => {
    const bench = new PipelineBench();
    bench.send({ type: 'child.ready', id: 'sources' });
    expect(bench.state).toBe('starting.sinks');
  });

  test('waits for its sources, not for its sinks again', () => {
    const bench = new PipelineBench();
    bench.send({ type: 'child.ready', id: 'sinks' }, { type: 'child.ready', id: 'sinks' });
    expect(bench.state).toBe('starting.sources');
  });

  test('is ready although its sources have ended before they were', () => {
    const bench = new PipelineBench();
    bench.send({ type: 'child.ready', id: 'sinks' });
    bench.news();
    bench.end('sources');
    expect([bench.state, bench.news()]).toEqual(['finishing', ['announceReady', 'closeIntakes', 'sinks: stop']]);
  });

  test.each([
    ['sinks', []],
    ['sources', [{ type: 'child.ready', id: 'sinks' }]],
  ] as const)('drains when it is stopped while its %s start', (_group, before) => {
    const bench = new PipelineBench();
    bench.send(...before, { type: 'stop' });
    expect([bench.state, bench.log.at(-1)]).toEqual(['draining.sources', 'sources: stop']);
  });
});

describe('a pipeline that is stopped', () => {
  test('stops its sources first, its sinks when those have ended', () => {
    const bench = running();
    bench.send({ type: 'stop' });
    expect([bench.state, bench.news()]).toEqual(['draining.sources', ['closeIntakes', 'sources: stop']]);
    bench.end('sources');
    expect([bench.state, bench.news()]).toEqual(['draining.sinks', ['sinks: stop']]);
    bench.end('sinks');
    expect([bench.output, bench.running, bench.clock.pending]).toEqual([ENDED, [], 0]);
  });

  test('drains until its deadline, then ends with what has not', async () => {
    const bench = running(10_000);
    bench.send({ type: 'stop' });
    await bench.clock.advance(9_000);
    bench.end('sources');
    await bench.clock.advance(999);
    expect(bench.running).toEqual(['sinks']);
    await bench.clock.advance(1);
    expect([bench.output, bench.running]).toEqual([ENDED, []]);
  });

  test('drains as long as the stop says, instead of its own deadline', async () => {
    const bench = running(10_000);
    bench.send({ type: 'stop', drain: 2_000 });
    await bench.clock.advance(1_999);
    expect(bench.state).toBe('draining.sources');
    await bench.clock.advance(1);
    expect(bench.output).toEqual(ENDED);
  });

  test('has one deadline: a second stop does not begin anew', async () => {
    const bench = running(10_000);
    bench.send({ type: 'stop' });
    await bench.clock.advance(9_000);
    bench.send({ type: 'stop' });
    await bench.clock.advance(1_000);
    expect([bench.output, bench.log]).toEqual([ENDED, ['closeIntakes', 'sources: stop']]);
  });

  test('ends at once when a second stop gives no time', () => {
    const bench = running();
    bench.send({ type: 'stop' }, { type: 'stop', drain: 0 });
    expect([bench.output, bench.running, bench.clock.pending]).toEqual([ENDED, [], 0]);
  });

  test('ends at once when its sinks have ended', () => {
    const bench = running();
    bench.send({ type: 'stop' });
    bench.end('sinks');
    expect([bench.output, bench.running]).toEqual([ENDED, []]);
  });
});

describe('a pipeline whose sources have ended by themselves', () => {
  test('delivers what is owed without a deadline', async () => {
    const bench = running(10_000);
    bench.end('sources');
    expect([bench.state, bench.news()]).toEqual(['finishing', ['closeIntakes', 'sinks: stop']]);
    await bench.clock.advance(1e9);
    expect(bench.state).toBe('finishing');
    bench.end('sinks');
    expect(bench.output).toEqual(ENDED);
  });

  test('has a deadline once it is stopped', async () => {
    const bench = running(10_000);
    bench.end('sources');
    await bench.clock.advance(1e6);
    bench.send({ type: 'stop' });
    await bench.clock.advance(9_999);
    expect(bench.state).toBe('draining.sinks');
    await bench.clock.advance(1);
    expect([bench.output, bench.clock.pending]).toEqual([ENDED, 0]);
  });
});

describe('a pipeline with a group that gives up', () => {
  test.each(['sinks', 'sources'] as const)('drains when it is the %s, and fails with the cause', (id) => {
    const bench = running();
    bench.fails(id);
    expect([bench.state, bench.news()]).toEqual(['draining.sources', ['closeIntakes', 'sources: stop']]);
    bench.end('sources');
    bench.end('sinks');
    expect([bench.output, bench.running]).toEqual([{ outcome: 'failed', cause: `${id} gave up` }, []]);
  });

  test('while it starts, drains too', () => {
    const bench = new PipelineBench();
    bench.fails('sinks');
    expect(bench.state).toBe('draining.sources');
  });

  test('fails by its own deadline at the latest', async () => {
    const bench = running(10_000);
    bench.fails('sinks');
    await bench.clock.advance(10_000);
    expect([bench.output?.outcome, bench.clock.pending]).toEqual(['failed', 0]);
  });

  test('keeps the first cause, and the deadline, when the other gives up too', async () => {
    const bench = running(10_000);
    bench.fails('sinks');
    await bench.clock.advance(9_000);
    bench.fails('sources');
    await bench.clock.advance(1_000);
    expect(bench.output).toEqual({ outcome: 'failed', cause: 'sinks gave up' });
  });

  test('while it drains as asked, fails', () => {
    const bench = running();
    bench.send({ type: 'stop' });
    bench.fails('sinks');
    bench.end('sinks');
    expect(bench.output).toEqual({ outcome: 'failed', cause: 'sinks gave up' });
  });

  test('after its sources have ended, drains with a deadline and fails', async () => {
    const bench = running(10_000);
    bench.end('sources');
    bench.fails('sinks');
    await bench.clock.advance(10_000);
    expect(bench.output).toEqual({ outcome: 'failed', cause: 'sinks gave up' });
  });
});

describe('a pipeline with a group that crashes', () => {
  test('stops its sources when it is the sinks, and fails', () => {
    const bench = running();
    bench.crash('sinks');
    expect([bench.output, bench.running]).toEqual([{ outcome: 'failed', cause: new Error('sinks crashed') }, []]);
  });

  test('lets its sinks deliver what is owed when it is the sources, and fails', () => {
    const bench = running();
    bench.crash('sources');
    expect([bench.state, bench.news()]).toEqual(['draining.sinks', ['closeIntakes', 'sinks: stop']]);
    bench.end('sinks');
    expect(bench.output).toEqual({ outcome: 'failed', cause: new Error('sources crashed') });
  });
});

describe('the tests of the pipeline machine', () => {
  test('take each of its transitions', () => {
    expect(coverage.missed).toEqual([]);
  });
});
