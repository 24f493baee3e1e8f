import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../src/config/template.ts';
import { createFrameEncoder } from '../../src/messages/batch-encoder.ts';
import { batches } from '../../src/streams/batcher.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { REPLY, type WebSocketSetup, webSocketBench } from './web-socket-bench.ts';

const SILENT = 'the peer did not reply to an event within retry.timeout';

function replyBench({ options, ...setup }: WebSocketSetup = {}) {
  return webSocketBench({ ...setup, options: { level: REPLY, ...options } });
}

const event = (id: unknown) => JSON.stringify({ id });
const reply = (id: unknown) => JSON.stringify({ re: id });

describe('ack: reply', () => {
  test('settles an event with the reply that holds its value', () => {
    const bench = replyBench();
    const { wire, reply: answer } = bench.connect();
    bench.give(event('a'), event('b'));
    expect(wire.writes).toEqual([[event('a'), event('b')]]);
    answer(reply('a'));
    expect([bench.settled(), bench.stream.counts().delivered]).toEqual([1, 1]);
    answer(reply('b'));
    expect([bench.settled(), bench.stream.counts().unconsumed]).toEqual([2, 0]);
  });

  test('settles nothing because the system has taken it or the peer answers pings', async () => {
    const bench = replyBench();
    const { wire, answer } = bench.connect();
    bench.give(event('a'));
    wire.take();
    answer('hawser-ack-1');
    expect(bench.settled()).toBe(0);
  });

  test('lets replies out of order wait for the first event', () => {
    const bench = replyBench();
    const { reply: answer } = bench.connect();
    bench.give(event(1), event(2), event(3));
    answer(reply(3), reply(2));
    expect(bench.settled()).toBe(0);
    answer(reply(1));
    expect(bench.settled()).toBe(3);
  });

  test('keeps a reply that came before the system has reported its event taken', () => {
    const bench = replyBench();
    const { wire, reply: answer } = bench.connect();
    bench.give(event(1), event(2));
    answer(reply(2));
    wire.take();
    answer(reply(1));
    expect(bench.settled()).toBe(2);
  });

  test('gives events of the same value a reply each, in order', () => {
    const bench = replyBench();
    const { reply: answer } = bench.connect();
    bench.give(event('a'), event('a'));
    answer(reply('a'));
    expect(bench.settled()).toBe(1);
    answer(reply('a'));
    expect(bench.settled()).toBe(2);
  });

  test.each([
    ['a number for text', '7', 7],
    ['text for a number', 7, '7'],
    ['a boolean', true, true],
  ])('takes %s', (_what, id, answered) => {
    const bench = replyBench();
    const { reply: answer } = bench.connect();
    bench.give(event(id));
    answer(reply(answered));
    expect(bench.settled()).toBe(1);
  });

  test('tells long integers apart by their last digits', () => {
    const bench = replyBench();
    const { reply: answer } = bench.connect();
    bench.give('{"id":9007199254740993}');
    answer('{"re":9007199254740992}');
    expect(bench.settled()).toBe(0);
    answer('{"re":9007199254740993}');
    expect(bench.settled()).toBe(1);
  });

  test('takes a reply in a binary frame', () => {
    const bench = replyBench();
    bench.connect();
    bench.give(event('a'));
    bench.traffic.frames([{ data: Buffer.from(reply('a')), binary: true }]);
    expect(bench.settled()).toBe(1);
  });

  test('takes the whole message for the value with an empty pointer', () => {
    const bench = replyBench({ options: { level: { ack: 'reply', pointer: '', 'event-pointer': '/id' } } });
    const { reply: answer } = bench.connect();
    bench.give(event('a'), event(2));
    answer('"a"', '2');
    expect(bench.settled()).toBe(2);
  });

  test.each(['{"re":"b"}', '{"id":"a"}', 'a', '', '{"re":{"a":1}}', '{"re":null}'])(
    'counts %j, which is the reply to nothing, as unconsumed',
    (text) => {
      const bench = replyBench();
      const { reply: answer } = bench.connect();
      bench.give(event('a'));
      answer(text);
      expect([bench.settled(), bench.stream.counts().unconsumed]).toEqual([0, 1]);
    },
  );

  test('counts a second reply to the same event as unconsumed', () => {
    const bench = replyBench();
    const { reply: answer } = bench.connect();
    bench.give(event('a'), event('b'));
    answer(reply('b'), reply('b'));
    expect(bench.stream.counts().unconsumed).toBe(1);
  });

  test('looks for the value in what is emitted', () => {
    const bench = replyBench({ options: { level: { ...REPLY, 'event-pointer': '/key' } } });
    const { reply: answer } = bench.connect();
    bench.give('{"_raw":"{\\"key\\":\\"inner\\"}","key":"outer"}');
    answer(reply('inner'));
    expect(bench.settled()).toBe(1);
  });

  test('holds the window of events until replies come', () => {
    const bench = replyBench({ options: { window: { events: 2, bytes: 2 ** 20 } } });
    const { wire, reply: answer } = bench.connect();
    bench.give(event(1), event(2));
    bench.give(event(3));
    expect(wire.frames).toHaveLength(2);
    answer(reply(1));
    expect(wire.frames).toHaveLength(3);
  });
});

describe('an event without the value that its reply would hold', () => {
  test('is rejected by the name of the pointer, is not written, and the rest goes on', () => {
    const bench = replyBench();
    const { wire, reply: answer } = bench.connect();
    bench.give(event(1), '{"x":1}', event(3));
    expect(wire.frames).toEqual([event(1), event(3)]);
    answer(reply(1));
    expect([bench.settled(), bench.stream.counts().rejected]).toEqual([2, 1]);
    expect(bench.log.lines).toEqual([
      'error: rejected: event e1/2 of feed has no value at /id, which its reply would hold',
    ]);
  });

  test.each(['{"id":null}', '{"id":{}}', '[]', '7'])('may be %s', (payload) => {
    const bench = replyBench();
    bench.connect();
    bench.give(payload);
    expect([bench.settled(), bench.stream.counts().rejected]).toEqual([1, 1]);
  });
});

describe('a batch with ack: reply', () => {
  const batched = batches({ mode: 'fixed', size: 2, bytes: 1e6, timeout: 100 }, createStepClock());

  test('is settled by the reply to its last event', () => {
    const bench = replyBench({ batched, options: { framePerBatch: true } });
    const { wire, reply: answer } = bench.connect();
    bench.give(event(1), event(2));
    expect(wire.writes).toEqual([[`${event(1)}\n${event(2)}`]]);
    answer(reply(1));
    expect(bench.settled()).toBe(0);
    answer(reply(2));
    expect([bench.settled(), bench.stream.counts().delivered]).toEqual([2, 2]);
  });

  test('needs no value in the others', () => {
    const bench = replyBench({ batched, options: { framePerBatch: true } });
    const { wire, reply: answer } = bench.connect();
    bench.give('{}', event(2));
    answer(reply(2));
    expect([wire.frames, bench.stream.counts().delivered]).toEqual([[`{}\n${event(2)}`], 2]);
  });

  test('leaves out a last event without the value', () => {
    const bench = replyBench({ batched, options: { framePerBatch: true } });
    const { wire, reply: answer } = bench.connect();
    bench.give(event(1), '{}');
    expect(wire.frames).toEqual([event(1)]);
    answer(reply(1));
    expect([bench.settled(), bench.stream.counts()]).toMatchObject([2, { delivered: 1, rejected: 1 }]);
  });

  test('of which nothing is left is not written, and settles', () => {
    const bench = replyBench({ batched, options: { framePerBatch: true } });
    const { wire } = bench.connect();
    bench.give('{}', '{}');
    expect([wire.frames, bench.settled(), bench.stream.counts().rejected]).toEqual([[], 2, 2]);
  });
});

describe('a batch whose header has no value', () => {
  test('awaits no reply, since nothing of it is written', () => {
    const layout = { header: compileTemplate(`\${missing}`), wrapAsJson: false, marker: false };
    const scope = { cursor: () => undefined, env: () => undefined, time: () => 0 };
    const bench = replyBench({
      options: { framePerBatch: true, encode: createFrameEncoder('text', { layout, scope }) },
    });
    const { wire } = bench.connect();
    bench.give(event(1));
    expect([wire.frames, bench.settled(), bench.stream.counts().rejected]).toEqual([[], 1, 1]);
  });
});

describe('a reply that is missing', () => {
  test('is waited for from when its event left our queue', async () => {
    const bench = replyBench();
    const { wire } = bench.connect();
    bench.give(event(1));
    await bench.clock.advance(20_000);
    wire.take();
    await bench.clock.advance(29_999);
    expect(bench.complaints).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.complaints).toHaveLength(1);
  });

  test('is reported, with a hint while none has ever come', async () => {
    const bench = replyBench();
    bench.connect();
    bench.give(event(1));
    await bench.clock.advance(30_000);
    expect(bench.complaints).toEqual([
      `${SILENT}, and has never sent a reply that matches one: are reply.pointer and reply.event-pointer right?`,
    ]);
  });

  test('is reported although later events have theirs', async () => {
    const bench = replyBench();
    const { wire, reply: answer } = bench.connect();
    bench.give(event(1), event(2));
    wire.take();
    await bench.clock.advance(20_000);
    answer(reply(2));
    await bench.clock.advance(10_000);
    expect(bench.complaints).toEqual([SILENT]);
  });

  test('of each event has its own time', async () => {
    const bench = replyBench();
    const { wire, reply: answer } = bench.connect();
    bench.give(event(1));
    wire.take();
    await bench.clock.advance(20_000);
    bench.give(event(2));
    wire.take();
    answer(reply(1));
    await bench.clock.advance(29_999);
    expect(bench.complaints).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.complaints).toEqual([SILENT]);
  });

  test('is not missed while a slow peer still takes what is before it', async () => {
    const bench = replyBench();
    const { wire } = bench.connect();
    wire.queuedBytes = 100;
    bench.give(event(1));
    await bench.clock.advance(29_999);
    wire.takenBytes = 50;
    await bench.clock.advance(30_000);
    expect(bench.complaints).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.complaints).toHaveLength(1);
  });

  test('is not missed when it waits in the system at the last moment', async () => {
    const bench = replyBench();
    const { reply: answer } = bench.connect();
    bench.give(event(1));
    bench.clock.setTimeout(() => answer(reply(1)), 30_000);
    await bench.clock.advance(60_000);
    expect([bench.complaints, bench.settled()]).toEqual([[], 1]);
  });

  test('leaves no timer once it has come, nor once the connection is lost', () => {
    const bench = replyBench();
    const { reply: answer, lose } = bench.connect();
    bench.give(event(1));
    expect(bench.clock.pending).toBe(1);
    answer(reply(1));
    expect(bench.clock.pending).toBe(0);
    bench.give(event(2));
    lose();
    expect(bench.clock.pending).toBe(0);
  });

  test('has everything from its event on written again to the next connection', async () => {
    const bench = replyBench();
    const first = bench.connect();
    bench.give(event(1), event(2), event(3));
    first.reply(reply(1), reply(3));
    await bench.clock.advance(30_000);
    first.lose();
    const second = bench.connect();
    expect(second.wire.frames).toEqual([event(2), event(3)]);
    second.reply(reply(2), reply(3));
    expect(bench.settled()).toBe(3);
  });
});
