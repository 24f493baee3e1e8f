import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { filterMessages } from '../../src/streams/transforms.ts';
import { type WebSocketSetup, webSocketBench } from './web-socket-bench.ts';

const FIELD = { field: 'meta.at' };

function cursorBench(place: { field?: string; pointer?: string } = FIELD, { options, ...setup }: WebSocketSetup = {}) {
  const values: string[] = [];
  const cursor = { cursor: { advance: (value: string) => values.push(value) }, ...place };
  return { ...webSocketBench({ ...setup, options: { cursor, ...options } }), values };
}

const at = (value: unknown) => JSON.stringify({ meta: { at: value } });

describe('the cursor of a web-socket sink', () => {
  test('is that of the last event that the peer has acknowledged', () => {
    const bench = cursorBench();
    const { answer } = bench.connect();
    bench.give(at('a'), at('b'));
    bench.give(at('c'));
    answer();
    expect(bench.values).toEqual(['b']);
  });

  test('stays where it is before that', async () => {
    const bench = cursorBench();
    const { wire, lose } = bench.connect();
    bench.give(at('a'));
    wire.take();
    lose();
    expect(bench.values).toEqual([]);
  });

  test('is left unchanged by an event without one', () => {
    const bench = cursorBench();
    const { answer } = bench.connect();
    bench.give(at('a'), '{"meta":{}}');
    answer();
    expect(bench.values).toEqual([]);
  });

  test('is found behind a filtered range', () => {
    const bench = cursorBench(FIELD, {
      transform: filterMessages<{ meta: { at: string } }>(({ value }) => value.meta.at < 'b'),
    });
    const { answer } = bench.connect();
    bench.give(at('a'), at('b'));
    answer();
    expect(bench.values).toEqual(['a']);
  });

  test('is read in the event with value-field', () => {
    const bench = cursorBench({ field: 'at' });
    const { answer } = bench.connect();
    bench.give('{"at":1,"_raw":"{\\"at\\":2}"}');
    answer();
    expect(bench.values).toEqual(['1']);
  });

  test('is read in the emitted payload with value-pointer', () => {
    const bench = cursorBench({ pointer: '/at' });
    const { answer } = bench.connect();
    bench.give('{"at":1,"_raw":"{\\"at\\":2}"}');
    answer();
    expect(bench.values).toEqual(['2']);
  });

  test('is left unchanged by an event that cannot be emitted', () => {
    const bench = cursorBench({ pointer: '/at' }, { options: { payload: 'json' } });
    const { answer } = bench.connect();
    bench.give('broken');
    answer();
    expect([bench.settled(), bench.values]).toEqual([1, []]);
  });

  test('is all that is decoded of a turn of many events', () => {
    const bench = cursorBench();
    const { answer } = bench.connect();
    bench.source.receive(
      Array.from({ length: 100 }, (_, index) => ({ data: Buffer.from(at(index)), encoding: 'text' })),
    );
    const decoding = vi.spyOn(JSON, 'parse');
    onTestFinished(() => decoding.mockRestore());
    answer();
    expect([bench.values, decoding.mock.calls.length]).toEqual([['99'], 1]);
  });
});
