import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import { Message } from '../../src/messages/message.ts';
import { bufferBench, ofBytes, ofEvents } from './buffer-bench.ts';
import { chunkOf, emptyRange, shown, thinned, upTo } from './events.ts';

describe('a reader of the buffer', () => {
  test('gets what waits and then what comes, in order', () => {
    const { append, read } = bufferBench();
    append(chunkOf('a', 1, 2), chunkOf('b', 1, 1));
    const reader = read();
    append(chunkOf('a', 3, 3));
    expect(reader.chunks).toEqual(['a1 a2 ->2', 'b1 ->1', 'a3 ->3']);
  });

  test('gets no more events than may be in flight, so a chunk is split', () => {
    const { append, read } = bufferBench({ inFlight: ofEvents(3) });
    append(chunkOf('a', 1, 2), chunkOf('a', 3, 6));
    expect(read().chunks).toEqual(['a1 a2 ->2', 'a3 ->3']);
  });

  test('gets the rest of a split chunk as room is made', () => {
    const { append, read, settle } = bufferBench({ inFlight: ofEvents(3) });
    append(chunkOf('a', 1, 7));
    const reader = read();
    settle('a', 2);
    settle('a', 5);
    expect(reader.chunks).toEqual(['a1 a2 a3 ->3', 'a4 a5 ->5', 'a6 a7 ->7']);
  });

  test('gets no further chunk once the bytes that may be in flight are reached', () => {
    const { append, read, settle } = bufferBench({ inFlight: ofBytes(10) });
    append(chunkOf('a', 1, 1, 'x'.repeat(6)), chunkOf('a', 2, 2, 'x'.repeat(6)), chunkOf('a', 3, 3));
    const reader = read();
    expect(reader.chunks).toEqual(['a1 ->1', 'a2 ->2']);
    settle('a', 1);
    expect(reader.chunks).toEqual(['a1 ->1', 'a2 ->2', 'a3 ->3']);
  });

  test('gets nothing between hold and release', () => {
    const { buffer, append, read } = bufferBench();
    const reader = read();
    buffer.hold();
    append(chunkOf('a', 1, 1), chunkOf('a', 2, 2));
    expect(reader.chunks).toEqual([]);
    buffer.release();
    expect(reader.chunks).toEqual(['a1 ->1', 'a2 ->2']);
  });

  test('may hold while it is given what waits', () => {
    const { buffer, append, read } = bufferBench();
    append(chunkOf('a', 1, 1), chunkOf('a', 2, 2));
    expect(read(() => buffer.hold()).chunks).toEqual(['a1 ->1']);
  });

  test('may settle a chunk while it is given it', () => {
    const { buffer, append, read } = bufferBench({ inFlight: ofEvents(1) });
    append(chunkOf('a', 1, 3), chunkOf('b', 1, 2));
    const reader = read((chunk) => buffer.settle(upTo(chunk.source, chunk.through)));
    expect(reader.chunks).toEqual(['a1 ->1', 'a2 ->2', 'a3 ->3', 'b1 ->1', 'b2 ->2']);
    expect(buffer.counts()).toEqual({
      waiting: { events: 0, bytes: 0 },
      inFlight: { events: 0, bytes: 0 },
      dropped: 0,
      owed: 0,
    });
  });

  test('is given the next chunk only when it is done with this one', () => {
    const { buffer, append, read } = bufferBench({ inFlight: ofEvents(1) });
    const steps: string[] = [];
    append(chunkOf('a', 1, 2));
    read((chunk) => {
      steps.push(`begin ${shown(chunk)}`);
      buffer.settle(upTo(chunk.source, chunk.through));
      steps.push('end');
    });
    expect(steps).toEqual(['begin a1 ->1', 'end', 'begin a2 ->2', 'end']);
  });

  test('is counted for: what waits, and what it has not settled', () => {
    const { buffer, append, read, settle } = bufferBench({ inFlight: ofEvents(3) });
    append(chunkOf('a', 1, 5, 'xx'));
    read();
    settle('a', 1);
    expect(buffer.counts()).toEqual({
      waiting: { events: 1, bytes: 2 },
      inFlight: { events: 3, bytes: 6 },
      dropped: 0,
      owed: 4,
    });
  });

  test('gets nothing more once it has left', () => {
    const { append, read } = bufferBench();
    const reader = read();
    reader.stop();
    append(chunkOf('a', 1, 1));
    expect(reader.chunks).toEqual([]);
  });
});

describe('a new reader', () => {
  test('starts at the first unsettled event', () => {
    const { append, read, settle } = bufferBench();
    append(chunkOf('a', 1, 2), chunkOf('b', 1, 2), chunkOf('a', 3, 4));
    const first = read();
    settle('a', 2);
    first.stop();
    append(chunkOf('b', 3, 3));
    expect(read().chunks).toEqual(['b1 b2 ->2', 'a3 a4 ->4', 'b3 ->3']);
  });

  test('starts within a chunk that is half settled', () => {
    const { append, read, settle } = bufferBench();
    append(chunkOf('a', 1, 5));
    const first = read();
    settle('a', 2);
    first.stop();
    expect(read().chunks).toEqual(['a3 a4 a5 ->5']);
  });

  test('gets every event again that was expanded from one whose last part is not settled', () => {
    const { append, read, settle } = bufferBench();
    append(thinned('a', 3, [1, 2, 2, 3]));
    const first = read();
    settle('a', 1);
    first.stop();
    expect(read().chunks).toEqual(['a2 a2 a3 ->3']);
  });

  test('gets of a chunk with settled events only what it covers beyond them', () => {
    const { append, read, settle } = bufferBench();
    append(thinned('a', 9, [1, 2]));
    const first = read();
    settle('a', 2);
    first.stop();
    expect(read().chunks).toEqual(['->9']);
  });

  test('has all the room in flight for itself', () => {
    const { append, read } = bufferBench({ inFlight: ofEvents(2) });
    append(chunkOf('a', 1, 4));
    read().stop();
    expect(read().chunks).toEqual(['a1 a2 ->2']);
  });

  test('goes on with what none has read after what an earlier one has', () => {
    const { append, read, settle } = bufferBench({ inFlight: ofEvents(2) });
    append(chunkOf('a', 1, 4));
    read().stop();
    const second = read();
    settle('a', 2);
    expect(second.chunks).toEqual(['a1 a2 ->2', 'a3 a4 ->4']);
  });

  test('is spared what an earlier one settles late', () => {
    const { buffer, append, read, settle } = bufferBench();
    append(chunkOf('a', 1, 2), chunkOf('a', 3, 4));
    read().stop();
    buffer.hold();
    const second = read();
    settle('a', 3);
    buffer.release();
    expect(second.chunks).toEqual(['a4 ->4']);
    expect(buffer.counts().inFlight).toEqual({ events: 1, bytes: 1 });
  });
});

describe('a settled range', () => {
  test('that ends before what is settled already is ignored', () => {
    const { buffer, append, read, settle } = bufferBench();
    append(chunkOf('a', 1, 1), chunkOf('b', 1, 4));
    read();
    settle('b', 3);
    settle('b', 1);
    settle('a', 1);
    expect(buffer.counts().inFlight.events).toBe(1);
  });

  test('does not settle what nobody has read', () => {
    const { buffer, append, read, settle } = bufferBench({ inFlight: ofEvents(1) });
    append(chunkOf('a', 1, 1), chunkOf('a', 2, 2));
    const first = read();
    buffer.hold();
    settle('a', 2);
    first.stop();
    buffer.release();
    expect([buffer.empty, read().chunks]).toEqual([false, ['a2 ->2']]);
  });
});

describe('the end of the buffer', () => {
  test('completes a reader once it has read everything', () => {
    const { buffer, append, read, settle } = bufferBench({ inFlight: ofEvents(1) });
    append(chunkOf('a', 1, 2));
    const reader = read();
    buffer.end();
    expect(reader.completed).toBe(false);
    settle('a', 1);
    expect([reader.chunks, reader.completed]).toEqual([['a1 ->1', 'a2 ->2'], true]);
  });

  test('completes a reader that has read everything at once', () => {
    const { buffer, append, read } = bufferBench();
    append(chunkOf('a', 1, 2));
    const reader = read();
    buffer.end();
    expect(reader.completed).toBe(true);
  });

  test('gives a new reader what is unsettled, and then completes it too', () => {
    const { buffer, append, read } = bufferBench();
    append(chunkOf('a', 1, 2));
    read();
    buffer.end();
    const second = read();
    expect([second.chunks, second.completed]).toEqual([['a1 a2 ->2'], true]);
  });

  test('is drained when everything is settled, not before', () => {
    const { buffer, append, read, settle } = bufferBench();
    append(chunkOf('a', 1, 2));
    read();
    buffer.end();
    expect([buffer.drained, buffer.empty]).toEqual([false, false]);
    settle('a', 2);
    expect([buffer.drained, buffer.empty]).toEqual([true, true]);
  });

  test('is not drained while more may come', () => {
    const { buffer } = bufferBench();
    expect([buffer.empty, buffer.drained]).toEqual([true, false]);
  });
});

describe('a thinned chunk', () => {
  function read64K(sequences: number[], through: number): Chunk {
    const bytes = Buffer.alloc(65_536);
    const messages = sequences.map((at) => new Message('a', 'e1', at, 0, bytes.subarray(at, at + 1)));
    return { source: 'a', through, messages };
  }

  function keptBytes(chunks: Chunk[]): number[] {
    const { buffer, append } = bufferBench();
    const kept: number[] = [];
    append(...chunks);
    buffer.chunks$.subscribe(({ messages }) => {
      for (const { payload } of messages) if (typeof payload !== 'string') kept.push(payload.buffer.byteLength);
    });
    return kept;
  }

  test('does not keep its read alive for the few events that a filter has left', () => {
    expect(keptBytes([read64K([1], 3)])).toEqual([1]);
  });

  test('is not copied when most of its events are left', () => {
    expect(keptBytes([read64K([1, 2], 3)])).toEqual([65_536, 65_536]);
  });

  test('is measured by what it covers, not by its sequence', () => {
    expect(keptBytes([emptyRange('a', 100), read64K([101], 101)])).toEqual([65_536]);
  });

  test('keeps what it covers', () => {
    const { append, read } = bufferBench();
    const chunk = read64K([2], 9);
    append(chunk);
    expect(read().chunks).toEqual([shown(chunk)]);
  });
});
