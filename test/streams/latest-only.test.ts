import { describe, expect, test } from 'vitest';
import type { Received } from '../../src/streams/source-stream.ts';
import { holds, reading, receive, streamBench } from './stream-bench.ts';

const LATEST = { latestOnly: true, emitInterval: 1000 };

/** The parts of one message. */
function parts(...texts: string[]): Received[] {
  return texts.map((data, index) => ({ data, part: { index, last: index === texts.length - 1 } }));
}

describe('a source of which only the latest message of an interval is handed on', () => {
  test('covers with it what is pruned', async () => {
    const { clock, source: create, ledger } = streamBench();
    const source = create('feed', LATEST);
    const { chunks } = reading(source);
    receive(source, 2);
    receive(source, 1);
    await clock.advance(1000);
    receive(source, 1);
    await clock.advance(1000);
    expect(chunks).toEqual(['feed3 ->3', 'feed4 ->4']);
    expect([source.pruned, source.received, ledger.settled('feed')]).toEqual([2, 4, 4]);
  });

  test('hands on the last message with all of its parts', async () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', LATEST);
    const { chunks } = reading(source);
    source.receive([...parts('1', '2'), ...parts('3', '4', '5')]);
    await clock.advance(1000);
    expect([chunks, source.pruned]).toEqual([['feed3 feed4 feed5 ->5'], 2]);
  });

  test('keeps its parts together as a document of its own name', async () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { ...LATEST, documents: 'message' });
    const ids: unknown[] = [];
    source.messages$.subscribe(({ attributes }) => ids.push(attributes['document.id']));
    source.receive([...parts('1', '2'), ...parts('3', '4')]);
    await clock.advance(1000);
    expect(ids).toEqual(['e1/3', 'e1/3']);
  });

  test('prunes no failure', async () => {
    const { clock, failures, source: create } = streamBench();
    const source = create('feed', { ...LATEST, failures: failures('feed') });
    const { chunks } = reading(source);
    receive(source, 1);
    source.fail({ data: 'bad' }, { code: 'odd', message: 'it is odd' });
    receive(source, 1);
    source.fail({ data: 'bad' }, { code: 'odd', message: 'it is odd' });
    await clock.advance(1000);
    expect([chunks, source.failed, source.pruned]).toEqual([['feed3 ->4'], 2, 1]);
  });

  test('is never held by what waits: it is one message at most', () => {
    const source = streamBench().source('feed', { ...LATEST, waiting: { events: 1, bytes: 1 } });
    const edges = holds(source);
    for (let turn = 0; turn < 5; turn += 1) receive(source, 3, 'four');
    expect(edges).toEqual([]);
  });

  test('hands on at the end what is the latest', () => {
    const source = streamBench().source('feed', LATEST);
    const { chunks } = reading(source);
    receive(source, 3);
    source.end();
    expect(chunks).toEqual(['feed3 ->3']);
  });
});

describe('a source that hands on everything', () => {
  test('prunes nothing', async () => {
    const { clock, source: create } = streamBench();
    const source = create('feed', { emitInterval: 1000 });
    receive(source, 3);
    await clock.advance(1000);
    expect(source.pruned).toBe(0);
  });
});
