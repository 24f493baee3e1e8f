import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import type { SourceStreamOptions } from '../../src/streams/source-stream.ts';
import { reading, receive, streamBench } from './stream-bench.ts';

/** `2 of e1/1 at 1, end` for event 2, the last one of its document. */
function placed({ sequence, attributes }: Message): string {
  const end = attributes['document.end'] === 'true' ? ', end' : '';
  return `${sequence} of ${attributes['document.id']} at ${attributes['document.index']}${end}`;
}

function documentBench(options: Partial<SourceStreamOptions>) {
  const bench = streamBench();
  const source = bench.source('feed', options);
  const places: string[] = [];
  source.messages$.subscribe((message) => places.push(placed(message)));
  return { ...bench, source, places };
}

describe('a source of which each message is a document', () => {
  test('gives each event a document of its own', () => {
    const { source, places } = documentBench({ documents: 'message' });
    receive(source, 2);
    receive(source, 1);
    expect(places).toEqual(['1 of e1/1 at 0, end', '2 of e1/2 at 0, end', '3 of e1/3 at 0, end']);
  });

  test('does so also in a turn of many', () => {
    const { source, places } = documentBench({ documents: 'message' });
    receive(source, 20, Buffer.from('x'));
    expect(places.at(-1)).toBe('20 of e1/20 at 0, end');
  });

  test('gives the parts of a message one document, named after the first', () => {
    const { source, places } = documentBench({ documents: 'message' });
    receive(source, 1);
    source.receive([
      { data: 'a', part: { index: 0, last: false } },
      { data: 'b', part: { index: 1, last: true } },
      { data: 'c' },
    ]);
    expect(places.slice(1)).toEqual(['2 of e1/2 at 0', '3 of e1/2 at 1, end', '4 of e1/4 at 0, end']);
  });

  test('keeps other attributes', () => {
    const { source } = documentBench({ documents: 'message' });
    const sides: unknown[] = [];
    source.messages$.subscribe(({ attributes }) => sides.push(attributes.side));
    source.receive([{ data: 'x' }], { side: 'peer' });
    expect(sides).toEqual(['peer']);
  });
});

describe('a source that is one document', () => {
  test('keeps its last event back until the next one comes', () => {
    const { source, places } = documentBench({ documents: 'stream' });
    receive(source, 2);
    expect(places).toEqual(['1 of e1/1 at 0']);
    receive(source, 1);
    expect(places.slice(1)).toEqual(['2 of e1/1 at 1']);
  });

  test('marks its last event when the document is complete', () => {
    const { source, places } = documentBench({ documents: 'stream' });
    receive(source, 2);
    source.endDocument('complete');
    expect(places).toEqual(['1 of e1/1 at 0', '2 of e1/1 at 1, end']);
  });

  test('marks no event as its last when it is stopped', () => {
    const { source, places } = documentBench({ documents: 'stream' });
    receive(source, 2);
    source.end();
    expect(places).toEqual(['1 of e1/1 at 0', '2 of e1/1 at 1']);
  });

  test('marks no event as its last when it is cut off, and begins anew', () => {
    const { source, places } = documentBench({ documents: 'stream' });
    receive(source, 2);
    source.endDocument('cut');
    receive(source, 1);
    source.endDocument('complete');
    expect(places).toEqual(['1 of e1/1 at 0', '2 of e1/1 at 1', '3 of e1/3 at 0, end']);
  });

  test('has no last event when it has none', () => {
    const { source, places } = documentBench({ documents: 'stream' });
    source.endDocument('complete');
    expect(places).toEqual([]);
  });

  test('enters its last event into the ledger when it hands it on', () => {
    const { source, ledger } = documentBench({ documents: 'stream' });
    receive(source, 2);
    expect([ledger.handedOn('feed'), source.received]).toEqual([1, 1]);
    source.endDocument('complete');
    expect([ledger.handedOn('feed'), source.received]).toEqual([2, 2]);
  });

  test('stamps its last event when it arrives, not when it is handed on', async () => {
    const { source, clock } = documentBench({ documents: 'stream' });
    const times: number[] = [];
    source.messages$.subscribe(({ receivedAt }) => times.push(receivedAt));
    receive(source, 1);
    await clock.advance(1000);
    source.endDocument('complete');
    expect(times).toEqual([5000]);
  });

  test('keeps its last event apart from the read that it came in', () => {
    const { source } = documentBench({ documents: 'stream' });
    const texts: string[] = [];
    source.messages$.subscribe(({ text }) => texts.push(text));
    const read = Buffer.from('kept');
    receive(source, 1, read);
    read.fill('-');
    source.endDocument('complete');
    expect(texts).toEqual(['kept']);
  });

  test('hands its kept event on before what fails behind it', () => {
    const { source, places } = documentBench({ documents: 'stream' });
    const { chunks } = reading(source);
    receive(source, 1);
    source.fail({ data: 'bad' }, { code: 'odd', message: 'it is odd' });
    receive(source, 1);
    source.endDocument('complete');
    expect(chunks).toEqual(['feed1 ->1', '->2', 'feed3 ->3']);
    expect(places).toEqual(['1 of e1/1 at 0', '3 of e1/1 at 1, end']);
  });

  test('keeps nothing back once it has ended', () => {
    const { source, places } = documentBench({ documents: 'stream' });
    receive(source, 1);
    source.end();
    source.endDocument('complete');
    expect(places).toEqual(['1 of e1/1 at 0']);
  });
});

describe('a source that nobody asks for documents', () => {
  test('gives its events no place in one, and keeps nothing back', () => {
    const { source } = documentBench({});
    const attributes: unknown[] = [];
    source.messages$.subscribe((message) => attributes.push(message.attributes));
    receive(source, 1);
    source.endDocument('complete');
    expect(attributes).toEqual([{}]);
  });
});
