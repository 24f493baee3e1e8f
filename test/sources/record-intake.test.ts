import { describe, expect, test } from 'vitest';
import { PackedChunk } from '../../src/messages/packed-chunk.ts';
import { createRecordIntake, needsIntake } from '../../src/sources/record-intake.ts';
import { UnusableMessageError } from '../../src/sources/unusable-message.ts';
import { streamBench } from '../streams/stream-bench.ts';
import { binary, NUMBERED, recordBench, text } from './record-bench.ts';

describe('a source needs a record intake', () => {
  test.each([
    { schema: { kind: 'avro', text: '' } },
    { select: [[{ pointer: '/a', exists: true }]] },
    { 'split-arrays': true },
    { 'received-field': 'at' },
    { 'event-time-field': 'at' },
    { 'ignore-text': ['pong'] },
    { sequence: { pointer: '/n' } },
  ] as const)('with %j', (options) => {
    expect(needsIntake(options)).toBe(true);
  });

  test('when its peer may tell of a gap', () => {
    expect(needsIntake({}, true)).toBe(true);
  });

  test('for nothing else', () => {
    const options = {
      'on-error': 'fail',
      'split-arrays': false,
      'latest-only': true,
      'ignore-text': [],
      select: [],
    } as const;
    expect(needsIntake(options)).toBe(false);
  });
});

describe('a text that is to be ignored', () => {
  test('is dropped and counted', () => {
    const { receive, order, intake, stream } = recordBench({ 'ignore-text': ['pong', 'ok'] }, { schema: NUMBERED });
    receive('pong', '{"n":1}', 'ok');
    expect([order, stream.received, intake.counts.ignored]).toEqual([['{"n":1}'], 1, 2]);
  });

  test('is so in a text frame alone', () => {
    const { intake, failed } = recordBench({ 'ignore-text': ['pong'] }, { schema: NUMBERED });
    intake.receive([{ ...text('pong'), binary: true }]);
    expect(failed).toMatchObject([{ error: { code: 'json' } }]);
  });

  test('is all that must not come, where nothing else is asked of a message', () => {
    const { receive, order } = recordBench({ 'ignore-text': ['pong'] });
    receive('pong', 'no JSON', '', 'null');
    expect(order).toEqual(['no JSON', '', 'null']);
  });

  test('leaves the rest of its turn packed, where nothing else is asked of a message', () => {
    const { receive, stream } = recordBench({ 'ignore-text': ['pong'] });
    const packed: boolean[] = [];
    stream.chunks$.subscribe((chunk) => packed.push(chunk instanceof PackedChunk));
    receive('pong', ...Array.from({ length: 20 }, () => '1'));
    expect(packed).toEqual([true]);
  });
});

describe('a message that cannot be used', () => {
  test('fails in its place, between those before and behind it', () => {
    const { receive, order } = recordBench({}, { schema: NUMBERED });
    receive('{"n":1}', '{"n":"x"}', 'poison', '{"n":2}', '{"n":3}');
    expect(order).toEqual(['{"n":1}', 'fails', 'fails', '{"n":2}', '{"n":3}']);
  });

  test('is counted once, and takes one number', () => {
    const { receive, stream } = recordBench({}, { schema: NUMBERED });
    receive('{"n":1}', 'poison', '{"n":2}');
    expect([stream.received, stream.failed, stream.rejected]).toEqual([3, 1, 0]);
  });

  test('goes to failures with what came, and where it is wrong', () => {
    const { receive, failed } = recordBench({}, { schema: NUMBERED });
    receive('{"n": "x"}');
    const error = { code: 'record', message: '"x" is not a number', path: '/n' };
    expect(failed).toEqual([
      { source: 'feed', id: 'e1/1', receivedAt: '1970-01-01T00:00:05.000Z', error, payload: '{"n": "x"}' },
    ]);
  });

  test.each(['', '  ', '{"n":', 'poison'])('is %j, which is not JSON', (poison) => {
    const { receive, failed } = recordBench({ 'split-arrays': true });
    receive(poison);
    expect(failed).toMatchObject([{ error: { code: 'json', path: '' }, payload: poison }]);
  });

  test('is one whose record is longer than a text can be', () => {
    const write = () => 'x'.repeat(2 ** 30);
    const { receive, failed, order } = recordBench({}, { schema: { ...NUMBERED, write } });
    receive('{"n":1}');
    expect([order, failed]).toMatchObject([['fails'], [{ error: { code: 'record', path: '' }, payload: '{"n":1}' }]]);
  });

  test('is a binary frame that is not UTF-8', () => {
    const { intake, failed } = recordBench({}, { schema: NUMBERED });
    intake.receive([binary(0xff)]);
    expect(failed).toMatchObject([{ error: { code: 'utf8' }, payload: '/w==' }]);
  });

  test.each(['7', '"text"', 'true', '12345678901234567890'])('is %s, of which no record can be made', (primitive) => {
    const { receive, failed } = recordBench({}, { schema: NUMBERED });
    receive(primitive);
    expect(failed).toMatchObject([{ error: { code: 'record', path: '' } }]);
  });

  test('is logged at most once per second, with how many others there were', async () => {
    const { receive, logger, clock } = recordBench({}, { schema: NUMBERED });
    receive('{"n":"a"}', '{"n":"b"}');
    receive('{"n":"c"}');
    await clock.advance(1000);
    receive('{"n":"d"}');
    expect(logger.lines).toEqual([
      'warn: a message cannot be used: "a" is not a number',
      'warn: a message cannot be used: "d" is not a number',
    ]);
    expect(logger.fields[1]).toEqual({ source: 'feed', code: 'record', path: '/n', field: 'n', suppressed: 2 });
  });

  test('is logged as rejected and no second time where nobody takes it', () => {
    const bench = streamBench();
    const stream = bench.source('feed', { encoding: 'json' });
    const { clock, logger } = bench;
    const intake = createRecordIntake({
      options: {},
      schema: NUMBERED,
      stream,
      now: () => 0,
      clock,
      logger,
      hasCursor: false,
    });
    intake.receive([{ data: Buffer.from('{"n":"a"}'), binary: false }]);
    expect(logger.lines).toEqual(['error: rejected: "a" is not a number']);
  });

  test('is logged at the end, when it was not', () => {
    const { receive, logger, stream } = recordBench({}, { schema: NUMBERED });
    receive('{"n":"a"}', '{"n":"b"}');
    stream.end();
    expect(logger.lines.at(-1)).toBe('warn: a message cannot be used: "b" is not a number');
  });
});

describe('with on-error: fail', () => {
  function caught(run: () => void): unknown {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  }

  test('a message that cannot be used fails the source once its turn is handed on', () => {
    const { receive, order } = recordBench({ 'on-error': 'fail' }, { schema: NUMBERED });
    expect(() => receive('{"n":1}', 'poison', '{"n":2}')).toThrow(UnusableMessageError);
    expect(order).toEqual(['{"n":1}', 'fails', '{"n":2}']);
  });

  test('the first one of a turn is named: its source, cause, path and field, and what it is', () => {
    const { receive } = recordBench({ 'on-error': 'fail' }, { schema: NUMBERED });
    const error = caught(() => receive('{"n":"x"}', 'poison'));
    expect(error).toMatchObject({ code: 'record', path: '/n', field: 'n' });
    expect(error).toHaveProperty(
      'message',
      'source feed cannot use a message: "x" is not a number at /n; the message is {"n":"x"}',
    );
  });

  test('a long message is cut at 1 KiB, and no character in two', () => {
    const { receive } = recordBench({ 'on-error': 'fail' }, { schema: NUMBERED });
    const error = caught(() => receive(`x${'€'.repeat(1000)}`));
    const [, shown] = error instanceof Error ? error.message.split('the message is ') : [];
    expect(shown).toBe(`x${'€'.repeat(341)}… (3001 bytes)`);
  });

  test('an empty message is called so', () => {
    const { receive } = recordBench({ 'on-error': 'fail' }, { schema: NUMBERED });
    expect(() => receive('')).toThrow(/the message is empty$/);
  });

  test('nothing is warned of: the crash says it', () => {
    const { receive, logger } = recordBench({ 'on-error': 'fail' }, { schema: NUMBERED });
    caught(() => receive('poison'));
    expect(logger.lines).toEqual([]);
  });

  test('what comes after the crash is taken as before', () => {
    const { receive, order, intake } = recordBench({ 'on-error': 'fail', select: [[{ pointer: '/n', exists: true }]] });
    caught(() => receive('{"n":1}', 'poison'));
    receive('{"n":2}');
    expect([order, intake.counts.selected]).toEqual([['{"n":1}', 'fails', '{"n":2}'], 2]);
  });
});

describe('a message that is null', () => {
  test('yields nothing, takes no number and is counted', () => {
    const { receive, order, stream, intake } = recordBench({}, { schema: NUMBERED });
    receive('null', ' null ');
    expect([order, stream.received, intake.counts.ignored]).toEqual([[], 0, 2]);
  });
});

describe('a source without a schema', () => {
  const options = { select: [[{ pointer: '/id', exists: true }]] };

  test('passes a message on as it is written', () => {
    const bench = recordBench(options);
    bench.receive('{ "id": 12345678901234567890, "price": 1.10 }');
    expect(bench.texts).toEqual(['{ "id": 12345678901234567890, "price": 1.10 }']);
  });

  test('packs a turn of which it takes many', () => {
    const { receive, stream } = recordBench(options);
    const packed: boolean[] = [];
    stream.chunks$.subscribe((chunk) => packed.push(chunk instanceof PackedChunk));
    receive('{}', ...Array.from({ length: 20 }, () => '{"id":1}'));
    expect(packed).toEqual([true]);
  });

  test('keeps the encoding of its events, and that they were binary', () => {
    const { intake, events } = recordBench(options, { stream: { encoding: 'text' } });
    intake.receive([{ ...text('{"id":1}'), binary: true }], { 'peer.id': '4' });
    expect(events).toMatchObject([{ encoding: 'text', attributes: { 'peer.id': '4', opcode: 'binary' } }]);
  });

  test('takes a top-level primitive as it is', () => {
    const bench = recordBench({ select: [[{ pointer: '', equals: 7 }]] });
    bench.receive('7');
    expect(bench.texts).toEqual(['7']);
  });
});

describe('a source with a schema', () => {
  test('makes a record of each message, and it is JSON', () => {
    const { receive, events } = recordBench({}, { schema: NUMBERED, stream: { encoding: 'text' } });
    receive('{ "n": 1, "other": 2 }');
    expect(events).toMatchObject([{ payload: '{"n":1}', encoding: 'json' }]);
  });

  test('has the values of its events read by it', () => {
    const { receive, events } = recordBench({}, { schema: NUMBERED });
    receive('{"n":1}');
    expect(events[0]?.value).toEqual({ read: { n: 1 } });
  });

  test('gives it a top-level array whole', () => {
    const schema = { ...NUMBERED, write: (value: unknown) => JSON.stringify({ n: Array.isArray(value) && value[1] }) };
    const bench = recordBench({}, { schema });
    bench.receive('[1,2]');
    expect(bench.texts).toEqual(['{"n":2}']);
  });

  test('asks its conditions with all digits, whatever the schema needs', () => {
    const select = [[{ pointer: '/id', equals: 12345678901234567891n }]];
    const { receive, intake } = recordBench({ select }, { schema: NUMBERED });
    receive('{"n":1,"id":12345678901234567891}', '{"n":2,"id":12345678901234567892}');
    expect(intake.counts).toMatchObject({ selected: 1, passedOver: 1 });
  });

  test('passes on the cause of a fault that is its own', () => {
    const write = () => {
      throw new TypeError('a bug');
    };
    expect(() => recordBench({}, { schema: { ...NUMBERED, write } }).receive('{}')).toThrow('a bug');
  });
});

describe('select', () => {
  const select = [[{ pointer: '/type', equals: 'data' }]];

  test('lets through what its conditions hold of, and counts both', () => {
    const bench = recordBench({ select });
    bench.receive('{"type":"ack"}', '{"type":"data","n":1}', '{"type":"ack"}', '{"type":"data","n":2}');
    expect(bench.texts).toEqual(['{"type":"data","n":1}', '{"type":"data","n":2}']);
    expect(bench.intake.counts).toMatchObject({ selected: 2, passedOver: 2 });
  });

  test('gives no number to what is passed over', () => {
    const { receive, stream } = recordBench({ select });
    receive('{"type":"ack"}', '{"type":"data"}');
    expect(stream.received).toBe(1);
  });

  test('keeps what is passed over from the schema', () => {
    const { receive, failed } = recordBench({ select }, { schema: NUMBERED });
    receive('{"type":"ack"}');
    expect(failed).toEqual([]);
  });

  test('counts nothing as selected when it is not given', () => {
    const { receive, intake } = recordBench({}, { schema: NUMBERED });
    receive('{"n":1}');
    expect(intake.counts).toMatchObject({ selected: 0, passedOver: 0 });
  });
});

describe('split-arrays', () => {
  test('makes an event of each element, as it is written', () => {
    const bench = recordBench({ 'split-arrays': true });
    bench.receive('[ {"id": 12345678901234567890} , 1.10, "a,]" ]', '{"whole":true}');
    expect(bench.texts).toEqual(['{"id": 12345678901234567890}', '1.10', '"a,]"', '{"whole":true}']);
  });

  test('fails the whole message for one bad element, with its index in the path', () => {
    const { receive, order, failed } = recordBench({ 'split-arrays': true }, { schema: NUMBERED });
    receive('[{"n":1},{"n":"x"}]', '[{"n":2}]');
    expect(order).toEqual(['fails', '{"n":2}']);
    expect(failed).toMatchObject([{ error: { path: '/1/n' }, payload: '[{"n":1},{"n":"x"}]' }]);
  });

  test('ignores and counts null elements and empty arrays', () => {
    const bench = recordBench({ 'split-arrays': true });
    bench.receive('[]', '[null,1,null]', '[ ]');
    expect([bench.texts, bench.intake.counts.ignored]).toEqual([['1'], 4]);
  });

  test('selects each element for itself', () => {
    const bench = recordBench({ 'split-arrays': true, select: [[{ pointer: '/n', in: [1, 3] }]] });
    bench.receive('[{"n":1},{"n":2},{"n":3}]');
    expect(bench.texts).toEqual(['{"n":1}', '{"n":3}']);
    expect(bench.intake.counts).toMatchObject({ selected: 2, passedOver: 1 });
  });

  test('makes one document of the elements of a message', () => {
    const stream = { documents: 'message' as const };
    const { receive, events } = recordBench({ 'split-arrays': true }, { stream });
    receive('0', '[1,null,2]', '[3]');
    const places = events.map(({ attributes }) => Object.values(attributes).join(' '));
    expect(places).toEqual(['e1/1 0 true', 'e1/2 0 false', 'e1/2 1 true', 'e1/4 0 true']);
  });

  test('packs a turn of elements that nobody needs as documents', () => {
    const { receive, stream } = recordBench({ 'split-arrays': true });
    const packed: boolean[] = [];
    stream.chunks$.subscribe((chunk) => packed.push(chunk instanceof PackedChunk));
    receive('[1,2,3,4,5]', '[6,7,8,9,10]');
    expect(packed).toEqual([true]);
  });

  test('leaves an array whole when it is not asked for', () => {
    const bench = recordBench({ select: [[{ pointer: '/0', equals: 1 }]] });
    bench.receive('[1,2]');
    expect(bench.texts).toEqual(['[1,2]']);
  });
});

describe('latest-only', () => {
  test('hands on the last message of an interval, and every failure', async () => {
    const stream = { latestOnly: true, emitInterval: 1000 };
    const bench = recordBench({ 'latest-only': true }, { schema: NUMBERED, stream });
    bench.receive('{"n":1}', 'poison', '{"n":2}', '{"n":3}');
    await bench.clock.advance(1000);
    expect([bench.order, bench.intake.counts.pruned, bench.stream.received]).toEqual([['fails', '{"n":3}'], 2, 4]);
  });
});

describe('an intake whose source has ended', () => {
  test('counts nothing any more', () => {
    const { receive, stream, intake } = recordBench({ select: [[{ pointer: '', exists: true }]] });
    stream.end();
    receive('1');
    expect(intake.counts.selected).toBe(0);
  });
});
