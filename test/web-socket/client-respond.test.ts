// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { numbered, World } from '../supervision/world.ts';
import { call, collect, relaySource } from './callers.ts';
import { drop, type SourceOptions, sinkBench, sourceBench } from './client-bench.ts';

type Rules = SourceOptions['respond'];

const PING: Rules = [{ when: { pointer: '/type', equals: 'ping' }, send: { type: 'pong', id: '${id}' } }];
const TEXT_PING: Rules = [{ when: { pointer: '', equals: 'ping' }, send: 'pong' }];

/** A live source, and what became events. */
async function live(respond: Rules, options: SourceOptions = {}, world = new World()) {
  const bench = await sourceBench({ respond, ...options }, world);
  await bench.world.start();
  return {
    ...bench,
    events: () => bench.kept.map(({ text }) => text),
    /** What is answered to these, sent in one turn. */
    answersTo: async (...texts: string[]) => {
      const before = bench.server.received.length;
      bench.server.send(...texts);
      await bench.world.clock.advance(10);
      return bench.server.received.slice(before);
    },
  };
}

describe('respond', () => {
  test('answers what it is for, which is no event, and passes the rest on in order', async () => {
    const bench = await live(PING);
    const answers = await bench.answersTo('{"n":1}', '{"type":"ping","id":7}', '{"n":2}', '{"type":"ping","id":"x"}');
    expect([answers, bench.events()]).toEqual([
      ['{"type":"pong","id":7}', '{"type":"pong","id":"x"}'],
      ['{"n":1}', '{"n":2}'],
    ]);
  });

  test('counts what it has answered, over all connections', async () => {
    const bench = await live(PING);
    await bench.answersTo('{"type":"ping","id":1}', '{"type":"ping","id":2}', '{"n":1}');
    expect([bench.status().answered, bench.status().unanswered]).toEqual([2, undefined]);
    await drop(bench.world, bench.server);
    await bench.answersTo('{"type":"ping","id":3}');
    expect([bench.status().answered, bench.pipeline.source('exchange').status.received]).toEqual([3, 1]);
  });

  test('tells who watches the status, without an event of its own', async () => {
    const bench = await live(PING);
    const seen: unknown[] = [];
    const watching = bench.world.supervisor.status$.subscribe((status) =>
      seen.push(status.pipelines[0]?.sources[0]?.connection?.answered),
    );
    await bench.answersTo('{"type":"ping","id":1}');
    await bench.world.clock.advance(1_000);
    watching.unsubscribe();
    expect(seen.at(-1)).toBe(1);
  });

  test.each([
    ['a bare text', 'ping', 'pong'],
    ['a JSON string', '"ping"', 'pong'],
  ])('knows %s', async (_what, text, answer) => {
    expect(await (await live(TEXT_PING)).answersTo(text)).toEqual([answer]);
  });

  test.each(['pings', '{"type":"ping"}', ' ping'])('does not take %j for the text ping', async (text) => {
    const bench = await live(TEXT_PING);
    expect([await bench.answersTo(text), bench.events()]).toEqual([[], [text]]);
  });

  test('knows a word that JSON has escaped', async () => {
    const bench = await live(PING);
    expect(await bench.answersTo('{"\\u0074ype":"\\u0070ing","id":1}')).toEqual(['{"type":"pong","id":1}']);
  });

  test('keeps all digits of what it repeats', async () => {
    const bench = await live([{ when: { pointer: '/ping', exists: true }, send: { pong: '${ping}' } }]);
    expect(await bench.answersTo('{"ping":12345678901234567890}', '{"ping":1.10}')).toEqual([
      '{"pong":12345678901234567890}',
      '{"pong":1.10}',
    ]);
  });

  test('wants all conditions of a rule to hold', async () => {
    const when = [
      { pointer: '/type', equals: 'ping' },
      { pointer: '/n', matches: '^[0-9]+$' },
    ];
    const bench = await live([{ when, send: 'pong ${n}' }]);
    expect(await bench.answersTo('{"type":"ping","n":1}', '{"type":"ping","n":"x"}', '{"n":1}')).toEqual(['pong 1']);
  });

  test('goes by the first rule that holds', async () => {
    const bench = await live([
      { when: { pointer: '/type', equals: 'ping' }, send: 'first' },
      { when: { pointer: '/type', exists: true }, send: 'second' },
    ]);
    expect(await bench.answersTo('{"type":"ping"}', '{"type":"other"}')).toEqual(['first', 'second']);
  });

  test('answers JSON in a binary frame, and passes other bytes on', async () => {
    const bench = await live([{ when: { pointer: '/data', exists: false }, send: 'none' }], { payload: 'binary' });
    bench.server.peer.socket.write([
      { data: Buffer.from('{"n":1}'), binary: true },
      { data: Buffer.from([0xff, 0x00]), binary: true },
    ]);
    await bench.world.clock.advance(10);
    expect([bench.server.received, bench.kept.map(({ bytes }) => bytes)]).toEqual([['none'], [2]]);
  });

  test('says the time and the cursor of its own moment', async () => {
    const bench = await live(
      [{ when: { pointer: '', equals: 'ping' }, send: 'at ${time|now_time_secs} have ${cursor||nothing}' }],
      { cursor: { 'value-field': 'id' }, payload: 'json' },
    );
    expect(await bench.answersTo('ping')).toEqual(['at 1700000000 have nothing']);
    await bench.answersTo('{"id":5}');
    await bench.world.clock.advance(60_000);
    expect(await bench.answersTo('ping')).toEqual(['at 1700000060 have 5']);
  });

  test('resolves what the environment says anew for each connection', async () => {
    const world = new World();
    world.env.NAME = 'one';
    const bench = await live([{ when: { pointer: '', equals: 'who' }, send: '${env|NAME}' }], {}, world);
    const before = await bench.answersTo('who');
    world.env.NAME = 'two';
    await drop(world, bench.server);
    expect([before, await bench.answersTo('who')]).toEqual([['one'], ['two']]);
  });

  test('leaves a message without an answer that it has no value for, and warns', async () => {
    const bench = await live(PING);
    expect(await bench.answersTo('{"type":"ping"}', '{"type":"ping"}', '{"n":1}')).toEqual([]);
    expect([bench.events(), bench.status().answered, bench.status().unanswered]).toEqual([['{"n":1}'], 0, 2]);
    const warnings = bench.world.log.filter((line) => line.includes('is not answered'));
    expect(warnings).toEqual([expect.stringContaining('it has no value for ${id}')]);
  });

  test('leaves a message without an answer that is nested too deep to be repeated', async () => {
    const bench = await live(PING);
    const deep = `{"type":"ping","id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await bench.answersTo(deep)).toEqual([]);
    expect([bench.status().state, bench.status().unanswered]).toEqual(['live', 1]);
  });

  test('answers while requests are made too, once a reply is not the one that is expected', async () => {
    const bench = await live(PING, {
      requests: [{ send: 'login', expect: { pointer: '/id', equals: 7 } }],
    });
    expect(await bench.answersTo('{"type":"ping","id":1}', '{"type":"ping","id":7}', '{"type":"ping","id":7}')).toEqual(
      ['{"type":"pong","id":1}', '{"type":"pong","id":7}'],
    );
    expect(bench.status()).toMatchObject({ state: 'live', answered: 3 });
  });

  test('answers between two requests', async () => {
    const bench = await live(PING, { requests: ['a', 'b'], 'request-interval': '1h' });
    expect(await bench.answersTo('{"type":"ping","id":1}')).toEqual(['{"type":"pong","id":1}']);
  });

  test('counts as a message for no-data-timeout', async () => {
    const bench = await live(PING, { 'no-data-timeout': '5s' });
    for (let round = 0; round < 10; round += 1) {
      await bench.answersTo('{"type":"ping","id":1}');
      await bench.world.clock.advance(4_000);
    }
    expect(bench.server.peers).toHaveLength(1);
  });
});

describe('respond, with a peer that does not read', () => {
  const FILLER = 'x'.repeat(10_000);
  const ECHO: Rules = [{ when: { pointer: '/type', equals: 'ping' }, send: { pong: '${filler}' } }];
  const ping = `{"type":"ping","filler":"${FILLER}"}`;

  test('stops to answer when 1 MiB waits, and keeps its memory bounded', async () => {
    const bench = await live(ECHO, { heartbeat: 'off' });
    bench.server.peer.socket.pause();
    for (let round = 0; round < 20; round += 1) await bench.answersTo(...Array<string>(50).fill(ping));
    const { answered, unanswered = 0 } = bench.status();
    expect(answered + unanswered).toBe(1_000);
    // 1 MiB in our queue, and what the systems of both ends hold.
    expect([answered * FILLER.length < 2.5e6, answered > 100]).toEqual([true, true]);
    expect(bench.world.log.filter((line) => line.includes('does not read')).length).toBeLessThan(5);
    bench.server.peer.socket.resume();
    await bench.world.clock.advance(1_000);
    expect(await bench.answersTo(ping)).toHaveLength(1);
  });
});

describe('respond while the connection is closed', () => {
  test('answers nothing any more, and counts and hands on nothing', async () => {
    const bench = await live(PING);
    const stopped = bench.world.supervisor.stop();
    bench.server.send('{"type":"ping","id":1}');
    await bench.world.during(stopped);
    expect([bench.server.received, bench.status().answered, bench.events()]).toEqual([[], 0, []]);
  });
});

describe('respond while its source is held', () => {
  test('does not answer what is not read, and answers it afterwards', async () => {
    const bench = await sourceBench({ respond: PING });
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    bench.pipeline.sink('stuck', { buffer: { 'max-events': 1 }, function: () => released });
    await bench.world.start();
    await bench.world.flood(bench.server);
    bench.server.send('{"type":"ping","id":1}');
    await bench.world.clock.advance(60_000);
    expect([bench.pipeline.source('exchange').status.held, bench.server.received]).toEqual([true, []]);
    release();
    await bench.world.clock.advance(1_000);
    expect(bench.server.received).toEqual(['{"type":"pong","id":1}']);
  });
});

describe('respond, of a sink', () => {
  test('answers, and takes no acknowledgement away', async () => {
    const { world, server, push, sink, status } = await sinkBench({
      respond: PING,
      connect: { mode: 'eager' },
      ack: 'reply',
      reply: { pointer: '/id' },
    });
    await world.start();
    push({ id: 1 }, { id: 2 });
    await world.clock.advance(100);
    server.send('{"id":1}', '{"type":"ping","id":9}', '{"id":2}');
    await world.clock.advance(100);
    expect([server.received.at(-1), status().answered, sink().delivered]).toEqual(['{"type":"pong","id":9}', 1, 2]);
  });

  test('answers while far more of its events waits for the peer than an answer may', async () => {
    const world = new World({ bufferBytes: 64 * 1024 });
    const { server, push, status, sink } = await sinkBench({ respond: TEXT_PING, ack: 'written' }, world);
    await world.start();
    push(...numbered(2_000, 'x'.repeat(10_000)));
    await world.clock.advance(5);
    for (let round = 0; round < 100; round += 1) {
      server.send('ping');
      await world.clock.advance(3);
    }
    expect(sink().delivered).toBeLessThan(2_000);
    expect([status().answered, status().unanswered]).toEqual([100, undefined]);
  });

  test('answers before what waits in its buffer', async () => {
    const { world, server, push, status } = await sinkBench({
      respond: TEXT_PING,
      connect: { mode: 'eager' },
      'max-in-flight': { events: 1 },
      ack: 'reply',
      reply: { pointer: '/id' },
    });
    await world.start();
    push(...numbered(10).map((id) => ({ id })));
    await world.clock.advance(100);
    server.send('ping');
    await world.clock.advance(100);
    expect([server.received, status().answered]).toEqual([['{"id":"event 1"}', 'pong'], 1]);
  });
});

describe('respond, of a relay', () => {
  test('answers its upstream, and neither peers nor taps hear of it', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const pipeline = world.add([relaySource({ url: upstream.url, respond: PING })]);
    const events = collect(pipeline, 'store', 'chat');
    await world.start();
    const caller = await call(world);
    caller.send('{"type":"ping","id":"of a peer"}');
    upstream.send('{"type":"ping","id":1}', 'news');
    await world.clock.advance(100);
    expect(upstream.received).toEqual(['{"type":"ping","id":"of a peer"}', '{"type":"pong","id":1}']);
    expect([caller.texts, events.length]).toEqual([['news'], 2]);
  });
});
