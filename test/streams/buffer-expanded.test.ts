import { expect, test } from 'vitest';
import { MemoryBuffer } from '../../src/streams/buffer.ts';
import { chunkOf, event, upTo } from './events.ts';

test('a part of an expanded event that was in flight is read again when only the event before it was settled', () => {
  const bound = { events: 100, bytes: 1e6 };
  const buffer = new MemoryBuffer({ waiting: bound, whenFull: 'block', inFlight: { events: 2, bytes: 1e6 } });
  buffer.append(chunkOf('a', 1, 1));
  buffer.append({ source: 'a', through: 2, messages: ['p', 'q', 'r'].map((part) => event('a', 2, part)) });
  const reading = buffer.chunks$.subscribe();
  // The peer has acknowledged the first event; what else was read is on its way when the connection is lost.
  reading.unsubscribe();
  buffer.settle(upTo('a', 1));
  const again: string[] = [];
  buffer.chunks$.subscribe((chunk) => again.push(chunk.messages.map(({ text }) => text).join('')));
  expect(again.join('')[0]).toBe('p');
});
