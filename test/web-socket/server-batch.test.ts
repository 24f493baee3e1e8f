import { describe, expect, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { numbered, World } from '../supervision/world.ts';
import { BIND, call, callTogether, collect, FEED, inputSource, outputSink, publish } from './callers.ts';

async function createBatches(batch: NonNullable<SinkInput['batch']>, server = {}) {
  const world = new World();
  const pipeline = world.add([FEED], [{ ...outputSink(server), batch }]);
  await world.start();
  return { world, pipeline };
}

describe('batch in mode server-output', () => {
  test('sends each peer one frame per batch, of events joined by newlines', async () => {
    const { world, pipeline } = await createBatches({ 'fixed-size': 3 });
    const callers = await callTogether(world, 2);
    await publish(world, pipeline, ...numbered(7));
    await world.clock.advance(200);
    for (const { texts } of callers) {
      expect(texts).toEqual(['event 1\nevent 2\nevent 3', 'event 4\nevent 5\nevent 6', 'event 7']);
    }
  });

  test('timeout sends what is there', async () => {
    const { world, pipeline } = await createBatches({ timeout: '1s' });
    const caller = await call(world);
    await publish(world, pipeline, 'a', 'b');
    await world.clock.advance(900);
    expect(caller.texts).toEqual([]);
    await world.clock.advance(100);
    expect(caller.texts).toEqual(['a\nb']);
  });

  test('header, footer and wrap-as-json lay the frame out', async () => {
    const { world, pipeline } = await createBatches({
      'fixed-size': 2,
      header: `<\${n}>`,
      footer: '</>',
      'wrap-as-json': true,
    });
    const caller = await call(world);
    await publish(world, pipeline, { n: 1 }, { n: 2 });
    await world.clock.advance(200);
    expect(caller.texts).toEqual(['<1>[{"n":1},{"n":2}]</>']);
  });

  test('is one message of the send buffer', async () => {
    const world = new World({ bufferBytes: 4_096 });
    const pipeline = world.add([FEED], [{ ...outputSink({ 'send-buffer-capacity': 2 }), batch: { 'fixed-size': 10 } }]);
    await world.start();
    const caller = await call(world);
    caller.socket.pause();
    await publish(world, pipeline, 'x'.repeat(10_000), ...numbered(29));
    expect(pipeline.sink('out').peers).toMatchObject([{ queued: 2, dropped: 0 }]);
  });

  test('is sent open when it stops', async () => {
    const { world, pipeline } = await createBatches({ timeout: '1h' });
    const caller = await call(world);
    await publish(world, pipeline, 'a', 'b');
    expect(await world.stop()).toEqual({ failures: [], undelivered: 0 });
    expect([caller.texts, caller.loss]).toMatchObject([['a\nb'], { code: 1001 }]);
  });
});

describe('batch in mode relay', () => {
  test('is of the events that are written to it; what it relays is passed on one by one', async () => {
    const world = new World();
    const relay = { mode: 'relay', server: { bind: BIND } } as const;
    const pipeline = world.add([FEED], [{ name: 'chat', 'web-socket': relay, batch: { 'fixed-size': 2 } }]);
    await world.start();
    const [ann, bob] = await callTogether(world, 2);
    await publish(world, pipeline, 'a', 'b');
    ann?.send('1', '2');
    await world.clock.advance(200);
    expect([ann?.texts, bob?.texts]).toEqual([['a\nb'], ['a\nb', '1', '2']]);
  });
});

describe('batch in mode server-input', () => {
  test('answers each event by itself: a peer never gets what is for another one', async () => {
    const world = new World();
    const answer: SinkInput = {
      name: 'answer',
      inputs: ['in'],
      'reply-to': 'in',
      'web-socket': { mode: 'server-input' },
      batch: { 'fixed-size': 4 },
    };
    const pipeline = world.add([inputSource()], [answer]);
    collect(pipeline, 'store', 'in');
    await world.start();
    const [ann, bob] = await callTogether(world, 2);
    for (const round of [1, 2]) {
      ann?.send(`ann ${round}`);
      bob?.send(`bob ${round}`);
      await world.clock.advance(5);
    }
    await world.clock.advance(200);
    expect([ann?.texts.join('\n'), bob?.texts.join('\n')]).toEqual(['ann 1\nann 2', 'bob 1\nbob 2']);
  });
});
