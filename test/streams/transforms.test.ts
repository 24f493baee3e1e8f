import { of } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { Message } from '../../src/messages/message.ts';
import { expandMessages, filterMessages, mapMessages, type Transform } from '../../src/streams/transforms.ts';
import { chunkOf, emptyRange, shown } from './events.ts';

function through(transform: Transform, ...chunks: Chunk[]): Chunk[] {
  const out: Chunk[] = [];
  of(...chunks)
    .pipe(transform)
    .subscribe((chunk) => out.push(chunk));
  return out;
}

const payloads = (chunks: Chunk[]) => chunks.flatMap(({ messages }) => messages.map(({ payload }) => payload));

describe('a transform', () => {
  test('that maps gives each event another value', () => {
    const upper = mapMessages<string>(({ value, sequence }) => value.toUpperCase() + sequence);
    const out = through(upper, chunkOf('a', 1, 2));
    expect([out.map(shown), payloads(out)]).toEqual([['a1 a2 ->2'], ['X1', 'X2']]);
  });

  test('that maps to anything but text and bytes gives its JSON', () => {
    expect(
      payloads(
        through(
          mapMessages(({ sequence }) => ({ sequence })),
          chunkOf('a', 1, 1),
        ),
      ),
    ).toEqual(['{"sequence":1}']);
  });

  test('that filters keeps some events and covers all', () => {
    const odd = filterMessages(({ sequence }) => sequence % 2 === 1);
    expect(through(odd, chunkOf('a', 1, 4)).map(shown)).toEqual(['a1 a3 ->4']);
  });

  test('that filters everything leaves an empty range', () => {
    expect(
      through(
        filterMessages(() => false),
        chunkOf('a', 1, 4),
      ).map(shown),
    ).toEqual(['->4']);
  });

  test('that filters passes on the very messages', () => {
    const chunk = chunkOf('a', 1, 1);
    expect(
      through(
        filterMessages(() => true),
        chunk,
      )[0]?.messages[0],
    ).toBe(chunk.messages[0]);
  });

  test('that expands makes any number of events with the id of one', () => {
    const parts = expandMessages(({ sequence }) => Array.from({ length: sequence - 1 }, (_, part) => `part ${part}`));
    const out = through(parts, chunkOf('a', 1, 3));
    expect([out.map(shown), payloads(out)]).toEqual([['a2 a3 a3 ->3'], ['part 0', 'part 0', 'part 1']]);
  });

  test('that expands takes any iterable', () => {
    const parts = expandMessages(function* () {
      yield 'one';
      yield { two: 2 };
    });
    expect(payloads(through(parts, chunkOf('a', 1, 1)))).toEqual(['one', '{"two":2}']);
  });

  test('passes empty ranges on', () => {
    const out = through(
      mapMessages(() => 'x'),
      emptyRange('a', 7),
    );
    expect(out.map(shown)).toEqual(['->7']);
  });

  test('hands on with its fault an event whose value it reads and that is not JSON', () => {
    const bad = new Message('a', 'e1', 2, 0, '{', 'json');
    const messages = [new Message('a', 'e1', 1, 0, '1', 'json'), bad];
    const transforms = [
      mapMessages(({ value }) => value),
      filterMessages(({ value }) => value === 1),
      expandMessages(({ value }) => [value]),
    ];
    for (const transform of transforms) {
      const out = through(transform, { source: 'a', through: 2, messages });
      const faults = out.flatMap((chunk) => chunk.messages.map(({ payload, fault }) => [payload, fault?.message]));
      expect(faults).toEqual([
        ['1', undefined],
        ['{', 'event e1/2 of a is not JSON'],
      ]);
    }
  });

  test('that throws fails the stream of chunks with what it threw', () => {
    const broken = mapMessages(() => {
      throw new Error('broken');
    });
    const errors: unknown[] = [];
    of(chunkOf('a', 1, 1))
      .pipe(broken)
      .subscribe({ error: (error) => errors.push(error) });
    expect(errors).toEqual([new Error('broken')]);
  });
});
