import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { documentAttributes, endsDocument } from '../../src/messages/document.ts';
import { Message } from '../../src/messages/message.ts';
import { batcherBench } from './batcher-bench.ts';
import { named } from './events.ts';

interface Turn {
  readonly chunk: Chunk;
  readonly pause: number;
}

interface Shape {
  /** Events that it was expanded into; 0: it was filtered. */
  readonly parts: number;
  /** It is the last of its document. */
  readonly end: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({ parts: fc.nat({ max: 3 }), end: fc.boolean() });

/** Per turn: the source, its events, and the time before the turn. */
const shapes = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.array(shape, { minLength: 1, maxLength: 8 }), fc.nat(60)),
  { maxLength: 20 },
);

function partsOf(source: string, sequence: number, { parts, end }: Shape): Message[] {
  return Array.from({ length: parts }, (_, part) => {
    const payload = 'x'.repeat(1 + ((sequence + part) % 5));
    return new Message(source, 'e1', sequence, 0, payload, 'text', documentAttributes('d', 0, end));
  });
}

const turns = shapes.map((all): Turn[] => {
  const ends = new Map<string, number>();
  return all.map(([source, events, pause]) => {
    const from = ends.get(source) ?? 0;
    ends.set(source, from + events.length);
    const messages = events.flatMap((each, at) => partsOf(source, from + at + 1, each));
    return { chunk: { source, through: from + events.length, messages }, pause };
  });
});

const limits = fc.record({
  mode: fc.constantFrom('fixed', 'document'),
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

const eventsOf = (source: string, chunks: readonly { readonly messages: readonly Message[] }[]) =>
  chunks.flatMap(({ messages }) => messages).filter((message) => message.source === source);

describe('the batches of any chunks', () => {
  test('in mode fixed are in order over all sources', async () => {
    await fc.assert(
      fc.asyncProperty(limits, turns, async (of, given) => {
        const batches = await run({ ...of, mode: 'fixed' }, given);
        expect(named(batches.flatMap(({ messages }) => messages))).toBe(
          named(given.flatMap(({ chunk }) => chunk.messages)),
        );
      }),
    );
  });

  test('in mode document have one source, and the end of a document only at their own end', async () => {
    await fc.assert(
      fc.asyncProperty(limits, turns, async (of, given) => {
        for (const { messages, reason } of await run({ ...of, mode: 'document' }, given)) {
          const ends = new Set(messages.filter(endsDocument).map(({ sequence }) => sequence));
          const last = messages.at(-1);
          expect([...ends]).toEqual(last && ends.has(last.sequence) ? [last.sequence] : []);
          expect(new Set(messages.map(({ source }) => source)).size).toBeLessThanOrEqual(1);
          if (reason === 'document') expect(ends.size).toBe(1);
        }
      }),
    );
  });

  test('joined are the events that came in, those of each source in order', async () => {
    await fc.assert(
      fc.asyncProperty(limits, turns, async (of, given) => {
        const batches = await run(of, given);
        for (const source of ['a', 'b', 'c']) {
          expect(named(eventsOf(source, batches))).toBe(
            named(
              eventsOf(
                source,
                given.map(({ chunk }) => chunk),
              ),
            ),
          );
        }
      }),
    );
  });

  test('have no more events and bytes than they may', async () => {
    await fc.assert(
      fc.asyncProperty(limits, turns, async (of, given) => {
        for (const { messages } of await run(of, given)) {
          const bytes = messages.reduce((sum, message) => sum + message.bytes, 0);
          if (of.mode === 'fixed') expect(messages.length).toBeLessThanOrEqual(of.size);
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
