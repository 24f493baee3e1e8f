import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import type { SourceStream } from '../../src/streams/source-stream.ts';
import { holds, reading, receive, streamBench } from './stream-bench.ts';

function messagesOf(source: SourceStream): Message[] {
  const messages: Message[] = [];
  source.messages$.subscribe((message) => messages.push(message));
  return messages;
}

describe('emit-interval', () => {
  test('hands on once per interval what has arrived, in order', async () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000 });
    const { chunks } = reading(source);
    receive(source, 1);
    await clock.advance(600);
    receive(source, 2);
    await clock.advance(399);
    expect(chunks).toEqual([]);
    await clock.advance(1);
    receive(source, 1);
    await clock.advance(1000);
    expect(chunks).toEqual(['feed1 feed2 feed3 ->3', 'feed4 ->4']);
  });

  test('sets one timer, and none while nothing has arrived', async () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000 });
    for (let turn = 0; turn < 3; turn += 1) receive(source, 1);
    expect(clock.pending).toBe(1);
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
  });

  test('stamps an event when it arrives, not when it is handed on', async () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000 });
    const messages = messagesOf(source);
    receive(source, 1);
    await clock.advance(1000);
    expect(messages[0]?.receivedAt).toBe(5000);
  });

  test('enters nothing into the ledger before it is handed on', () => {
    const { ledger, source: create } = streamBench();
    receive(create('feed', { emitInterval: 1000 }), 3);
    expect(ledger.handedOn('feed')).toBe(0);
  });

  test.each([
    ['events', { events: 2, bytes: 1e9 }],
    ['bytes', { events: 1e9, bytes: 8 }],
  ])('holds the source when its bound of %s is reached, until it hands on', async (_, waiting) => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000, waiting });
    const edges = holds(source);
    receive(source, 1, 'four');
    expect(edges).toEqual([]);
    receive(source, 1, 'four');
    expect(edges).toEqual([true]);
    await clock.advance(1000);
    expect(edges).toEqual([true, false]);
  });

  test('hands on in chunks of their own what has other attributes', async () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000 });
    const { chunks } = reading(source);
    const [up, peer] = [{ side: 'up' }, { side: 'peer' }];
    for (const attributes of [up, up, peer, up]) source.receive([{ data: 'x' }], attributes);
    await clock.advance(1000);
    expect(chunks).toEqual(['feed1 feed2 ->2', 'feed3 ->3', 'feed4 ->4']);
  });

  test('hands everything on at the end, also when a tap ends the source over the first part', () => {
    const source = streamBench().source('feed', { emitInterval: 1000 });
    source.messages$.subscribe(() => source.end());
    const reader = reading(source);
    source.receive([{ data: 'x' }], { side: 'up' });
    source.receive([{ data: 'x' }], { side: 'peer' });
    source.end();
    expect([reader.chunks, reader.completed]).toEqual([['feed1 ->1', 'feed2 ->2'], true]);
  });

  test('keeps no larger read alive while an event waits', async () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000 });
    const messages = messagesOf(source);
    receive(source, 1, Buffer.alloc(65_536).subarray(0, 4));
    await clock.advance(1000);
    const payload = messages[0]?.payload;
    expect(Buffer.isBuffer(payload) && payload.buffer.byteLength).toBe(4);
  });

  test('hands on at the end what waits, and leaves no timer', () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000 });
    const reader = reading(source);
    receive(source, 2);
    source.end();
    expect([reader.chunks, reader.completed, clock.pending]).toEqual([['feed1 feed2 ->2'], true, 0]);
  });
});
