import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import type { SourceStreamOptions } from '../../src/streams/source-stream.ts';
import { receive, streamBench } from './stream-bench.ts';

const stamp = (text: string, at: number) => `${text}@${at}`;

function stampBench(options: Partial<SourceStreamOptions> = {}) {
  const bench = streamBench();
  const source = bench.source('feed', { stamp, ...options });
  const messages: Message[] = [];
  source.messages$.subscribe((message) => messages.push(message));
  return { ...bench, source, messages, payloads: () => messages.map(({ payload }) => payload) };
}

describe('a stamp', () => {
  test('is put on an event when it is handed on', async () => {
    const { clock, source, payloads } = stampBench({ emitInterval: 1000 });
    receive(source, 1);
    await clock.advance(600);
    receive(source, 1);
    await clock.advance(400);
    expect(payloads()).toEqual(['x@6000', 'x@6000']);
  });

  test('is put on at once without an interval', () => {
    const { source, payloads } = stampBench();
    receive(source, 2);
    expect(payloads()).toEqual(['x@5000', 'x@5000']);
  });

  test('is put on each event of a turn of many', () => {
    const { source, payloads } = stampBench();
    receive(source, 20, Buffer.from('x'));
    expect(payloads()).toEqual(Array(20).fill('x@5000'));
  });

  test('leaves the rest of an event as it is', () => {
    const { source, messages } = stampBench();
    source.receive([{ data: 'x', encoding: 'json', attributes: { gap: '1' }, decode: (text) => `read ${text}` }]);
    expect(messages).toMatchObject([{ id: 'e1/1', receivedAt: 5000, encoding: 'json', attributes: { gap: '1' } }]);
    expect(messages[0]?.value).toBe('read x@5000');
  });
});
