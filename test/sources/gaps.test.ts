import { describe, expect, test } from 'vitest';
import { compileFields } from '../../src/messages/schema/record-schema.ts';
import { recordBench, text } from './record-bench.ts';

const sequence = { pointer: '/n' };
const numbered = (...numbers: number[]) => numbers.map((n) => `{"n":${n}}`);

describe('a sequence that jumps', () => {
  test('is a gap, whose events are counted as missing', () => {
    const { receive, intake } = recordBench({ sequence });
    receive(...numbered(1, 2, 5, 6), ...numbered(8));
    expect(intake.counts).toMatchObject({ gaps: 2, missing: 3 });
  });

  test('is an attribute of the event behind the gap', () => {
    const { receive, events } = recordBench({ sequence });
    receive(...numbered(1, 5, 6));
    expect(events.map(({ attributes }) => attributes)).toEqual([{}, { gap: '3' }, {}]);
  });

  test('is warned of at most once per second', async () => {
    const { receive, logger, clock } = recordBench({ sequence });
    receive(...numbered(1, 5, 7));
    await clock.advance(1000);
    receive(...numbered(9));
    expect(logger.lines).toEqual([
      'warn: the sequence jumped from 1 to 5: 3 missing',
      'warn: the sequence jumped from 7 to 9: 1 missing',
    ]);
    expect(logger.fields[1]).toEqual({ source: 'feed', suppressed: 1 });
  });

  test('is found over connections and restarts', () => {
    const { receive, intake } = recordBench({ sequence });
    receive(...numbered(1));
    intake.connected();
    receive(...numbered(3));
    expect(intake.counts.missing).toBe(1);
  });

  test('is found in the elements of an array, also across messages', () => {
    const { receive, events } = recordBench({ sequence, 'split-arrays': true });
    receive('[{"n":1},{"n":3}]', '[{"n":4},{"n":6}]');
    expect(events.map(({ attributes }) => attributes.gap)).toEqual([undefined, '1', undefined, '1']);
  });

  test('is not what a message makes that came and failed', () => {
    const { receive, intake, failed } = recordBench({ sequence, 'split-arrays': true, 'received-field': 'at' });
    receive('[{"n":1}]', '[{"n":2},[],{"n":3}]', '[{"n":4}]');
    expect([failed.length, intake.counts.gaps]).toEqual([1, 0]);
  });

  test('is watched in what is selected alone', () => {
    const { receive, intake } = recordBench({ sequence, select: [[{ pointer: '/n', in: [1, 3] }]] });
    receive(...numbered(1, 2, 3));
    expect(intake.counts).toMatchObject({ gaps: 1, missing: 1 });
  });

  test('may have numbers that no double holds', () => {
    const { receive, events } = recordBench({ sequence });
    receive('{"n":9223372036854775806}', '{"n":9223372036854775807}', '{"n":9223372036854775809}');
    expect(events.map(({ attributes }) => attributes.gap)).toEqual([undefined, undefined, '1']);
  });

  test('may be written as text', () => {
    const { receive, intake } = recordBench({ sequence });
    receive('{"n":"1"}', '{"n":"3"}');
    expect(intake.counts.missing).toBe(1);
  });

  test('may be written with a point or an exponent, also where a schema keeps numbers as they are written', () => {
    const schema = compileFields([{ name: 'price', type: 'numeric', mode: 'nullable' }]);
    const { receive, events } = recordBench({ sequence }, { schema });
    receive('{"n":1.0}', '{"n":3.0}', '{"n":5e0}');
    expect(events.map(({ attributes }) => attributes.gap)).toEqual([undefined, '1', '1']);
  });
});

describe('a sequence that does not jump', () => {
  test.each([
    ['begins anywhere', [7]],
    ['repeats its last number', [7, 7]],
    ['goes back and on from there', [7, 8, 5, 6, 7, 8, 9]],
  ])('%s', (_, numbers) => {
    const { receive, intake } = recordBench({ sequence });
    receive(...numbered(...numbers));
    expect(intake.counts).toMatchObject({ gaps: 0, missing: 0 });
  });

  test.each(['{}', '{"n":null}', '{"n":"seven"}', '{"n":1.5}', '[]'])('has no number in %s', (other) => {
    const { receive, intake } = recordBench({ sequence });
    receive('{"n":1}', other, '{"n":2}');
    expect(intake.counts.gaps).toBe(0);
  });
});

describe('a sequence of each value', () => {
  const byKey = { pointer: '/n', by: '/key' };
  const keyed = (key: unknown, n: number) => JSON.stringify({ key, n });

  test('is watched for itself', () => {
    const { receive, events } = recordBench({ sequence: byKey });
    receive(keyed('a', 1), keyed('b', 7), keyed('a', 3), keyed('b', 8));
    expect(events.map(({ attributes }) => attributes.gap)).toEqual([undefined, undefined, '1', undefined]);
  });

  test('tells a number from the text of it', () => {
    const { receive, intake } = recordBench({ sequence: byKey });
    receive(keyed(1, 1), keyed('1', 7));
    expect(intake.counts.gaps).toBe(0);
  });

  test('is watched for events without that value too', () => {
    const { receive, intake } = recordBench({ sequence: byKey });
    receive('{"n":1}', '{"n":3}');
    expect(intake.counts.gaps).toBe(1);
  });

  test('is one for all events that have an object there', () => {
    const { receive, intake } = recordBench({ sequence: byKey });
    const deep = `{"key":${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    receive(`${deep},"n":1}`, keyed({}, 3));
    expect(intake.counts.missing).toBe(1);
  });

  test('tells long values from each other', () => {
    const { receive, intake } = recordBench({ sequence: byKey });
    const long = 'k'.repeat(1000);
    receive(keyed(`${long}1`, 1), keyed(`${long}2`, 7), keyed(`${long}1`, 3));
    expect(intake.counts).toMatchObject({ gaps: 1, missing: 1 });
  });

  test('is remembered for 10 000 values, of which the one unused for longest leaves and is counted', () => {
    const { receive, intake } = recordBench({ sequence: byKey });
    for (let key = 0; key < 10_000; key += 1) receive(keyed(key, 1));
    receive(keyed(0, 2), keyed('one more', 1));
    expect(intake.counts.forgotten).toBe(1);
    receive(keyed(0, 4), keyed(1, 4));
    expect(intake.counts).toMatchObject({ gaps: 1, missing: 1, forgotten: 2 });
  });
});

describe('a gap that a peer tells of', () => {
  const NOTICE = '{"gap":{"after":"41","from":"57"}}';

  test('is counted and warned of, and is no event', () => {
    const { receive, intake, order, logger } = recordBench({}, { hasCursor: true });
    receive(NOTICE, '{"n":58}');
    expect([order, intake.counts.gaps, intake.counts.missing]).toEqual([['{"n":58}'], 1, 0]);
    expect(logger.lines).toEqual(['warn: the peer cannot go on from the cursor: what came in between is missing']);
    expect(logger.fields).toEqual([{ source: 'feed', after: '41', from: '57' }]);
  });

  test('comes first in a connection', () => {
    const { receive, intake, order } = recordBench({}, { hasCursor: true });
    receive('{"n":1}', NOTICE);
    expect(order).toEqual(['{"n":1}', NOTICE]);
    intake.connected();
    receive(NOTICE);
    expect([order.length, intake.counts.gaps]).toEqual([2, 1]);
  });

  test('is an event where no cursor was given', () => {
    const { receive, order } = recordBench({ 'split-arrays': true });
    receive(NOTICE);
    expect(order).toEqual([NOTICE]);
  });

  test('is so in a text frame alone', () => {
    const { intake, order } = recordBench({}, { hasCursor: true });
    intake.receive([{ ...text(NOTICE), binary: true }]);
    expect(order).toEqual([NOTICE]);
  });

  test.each(['{"gap":7}', '{"gap":null}', '{"gap":[]}', '{"gap":{},"n":1}', '["gap"]', '"gap"', '{"gap"'])(
    'is not %s',
    (other) => {
      const { receive, order } = recordBench({}, { hasCursor: true });
      receive(other);
      expect(order).toEqual([other]);
    },
  );
});
