import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { batcherBench } from './batcher-bench.ts';
import { event, named } from './events.ts';

interface Turn {
  readonly chunk: Chunk;
  readonly pause: number;
}

/** Per turn: the source, how many parts each event was expanded into (0: filtered), and the time before the turn. */
const shapes = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 8 }), fc.nat(60)),
  { maxLength: 20 },
);

const turns = shapes.map((all): Turn[] => {
  const ends = new Map<string, number>();
  return all.map(([source, parts, pause]) => {
    const from = ends.get(source) ?? 0;
    ends.set(source, from + parts.length);
    const messages = parts.flatMap((count, at) =>
      Array.from({ length: count }, (_, part) => event(source, from + at + 1, 'x'.repeat(1 + ((at + part) % 5)))),
    );
    return { chunk: { source, through: from + parts.length, messages }, pause };
  });
});

const limits = fc.record({
  size: fc.integer({ min: 1, max: 10 }),
  bytes: fc.integer({ min: 1, max: 20 }),
  timeout: fc.integer({ min: 1, max: 100 }),
});

async function run(of: Parameters<typeof batcherBench>[0], given: readonly Turn[]) {
  const bench = batcherBench(of);
  for (const { chunk, pause } of given) {
    if (pause > 40) await bench.clock.advance(pause);
    bench.give(chunk);
  }
  bench.chunks$.complete();
  return bench.taken;
}

describe('the batches of any chunks', () => {
  test('joined are the events that came in, in order', async () => {
    await fc.assert(
      fc.asyncProperty(limits, turns, async (of, given) => {
        const batches = await run(of, given);
        expect(named(batches.flatMap(({ messages }) => messages))).toBe(
          named(given.flatMap(({ chunk }) => chunk.messages)),
        );
      }),
    );
  });

  test('have no more events and bytes than they may', async () => {
    await fc.assert(
      fc.asyncProperty(limits, turns, async (of, given) => {
        for (const { messages } of await run(of, given)) {
          const bytes = messages.reduce((sum, message) => sum + message.bytes, 0);
          expect(messages.length).toBeLessThanOrEqual(of.size);
          expect(messages.length <= 1 || bytes <= of.bytes).toBe(true);
        }
      }),
    );
  });

  test('cover more and more, never an event of a later batch, and everything in the end', async () => {
    await fc.assert(
      fc.asyncProperty(limits, turns, async (of, given) => {
        const batches = await run(of, given);
        const covered = new Map<string, number>();
        batches.forEach(({ through }, at) => {
          for (const [source, sequence] of through) {
            expect(sequence).toBeGreaterThanOrEqual(covered.get(source) ?? 0);
            covered.set(source, sequence);
          }
          for (const later of batches.slice(at + 1).flatMap(({ messages }) => messages)) {
            expect(later.sequence).toBeGreaterThan(covered.get(later.source) ?? 0);
          }
        });
        expect(covered).toEqual(new Map(given.map(({ chunk }) => [chunk.source, chunk.through])));
      }),
    );
  });
});
