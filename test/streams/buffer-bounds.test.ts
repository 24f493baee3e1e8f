import { describe, expect, test } from 'vitest';
import { bufferBench, ofBytes, ofEvents } from './buffer-bench.ts';
import { chunkOf, emptyRange, thinned } from './events.ts';

const BIG = 'x'.repeat(100);

describe('when full: block', () => {
  test('is full when the last event that may wait has come', () => {
    const { buffer, edges, append } = bufferBench({ waiting: ofEvents(4) });
    append(chunkOf('a', 1, 3));
    expect([buffer.full, edges]).toEqual([false, []]);
    append(chunkOf('a', 4, 4));
    expect([buffer.full, edges]).toEqual([true, ['full']]);
  });

  test('is full when the bytes that may wait have come', () => {
    const { edges, append } = bufferBench({ waiting: ofBytes(200) });
    append(chunkOf('a', 1, 1, BIG));
    expect(edges).toEqual([]);
    append(chunkOf('a', 2, 2, BIG));
    expect(edges).toEqual(['full']);
  });

  test('keeps the rest of the read turn that filled it', () => {
    const { buffer, append, read } = bufferBench({ waiting: ofEvents(2) });
    append(chunkOf('a', 1, 5));
    expect([buffer.counts().dropped, read().chunks]).toEqual([0, ['a1 a2 a3 a4 a5 ->5']]);
  });

  test('is free again at half its events, not before', () => {
    const { edges, append, read, settle } = bufferBench({ waiting: ofEvents(4), inFlight: ofEvents(1) });
    append(chunkOf('a', 1, 4));
    read();
    expect(edges).toEqual(['full']);
    settle('a', 1);
    expect(edges).toEqual(['full', 'free']);
  });

  test('is free again at half its bytes, not before', () => {
    const { edges, append, read, settle } = bufferBench({ waiting: ofBytes(400), inFlight: ofEvents(1) });
    append(chunkOf('a', 1, 4, BIG));
    read();
    expect(edges).toEqual(['full']);
    settle('a', 1);
    expect(edges).toEqual(['full', 'free']);
  });

  test('stays free until it is full once more', () => {
    const { edges, append, read } = bufferBench({ waiting: ofEvents(4), inFlight: ofEvents(2) });
    append(chunkOf('a', 1, 4));
    read();
    append(chunkOf('a', 5, 5));
    expect(edges).toEqual(['full', 'free']);
    append(chunkOf('a', 6, 6));
    expect(edges).toEqual(['full', 'free', 'full']);
  });

  test('is never full of what its reader takes at once', () => {
    const { edges, append, read } = bufferBench({ waiting: ofEvents(2) });
    read();
    append(chunkOf('a', 1, 5));
    expect(edges).toEqual([]);
  });

  test('is free as soon as a released reader has taken what waited', () => {
    const { buffer, edges, append, read } = bufferBench({ waiting: ofEvents(2) });
    read();
    buffer.hold();
    append(chunkOf('a', 1, 2));
    buffer.release();
    expect(edges).toEqual(['full', 'free']);
  });

  test('is not filled by empty ranges', () => {
    const { edges, append } = bufferBench({ waiting: ofEvents(1) });
    append(emptyRange('a', 5), emptyRange('a', 9));
    expect(edges).toEqual([]);
  });
});

describe('when full: drop-newest', () => {
  const policy = { whenFull: 'drop-newest' } as const;

  test('keeps of what comes as much as there is room for', () => {
    const { buffer, append, read } = bufferBench({ ...policy, waiting: ofEvents(3) });
    append(chunkOf('a', 1, 2), chunkOf('a', 3, 6), chunkOf('b', 1, 2));
    expect(buffer.counts()).toMatchObject({ waiting: { events: 3, bytes: 3 }, dropped: 5 });
    expect(read().chunks.slice(0, 2)).toEqual(['a1 a2 ->2', 'a3 ->6']);
  });

  test('drops from the first event that the bytes have no room for', () => {
    const { buffer, append, read } = bufferBench({ ...policy, waiting: ofBytes(150) });
    append(chunkOf('a', 1, 1), chunkOf('a', 2, 3, BIG), chunkOf('a', 4, 4));
    expect(buffer.counts()).toMatchObject({ waiting: { events: 3, bytes: 102 }, dropped: 1 });
    expect(read().chunks).toEqual(['a1 ->1', 'a2 ->3', 'a4 ->4']);
  });

  test('keeps an event that is larger than the whole buffer when nothing else waits', () => {
    const { buffer, append, read } = bufferBench({ ...policy, waiting: ofBytes(10) });
    append(chunkOf('a', 1, 2, BIG));
    expect(buffer.counts().dropped).toBe(1);
    expect(read().chunks).toEqual(['a1 ->2']);
  });

  test('drops nothing that its reader takes at once', () => {
    const { buffer, append, read } = bufferBench({ ...policy, waiting: ofEvents(1), inFlight: ofEvents(4) });
    const reader = read();
    append(chunkOf('a', 1, 6));
    expect([reader.chunks, buffer.counts().dropped]).toEqual([['a1 a2 a3 a4 ->4'], 1]);
  });

  test('settles a dropped range in its place, behind the events before it', () => {
    const { append, read, settle } = bufferBench({ ...policy, waiting: ofEvents(2) });
    append(chunkOf('a', 1, 1), chunkOf('b', 1, 3), chunkOf('c', 1, 4));
    const reader = read();
    expect(reader.chunks).toEqual(['a1 ->1', 'b1 ->3']);
    settle('a', 1);
    expect(reader.chunks).toHaveLength(2);
    settle('b', 3);
    expect(reader.chunks).toEqual(['a1 ->1', 'b1 ->3', '->4']);
  });

  test('never calls itself full', () => {
    const { buffer, edges, append } = bufferBench({ ...policy, waiting: ofEvents(1) });
    append(chunkOf('a', 1, 5));
    expect([buffer.full, edges]).toEqual([false, []]);
  });
});

describe('when full: drop-oldest', () => {
  const policy = { whenFull: 'drop-oldest' } as const;

  test('makes room for what comes by dropping what has waited longest', () => {
    const { buffer, append, read } = bufferBench({ ...policy, waiting: ofEvents(3) });
    append(chunkOf('a', 1, 2), chunkOf('b', 1, 1), chunkOf('a', 3, 4));
    expect(buffer.counts()).toMatchObject({ waiting: { events: 3, bytes: 3 }, dropped: 2 });
    expect(read().chunks).toEqual(['->2', 'b1 ->1', 'a3 a4 ->4']);
  });

  test('drops part of a chunk', () => {
    const { append, read } = bufferBench({ ...policy, waiting: ofEvents(3) });
    append(chunkOf('a', 1, 3), chunkOf('b', 1, 2));
    expect(read().chunks).toEqual(['->2', 'a3 ->3', 'b1 b2 ->2']);
  });

  test('drops as many as the bytes ask for', () => {
    const { buffer, append, read } = bufferBench({ ...policy, waiting: ofBytes(150) });
    append(chunkOf('a', 1, 3), chunkOf('a', 4, 5, BIG));
    expect(buffer.counts()).toMatchObject({ waiting: { events: 1, bytes: 100 }, dropped: 4 });
    expect(read().chunks).toEqual(['->4', 'a5 ->5']);
  });

  test('keeps the newest event, also when it is larger than the whole buffer', () => {
    const { buffer, append, read } = bufferBench({ ...policy, waiting: ofBytes(10) });
    append(chunkOf('a', 1, 2, BIG));
    expect([buffer.counts().dropped, read().chunks]).toEqual([1, ['->1', 'a2 ->2']]);
  });

  test('drops nothing that its reader takes at once', () => {
    const { buffer, append, read } = bufferBench({ ...policy, waiting: ofEvents(1), inFlight: ofEvents(4) });
    const reader = read();
    append(chunkOf('a', 1, 6));
    expect([reader.chunks, buffer.counts().dropped]).toEqual([['a1 a2 a3 a4 ->4'], 1]);
  });

  test('never touches what is in flight', () => {
    const { append, read, settle } = bufferBench({ ...policy, waiting: ofEvents(1), inFlight: ofEvents(2) });
    append(chunkOf('a', 1, 1));
    const reader = read();
    append(chunkOf('a', 2, 5), chunkOf('a', 6, 6));
    settle('a', 1);
    settle('a', 2);
    expect(reader.chunks).toEqual(['a1 ->1', 'a2 ->2', '->5', 'a6 ->6']);
  });

  test('never touches what an earlier reader has read and not settled', () => {
    const { append, read } = bufferBench({ ...policy, waiting: ofEvents(1), inFlight: ofEvents(2) });
    const first = read();
    append(chunkOf('a', 1, 2));
    first.stop();
    append(chunkOf('a', 3, 9));
    expect(read().chunks).toEqual(['a1 a2 ->2']);
  });

  test('settles a part of an expanded event with the parts that are left', () => {
    const { append, read } = bufferBench({ ...policy, waiting: ofEvents(2) });
    append(thinned('a', 2, [1, 2, 2, 2]));
    expect(read().chunks).toEqual(['->1', 'a2 a2 ->2']);
  });

  test('never calls itself full', () => {
    const { buffer, edges, append } = bufferBench({ ...policy, waiting: ofEvents(1) });
    append(chunkOf('a', 1, 5));
    expect([buffer.full, edges]).toEqual([false, []]);
  });
});
