import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { bufferBench, ofEvents } from './buffer-bench.ts';
import { chunkOf, emptyRange } from './events.ts';

describe('an empty range', () => {
  test('travels in its place between the events', () => {
    const { append, read } = bufferBench();
    append(chunkOf('a', 1, 1), emptyRange('b', 5), chunkOf('a', 2, 2));
    expect(read().chunks).toEqual(['a1 ->1', '->5', 'a2 ->2']);
  });

  test('is covered by the chunk that waits before it of its source', () => {
    const { append, read } = bufferBench();
    append(chunkOf('a', 1, 1), emptyRange('a', 5));
    expect(read().chunks).toEqual(['a1 ->5']);
  });

  test('is joined with the one before it of its source', () => {
    const { append, read } = bufferBench();
    append(emptyRange('a', 2), emptyRange('b', 3), emptyRange('a', 8), chunkOf('a', 9, 9));
    expect(read().chunks).toEqual(['->8', '->3', 'a9 ->9']);
  });

  test('is not joined across events', () => {
    const { append, read } = bufferBench();
    append(emptyRange('a', 2), chunkOf('b', 1, 1), emptyRange('a', 8), chunkOf('a', 9, 9));
    expect(read().chunks).toEqual(['->2', 'b1 ->1', '->8', 'a9 ->9']);
  });

  test('waits behind what is in flight, so that it can be joined', () => {
    const { append, read, settle } = bufferBench();
    const reader = read();
    append(chunkOf('a', 1, 1));
    for (let through = 2; through <= 1000; through += 1) append(emptyRange('a', through));
    settle('a', 1);
    expect(reader.chunks).toEqual(['a1 ->1', '->1000']);
  });

  test('goes on at once when nothing is in flight', () => {
    const { append, read } = bufferBench();
    const reader = read();
    append(emptyRange('a', 4));
    expect(reader.chunks).toEqual(['->4']);
  });

  test('does not hold back the events behind it', () => {
    const { append, read } = bufferBench();
    const reader = read();
    append(chunkOf('a', 1, 1), emptyRange('a', 4), chunkOf('b', 1, 1));
    expect(reader.chunks).toEqual(['a1 ->1', '->4', 'b1 ->1']);
  });

  test('is read before the end', () => {
    const { buffer, append, read } = bufferBench();
    const reader = read();
    append(chunkOf('a', 1, 1), emptyRange('a', 4));
    buffer.end();
    expect([reader.chunks, reader.completed]).toEqual([['a1 ->1', '->4'], true]);
  });

  test('leaves the buffer when it is settled', () => {
    const { buffer, append, read, settle } = bufferBench();
    append(emptyRange('a', 4));
    read();
    expect(buffer.empty).toBe(false);
    settle('a', 4);
    expect(buffer.empty).toBe(true);
  });

  test('left by dropping the oldest is joined with those of later drops', () => {
    const { append, read } = bufferBench({ whenFull: 'drop-oldest', waiting: ofEvents(1) });
    for (let sequence = 1; sequence <= 100; sequence += 1) append(chunkOf('a', sequence, sequence));
    expect(read().chunks).toEqual(['->99', 'a100 ->100']);
  });

  test('left by dropping the newest is joined with those of later drops', () => {
    const { append, read, settle } = bufferBench({ whenFull: 'drop-newest', waiting: ofEvents(1) });
    append(chunkOf('b', 1, 1));
    for (let sequence = 1; sequence <= 100; sequence += 1) append(chunkOf('a', sequence, sequence));
    const reader = read();
    settle('b', 1);
    expect(reader.chunks).toEqual(['b1 ->1', '->100']);
  });

  test('of one source does not overtake the events of another', () => {
    const { append, read } = bufferBench({ whenFull: 'drop-oldest', waiting: ofEvents(2) });
    append(chunkOf('a', 1, 1), chunkOf('b', 1, 1), chunkOf('a', 2, 2), chunkOf('b', 2, 2));
    expect(read().chunks).toEqual(['->1', '->1', 'a2 ->2', 'b2 ->2']);
  });
});

describe('a settled chunk', () => {
  test('is not kept alive by those that are in flight behind it', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const { buffer, append, settle } = bufferBench();
    buffer.chunks$.subscribe();
    const settled = (() => {
      const chunk = chunkOf('a', 1, 1, Buffer.alloc(65_536));
      append(chunk);
      return new WeakRef(chunk);
    })();
    append(chunkOf('a', 2, 2));
    settle('a', 1);
    await new Promise(setImmediate);
    collectGarbage();
    expect(settled.deref()).toBeUndefined();
  });
});
