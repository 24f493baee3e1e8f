import { describe, expect, test } from 'vitest';
import { closing, ENDED, finishing, running } from './pipeline-bench.ts';

const EVERYTHING = ['foundation', 'sinks', 'sources'];

/** Order on the way down, and its deadline. */
export function describeStopping(): void {
  describe('a pipeline that is stopped', () => {
    test('stops its sources first, its sinks when those have ended, its foundation last', () => {
      const bench = running();
      bench.stop();
      expect([bench.state, bench.news()]).toEqual(['draining.sources', ['closeIntakes', 'sources: stop']]);
      bench.end('sources');
      expect([bench.state, bench.news()]).toEqual(['draining.sinks', ['sinks: stop']]);
      bench.end('sinks');
      expect([bench.state, bench.news()]).toEqual(['draining.foundation', ['foundation: stop']]);
      bench.end('foundation');
      expect([bench.output, bench.running, bench.clock.pending]).toEqual([ENDED, [], 0]);
    });

    test('drains until its deadline', async () => {
      const bench = running(10_000);
      bench.stop();
      await bench.clock.advance(9_000);
      bench.end('sources');
      await bench.clock.advance(999);
      expect([bench.state, bench.running]).toEqual(['draining.sinks', ['foundation', 'sinks']]);
      await bench.clock.advance(1);
      expect(bench.state).toBe('closing');
    });

    test('drains as long as the stop says, instead of its own deadline', async () => {
      const bench = running(10_000);
      bench.stop(2_000);
      await bench.clock.advance(1_999);
      expect(bench.state).toBe('draining.sources');
      await bench.clock.advance(1);
      expect(bench.state).toBe('closing');
    });

    test('tells what stands below how long the drain may take', () => {
      const [own, given] = [running(10_000), running(10_000)];
      own.stop();
      given.stop(2_000);
      expect([own.deadlines, given.deadlines]).toEqual([[10_000], [2_000]]);
    });

    test('has one deadline: a second stop does not begin anew', async () => {
      const bench = running(10_000);
      bench.stop();
      await bench.clock.advance(9_000);
      bench.stop();
      await bench.clock.advance(1_000);
      expect([bench.state, bench.deadlines]).toEqual(['closing', [10_000]]);
      expect(bench.log).toEqual(['closeIntakes', 'sources: stop', 'foundation: stop']);
    });

    test('ends at once when a second stop gives no time', () => {
      const bench = running();
      bench.stop();
      bench.stop(0);
      expect([bench.output, bench.running, bench.clock.pending]).toEqual([ENDED, [], 0]);
    });

    test('still gives its foundation the grace when the first stop gives no time', async () => {
      const bench = running();
      bench.stop(0);
      await bench.clock.settle();
      expect([bench.state, bench.news().at(-1)]).toEqual(['closing', 'foundation: stop']);
    });

    test('waits for no source once its sinks have ended', () => {
      const bench = running();
      bench.stop();
      bench.end('sinks');
      expect([bench.state, bench.log.at(-1)]).toEqual(['draining.foundation', 'foundation: stop']);
      bench.end('foundation');
      expect([bench.output, bench.running]).toEqual([ENDED, []]);
    });
  });

  describe('a pipeline whose deadline has passed', () => {
    test('asks its foundation to end, so that cursors are written, and nobody else', async () => {
      const bench = await closing();
      expect([bench.state, bench.news(), bench.running]).toEqual([
        'closing',
        ['closeIntakes', 'sources: stop', 'foundation: stop'],
        EVERYTHING,
      ]);
    });

    test('ends as soon as that has, with what has not been delivered', async () => {
      const bench = await closing();
      await bench.clock.advance(300);
      bench.end('foundation');
      expect([bench.output, bench.running, bench.clock.pending]).toEqual([ENDED, [], 0]);
    });

    test('ends one second later in any case', async () => {
      const bench = await closing();
      await bench.clock.advance(999);
      expect([bench.state, bench.running]).toEqual(['closing', EVERYTHING]);
      await bench.clock.advance(1);
      expect([bench.output, bench.running, bench.clock.pending]).toEqual([ENDED, [], 0]);
    });

    test('ends at once when a stop gives no time', async () => {
      const bench = await closing();
      bench.stop(0);
      expect([bench.output, bench.running]).toEqual([ENDED, []]);
    });

    test('begins nothing anew when it is stopped, or when sources and sinks end after all', async () => {
      const bench = await closing();
      bench.news();
      await bench.clock.advance(900);
      bench.stop();
      bench.end('sources', 'sinks');
      expect([bench.state, bench.news()]).toEqual(['closing', []]);
      await bench.clock.advance(100);
      expect(bench.output).toEqual(ENDED);
    });
  });

  describe('a pipeline whose sources have ended by themselves', () => {
    test('delivers what is owed without a deadline', async () => {
      const bench = finishing(10_000);
      expect([bench.state, bench.news(), bench.deadlines]).toEqual([
        'finishing.sinks',
        ['closeIntakes', 'sinks: stop'],
        [],
      ]);
      await bench.clock.advance(1e9);
      expect(bench.state).toBe('finishing.sinks');
    });

    test('stops its foundation when its sinks have ended, and ends with it', async () => {
      const bench = finishing();
      bench.news();
      bench.end('sinks');
      expect([bench.state, bench.news()]).toEqual(['finishing.foundation', ['foundation: stop']]);
      await bench.clock.advance(1e9);
      bench.end('foundation');
      expect([bench.output, bench.running]).toEqual([ENDED, []]);
    });

    test('has a deadline once it is stopped', async () => {
      const bench = finishing(10_000);
      await bench.clock.advance(1e6);
      bench.stop();
      await bench.clock.advance(9_999);
      expect(bench.state).toBe('draining.sinks');
      await bench.clock.advance(1);
      expect(bench.state).toBe('closing');
    });

    test('has a deadline once it is stopped while its foundation ends', async () => {
      const bench = finishing(10_000);
      bench.end('sinks');
      await bench.clock.advance(1e6);
      bench.stop(2_000);
      expect([bench.state, bench.deadlines]).toEqual(['draining.foundation', [2_000]]);
      await bench.clock.advance(3_000);
      expect([bench.output, bench.clock.pending]).toEqual([ENDED, 0]);
    });
  });
}
