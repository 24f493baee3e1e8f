import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import { PackedChunk } from '../../src/messages/packed-chunk.ts';
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

  test('has the value of an event read as the event says, also in a turn of many', () => {
    const source = streamBench().source('feed');
    const messages = messagesOf(source);
    source.receive(
      Array.from({ length: 20 }, () => ({ data: Buffer.from('x'), decode: (text: string) => `read ${text}` })),
    );
    expect(messages.map(({ value }) => value)).toEqual(Array(20).fill('read x'));
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

  test.each([1, 20])('gives the attributes of a turn to each of its %d events', (events) => {
    const source = streamBench().source('feed');
    const messages = messagesOf(source);
    source.receive(
      Array.from({ length: events }, () => ({ data: Buffer.from('x') })),
      { side: 'up' },
    );
    expect(messages.map(({ attributes }) => attributes)).toEqual(Array(events).fill({ side: 'up' }));
  });

  test('adds to the attributes of a turn what an event brings of its own', () => {
    const source = streamBench().source('feed');
    const messages = messagesOf(source);
    source.receive([{ data: 'x', attributes: { opcode: 'binary' } }], { side: 'up', opcode: 'text' });
    expect(messages[0]?.attributes).toEqual({ side: 'up', opcode: 'binary' });
  });

  test('packs a turn of many frames, also one with attributes', () => {
    const source = streamBench().source('feed');
    const packed: boolean[] = [];
    source.chunks$.subscribe((chunk) => packed.push(chunk instanceof PackedChunk));
    receive(source, 7, Buffer.from('x'));
    receive(source, 8, Buffer.from('x'));
    source.receive(
      Array.from({ length: 8 }, () => ({ data: Buffer.from('x') })),
      { side: 'up' },
    );
    expect(packed).toEqual([false, true, true]);
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

  test('by one alone is not held besides that one', () => {
    const source = streamBench().source('feed');
    source.hold('a');
    const [besidesA, besidesB] = [source.heldBesides('a'), source.heldBesides('b')];
    const edges: boolean[] = [];
    besidesA.held$.subscribe((held) => edges.push(held));
    expect([besidesA.held, besidesB.held]).toEqual([false, true]);
    source.hold('b');
    source.release('a');
    source.release('b');
    expect([edges, besidesB.held]).toEqual([[true, false], false]);
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
