import { describe, expect, test } from 'vitest';
import type { ChildSpec, SupervisorInput } from '../../machines/supervisor.ts';
import { type Manners, SPEC, SupervisorBench } from './supervisor-bench.ts';

const TEMPORARY = { ...SPEC, restart: 'temporary' } as const;

function temporary(...ids: string[]): ChildSpec[] {
  return ids.map((id) => ({ ...TEMPORARY, id }));
}

/** All children are temporary, as the peers of a shard. */
function shard(input: Partial<SupervisorInput> = {}, manners: Record<string, Manners> = {}): SupervisorBench {
  return new SupervisorBench({ children: temporary('a', 'b', 'c'), ...input }, manners).start();
}

function known(bench: SupervisorBench): string[] {
  return bench.snapshot.context.specs.map(({ id }) => id);
}

/** Temporary children come and go in any number, so nothing of them may stay. */
export function describeForgetting(): void {
  describe('a temporary child that was ready', () => {
    test('and reports its end is forgotten', () => {
      const bench = shard();
      bench.ended('b');
      expect([known(bench), bench.snapshot.context.alive]).toEqual([
        ['a', 'c'],
        ['a', 'c'],
      ]);
    });

    test('and is done is forgotten, with its actor', async () => {
      const bench = shard({}, { b: { final: true } });
      await bench.clock.settle();
      await bench.finish('b');
      expect([known(bench), Object.keys(bench.snapshot.children)]).toEqual([
        ['a', 'c'],
        ['a', 'c'],
      ]);
    });

    test('and crashes is forgotten', async () => {
      const bench = shard();
      await bench.crash('b');
      expect(known(bench)).toEqual(['a', 'c']);
    });

    test('leaves nothing behind, however many come and go', () => {
      const bench = shard();
      for (let peer = 0; peer < 500; peer += 1) {
        bench.add({ ...TEMPORARY, id: `peer-${peer}` });
        bench.ended(`peer-${peer}`);
      }
      expect([known(bench), bench.snapshot.context.next, bench.state]).toEqual([['a', 'b', 'c'], 3, 'up.running']);
    });

    test('makes room for another one of its name', () => {
      const bench = shard();
      bench.ended('a');
      bench.news();
      bench.add({ ...TEMPORARY, id: 'a' });
      expect([bench.news(), known(bench)]).toEqual([['start a'], ['b', 'c', 'a']]);
    });

    test('is forgotten by a supervisor that has given up, too', () => {
      const bench = shard({ children: [...temporary('a'), { ...SPEC, id: 'b' }] });
      bench.ended('b', 'failed');
      bench.ended('a');
      expect([bench.state, known(bench)]).toEqual(['failing', ['b']]);
    });
  });

  describe('a temporary child that ends while others start', () => {
    test('leaves the one awaited awaited, and those after it in their order', () => {
      const bench = shard({}, { b: { ready: false } });
      bench.ended('a');
      expect([bench.state, bench.news()]).toEqual(['up.starting', ['start a', 'start b', 'end a']]);
      bench.ready('b');
      expect([bench.state, bench.news()]).toEqual(['up.running', ['start c']]);
    });

    test('and is awaited itself is passed over, and each after it started once', () => {
      const bench = shard({}, { a: { ready: false } });
      bench.ended('a');
      expect([bench.state, bench.news()]).toEqual(['up.running', ['start a', 'end a', 'start b', 'start c']]);
    });

    test('and is awaited itself is passed over when it crashes, too', async () => {
      const bench = shard({}, { a: { ready: false } });
      await bench.crash('a');
      expect([bench.state, bench.news()]).toEqual(['up.running', ['start a', 'end a', 'start b', 'start c']]);
    });

    test('does not make the start timeout of another one its own', async () => {
      const children = [...temporary('a'), { ...TEMPORARY, id: 'b', startTimeout: 2_000 }];
      const bench = shard({ children }, { b: { ready: false } });
      bench.ended('a');
      await bench.clock.advance(2_000);
      expect(bench.snapshot.context.cause).toMatchObject({ child: 'b', reason: 'not ready in time' });
    });
  });

  describe('a supervisor of temporary children that shuts down with the last one', () => {
    test('lives as long as one of them does, whoever came and went', () => {
      const bench = shard({ autoShutdown: 'all', children: temporary('a') });
      bench.add({ ...TEMPORARY, id: 'b' });
      bench.ended('a');
      bench.add({ ...TEMPORARY, id: 'c' });
      bench.ended('b');
      expect([bench.state, known(bench)]).toEqual(['up.running', ['c']]);
      bench.ended('c');
      expect(bench.state).toBe('ended');
    });

    test('ends as ended when they have all crashed', async () => {
      const bench = shard({ autoShutdown: 'all' });
      await bench.crash('a', 'b', 'c');
      expect([bench.state, bench.snapshot.output]).toEqual(['ended', { outcome: 'ended', cause: null }]);
    });
  });

  test('a transient child that has ended keeps its place', () => {
    const bench = shard({ children: [{ ...SPEC, id: 'a' }, ...temporary('b')] });
    bench.ended('a');
    expect(known(bench)).toEqual(['a', 'b']);
  });
}
