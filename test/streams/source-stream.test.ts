import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import type { SourceStream } from '../../src/streams/source-stream.ts';
import { countOf, holds, reading, receive, streamBench } from './stream-bench.ts';

function messagesOf(source: SourceStream): Message[] {
  const messages: Message[] = [];
  source.messages$.subscribe((message) => messages.push(message));
  return messages;
}

describe('a source', () => {
  test('that a tap ends while it hands on still gives the chunk to everyone', () => {
    const source = streamBench().source('feed');
    source.messages$.subscribe(() => source.end());
    const { chunks } = reading(source);
    receive(source, 1);
    expect(chunks).toEqual(['feed1 ->1']);
  });

  test('numbers what arrives from 1, without holes across turns', () => {
    const source = streamBench().source('feed');
    const { chunks } = reading(source);
    receive(source, 2);
    receive(source, 1);
    receive(source, 2);
    expect(chunks).toEqual(['feed1 feed2 ->2', 'feed3 ->3', 'feed4 feed5 ->5']);
    expect(source.received).toBe(5);
  });

  test('gives its events its epoch, its encoding and the wall clock', () => {
    const bench = streamBench();
    const source = bench.source('feed', { epoch: 'e9', encoding: 'json' });
    const messages = messagesOf(source);
    receive(source, 1, '{}');
    const [message] = messages;
    expect([source.epoch, message?.id, message?.encoding, message?.receivedAt]).toEqual(['e9', 'e9/1', 'json', 5000]);
  });

  test('keeps what an event brings of its own', () => {
    const source = streamBench().source('feed');
    const messages = messagesOf(source);
    source.receive([{ data: '{}', encoding: 'json', attributes: { side: 'up' } }]);
    expect([messages[0]?.encoding, messages[0]?.attributes]).toEqual(['json', { side: 'up' }]);
  });

  test('enters into the ledger what it hands on, before anyone takes it', () => {
    const { ledger, source: create } = streamBench();
    const source = create('feed');
    const handedOn: number[] = [];
    source.chunks$.subscribe(() => handedOn.push(ledger.handedOn('feed')));
    receive(source, 3);
    expect(handedOn).toEqual([3]);
  });

  test('numbers a turn of many frames as it does a turn of one', () => {
    const source = streamBench().source('feed', { encoding: 'json' });
    const messages = messagesOf(source);
    receive(source, 1, Buffer.from('0'));
    receive(source, 20, Buffer.from('1'));
    receive(source, 1, Buffer.from('2'));
    expect(messages.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 22 }, (_, at) => at + 1));
    expect(messages.map(({ value }) => value)).toEqual([0, ...Array.from({ length: 20 }, () => 1), 2]);
  });

  test('keeps what each of many events brings of its own', () => {
    const source = streamBench().source('feed');
    const messages = messagesOf(source);
    const attributes = Array.from({ length: 20 }, (_, at) => ({ 'peer.id': `${at}` }));
    source.receive(attributes.map((own) => ({ data: Buffer.from('x'), attributes: own })));
    expect(messages.map((message) => message.attributes)).toEqual(attributes);
  });

  test('makes no chunk of a turn that brought nothing', () => {
    const source = streamBench().source('feed');
    const { chunks } = reading(source);
    source.receive([]);
    expect(chunks).toEqual([]);
  });

  test('ignores what arrives after its end', () => {
    const source = streamBench().source('feed');
    const { chunks } = reading(source);
    source.end();
    receive(source, 1);
    expect([chunks, source.received]).toEqual([[], 0]);
  });

  test('completes its chunks at its end, for late readers too', () => {
    const source = streamBench().source('feed');
    const early = reading(source);
    expect([early.completed, source.ended]).toEqual([false, false]);
    source.end();
    expect([early.completed, source.ended, reading(source).completed]).toEqual([true, true, true]);
  });
});

describe('the tap of a source', () => {
  test('gives each event from now on', () => {
    const source = streamBench().source('feed');
    receive(source, 1);
    const messages = messagesOf(source);
    receive(source, 2);
    expect(messages.map(({ sequence }) => sequence)).toEqual([2, 3]);
  });

  test('takes no part in the ledger', () => {
    const { ledger, source: create } = streamBench();
    const source = create('feed');
    messagesOf(source);
    receive(source, 2);
    expect(ledger.inFlight('feed')).toBe(0);
  });
});

describe('a source that is held', () => {
  test('tells the first hold and the last release', () => {
    const source = streamBench().source('feed');
    const edges = holds(source);
    source.hold('a');
    source.hold('b');
    source.hold('a');
    source.release('a');
    expect([source.held, edges]).toEqual([true, [true]]);
    source.release('b');
    expect([source.held, edges]).toEqual([false, [true, false]]);
  });

  test('tells nothing of a release that nobody held', () => {
    const source = streamBench().source('feed');
    const edges = holds(source);
    source.release('a');
    expect(edges).toEqual([]);
  });

  test('hands on what its turn had read already', () => {
    const source = streamBench().source('feed');
    const { chunks } = reading(source);
    source.hold('a');
    receive(source, 1);
    expect(chunks).toEqual(['feed1 ->1']);
  });
});

describe('the demand for a source', () => {
  test('is there at once when somebody reads it already', () => {
    const source = streamBench().source('feed');
    reading(source);
    expect(countOf(source.demand$).times).toBe(1);
  });

  test('is not there while nobody reads it', async () => {
    const source = streamBench().source('feed');
    const demand = countOf(source.demand$);
    await Promise.resolve();
    expect(demand.times).toBe(0);
  });

  test('comes with the first subscriber of its tap', async () => {
    const source = streamBench().source('feed');
    const demand = countOf(source.demand$);
    source.messages$.subscribe();
    await Promise.resolve();
    expect(demand.times).toBe(1);
  });
});

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
