import { describe, expect, test } from 'vitest';
import { numbered, World } from '../supervision/world.ts';
import { BIND, call, callTogether, collect, FEED, leftovers, NOTHING_AT_ALL, publish, relaySource } from './callers.ts';

async function createRelay(options = {}, server = {}) {
  const world = new World();
  const pipeline = world.add([relaySource(options, server)]);
  await world.start();
  return { world, pipeline, chat: pipeline.source('chat') };
}

const BYTES = Buffer.from([0, 255, 254, 1]);

describe('mode relay without url', () => {
  test('sends what a peer sends to every other peer, in order, and not back to it', async () => {
    const { world } = await createRelay();
    const [ann, bob, eve] = await callTogether(world, 3);
    ann?.send(...numbered(20));
    await world.clock.advance(10);
    expect([ann?.texts, bob?.texts, eve?.texts]).toEqual([[], numbered(20), numbered(20)]);
  });

  test('sends what several peers send at the same time to all the others, each in its order', async () => {
    const { world } = await createRelay();
    const callers = await callTogether(world, 3);
    for (let round = 0; round < 10; round += 1) {
      for (const [at, caller] of callers.entries()) caller.send(`${at} ${round * 2}`, `${at} ${round * 2 + 1}`);
      await world.clock.advance(1);
    }
    await world.clock.advance(10);
    const sentBy = (at: number) => numbered(20, `${at} `, 0);
    for (const [to, caller] of callers.entries()) {
      const heardFrom = callers.map((_, from) => caller.texts.filter((text) => text.startsWith(`${from} `)));
      expect(heardFrom).toEqual(callers.map((_, from) => (from === to ? [] : sentBy(from))));
    }
  });

  test('keeps the opcode: text stays text, binary stays binary', async () => {
    const { world } = await createRelay();
    const [ann, bob] = await callTogether(world, 2);
    ann?.send('text');
    ann?.sendBytes(BYTES);
    ann?.sendBytes(Buffer.from('text in a binary frame'));
    ann?.send('text again');
    await world.clock.advance(10);
    expect(bob?.heard.received.map(({ data, binary }) => [data.toString('latin1'), binary])).toEqual([
      ['text', false],
      [BYTES.toString('latin1'), true],
      ['text in a binary frame', true],
      ['text again', false],
    ]);
  });

  test('keeps the opcode of a turn of many frames', async () => {
    const { world } = await createRelay();
    const [ann, bob] = await callTogether(world, 2);
    ann?.socket.write(Array.from({ length: 50 }, () => ({ data: BYTES, binary: true })));
    await world.clock.advance(10);
    expect(bob?.heard.received.map(({ data, binary }) => binary && data.equals(BYTES))).toEqual(Array(50).fill(true));
  });

  test('counts what a peer alone says as unheard', async () => {
    const { world, chat } = await createRelay();
    const caller = await call(world);
    caller.send('hello?');
    await world.clock.advance(10);
    expect([caller.texts, chat.status.endpoint]).toMatchObject([[], { unheard: 1, unconsumed: 0 }]);
  });

  test('is a source, whose events say that they are of a peer, and of which', async () => {
    const world = new World();
    const pipeline = world.add([relaySource()]);
    const events = collect(pipeline, 'store', 'chat');
    await world.start();
    const caller = await call(world);
    caller.send('hello');
    await world.clock.advance(10);
    const [peer] = pipeline.source('chat').peers;
    expect(events.map(({ text, attributes }) => [text, attributes])).toEqual([
      ['hello', { side: 'peer', 'peer.id': peer?.id }],
    ]);
  });

  test('with emit-interval hands on both of two peers to each other', async () => {
    const { world } = await createRelay({ 'emit-interval': '1s' });
    const [ann, bob] = await callTogether(world, 2);
    ann?.send('a1', 'a2');
    bob?.send('b1');
    await world.clock.advance(1_100);
    expect([ann?.texts, bob?.texts]).toEqual([['b1'], ['a1', 'a2']]);
  });

  test('leaves nothing after a stop', async () => {
    const { world } = await createRelay();
    const [ann] = await callTogether(world, 4);
    ann?.send(...numbered(10));
    await world.clock.advance(5);
    expect(await world.stop()).toEqual({ failures: [], undelivered: 0 });
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });
});

describe('a relay that is a sink', () => {
  async function createSink(url?: string, world = new World()) {
    const relay = { mode: 'relay', server: { bind: BIND }, ...(url === undefined ? {} : { url }) } as const;
    const pipeline = world.add([FEED], [{ name: 'chat', inputs: ['feed'], 'web-socket': relay }]);
    await world.start();
    return { world, pipeline };
  }

  test('sends its events to every peer, and what peers send to the others', async () => {
    const { world, pipeline } = await createSink();
    const [ann, bob] = await callTogether(world, 2);
    await publish(world, pipeline, 'news');
    ann?.send('hello');
    await world.clock.advance(10);
    expect([ann?.texts, bob?.texts]).toEqual([['news'], ['news', 'hello']]);
  });

  test('with url sends its events to every peer and not upstream', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const { pipeline } = await createSink(upstream.url, world);
    const [ann, bob] = await callTogether(world, 2);
    await publish(world, pipeline, 'news');
    ann?.send('hello');
    upstream.send('from upstream');
    await world.clock.advance(100);
    expect([ann?.texts, bob?.texts, upstream.received]).toEqual([
      ['news', 'from upstream'],
      ['news', 'from upstream'],
      ['hello'],
    ]);
  });

  test('beside a relay source shares its peers', async () => {
    const world = new World();
    const relay = { mode: 'relay', server: { bind: BIND } } as const;
    const pipeline = world.add([relaySource(), FEED], [{ name: 'news', inputs: ['feed'], 'web-socket': relay }]);
    await world.start();
    const [ann, bob] = await callTogether(world, 2);
    await publish(world, pipeline, 'news');
    ann?.send('hello');
    await world.clock.advance(10);
    expect([ann?.texts, bob?.texts]).toEqual([['news'], ['news', 'hello']]);
  });
});
