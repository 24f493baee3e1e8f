import { describe, expect, test } from 'vitest';
import { PackedChunk, packFrames } from '../../src/messages/packed-chunk.ts';
import { bufferBench, ofEvents } from './buffer-bench.ts';
import { emptyRange } from './events.ts';

const ORIGIN = { source: 'a', epoch: 'e1', receivedAt: 0, encoding: 'text' } as const;

function packed(from: number, to: number): PackedChunk {
  const payloads = Array.from({ length: to - from + 1 }, () => ({ data: Buffer.from('xx') }));
  return new PackedChunk(ORIGIN, from, packFrames(payloads));
}

describe('a packed chunk in the buffer', () => {
  test('is split at the bound in flight', () => {
    const { buffer, append, read, settle } = bufferBench({ inFlight: ofEvents(2) });
    append(packed(1, 5));
    const reader = read();
    expect(buffer.counts()).toMatchObject({ waiting: { events: 3, bytes: 6 }, inFlight: { events: 2, bytes: 4 } });
    settle('a', 1);
    settle('a', 3);
    expect(reader.chunks).toEqual(['a1 a2 ->2', 'a3 ->3', 'a4 a5 ->5']);
  });

  test('is read again from its first unsettled event', () => {
    const { append, read, settle } = bufferBench();
    append(packed(1, 5));
    read().stop();
    settle('a', 2);
    expect(read().chunks).toEqual(['a3 a4 a5 ->5']);
  });

  test('loses its oldest events to newer ones', () => {
    const { buffer, append, read } = bufferBench({ whenFull: 'drop-oldest', waiting: ofEvents(3) });
    append(packed(1, 3), packed(4, 5));
    expect([buffer.counts().dropped, read().chunks]).toEqual([2, ['->2', 'a3 ->3', 'a4 a5 ->5']]);
  });

  test('loses the events for which there is no room', () => {
    const { buffer, append, read } = bufferBench({ whenFull: 'drop-newest', waiting: ofEvents(3) });
    append(packed(1, 5));
    expect(buffer.counts()).toMatchObject({ waiting: { events: 3, bytes: 6 }, dropped: 2 });
    expect(read().chunks).toEqual(['a1 a2 a3 ->5']);
  });

  test('covers what is dropped behind it', () => {
    const { append, read } = bufferBench({ whenFull: 'drop-newest', waiting: ofEvents(3) });
    append(packed(1, 3), packed(4, 5));
    expect(read().chunks).toEqual(['a1 a2 a3 ->5']);
  });

  test('covers what is filtered behind it', () => {
    const { append, read } = bufferBench();
    append(packed(1, 3), emptyRange('a', 9));
    expect(read().chunks).toEqual(['a1 a2 a3 ->9']);
  });
});
