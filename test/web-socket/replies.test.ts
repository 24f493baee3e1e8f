import { describe, expect, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { mapMessages } from '../../src/streams/transforms.ts';
import { World } from '../supervision/world.ts';
import { BIND, call, callTogether, collect, FEED, inputSource, leftovers, NOTHING_AT_ALL } from './callers.ts';

/** The two ways to write a sink that answers. */
const WAYS: readonly (readonly [string, SinkInput])[] = [
  ['reply-to', { name: 'answer', 'reply-to': 'in', inputs: ['in'], 'web-socket': { mode: 'server-input' } }],
  [
    'an output in mode server-input',
    { name: 'answer', inputs: ['in'], 'web-socket': { mode: 'server-input', server: { bind: BIND } } },
  ],
];

async function createEcho(sink: SinkInput) {
  const world = new World();
  const pipeline = world.add([inputSource()], [sink]);
  pipeline.sink('answer', { transform: mapMessages((message) => message.text.toUpperCase()) });
  await world.start();
  return { world, pipeline };
}

describe.each(WAYS)('a reply with %s', (_, sink) => {
  test('goes to the peer that the event is from, and to no other', async () => {
    const { world } = await createEcho(sink);
    const [ann, bob, eve] = await callTogether(world, 3);
    ann?.send('a', 'b');
    bob?.send('c');
    await world.clock.advance(10);
    expect([ann?.texts, bob?.texts, eve?.texts]).toEqual([['A', 'B'], ['C'], []]);
  });

  test('of many messages in one turn keeps their order', async () => {
    const { world } = await createEcho(sink);
    const caller = await call(world);
    const letters = Array.from({ length: 100 }, (_each, at) => `m${at}`);
    caller.send(...letters);
    await world.clock.advance(10);
    expect(caller.texts).toEqual(letters.map((each) => each.toUpperCase()));
  });

  test('is delivered once it is queued', async () => {
    const { world, pipeline } = await createEcho(sink);
    const caller = await call(world);
    caller.send('a');
    await world.clock.advance(10);
    expect(pipeline.sink('answer').status).toMatchObject({ delivered: 1, owed: 0, rejected: 0 });
  });

  test('leaves nothing after a stop', async () => {
    const { world } = await createEcho(sink);
    await callTogether(world, 3);
    await world.stop();
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });
});

/** Pushed events name the peer that they are for. */
async function createPost() {
  const world = new World();
  const answer: SinkInput = {
    name: 'answer',
    inputs: ['feed'],
    'reply-to': 'in',
    'web-socket': { mode: 'server-input' },
  };
  const pipeline = world.add([inputSource(), FEED], [answer]);
  collect(pipeline, 'store', 'in');
  const failures = collect(pipeline, 'failures', 'answer.failures');
  await world.start();
  const post = async (text: string, peer?: string) => {
    await pipeline.source('feed').push(text, peer === undefined ? {} : { 'peer.id': peer });
    await world.clock.advance(10);
  };
  return { world, pipeline, post, failures: () => failures.map(({ text }) => JSON.parse(text)) };
}

describe('an event of another source', () => {
  test('goes to the peer that its attribute peer.id names', async () => {
    const { world, pipeline, post } = await createPost();
    const [ann, bob] = await callTogether(world, 2);
    const [, second] = pipeline.source('in').peers;
    await post('hello', second?.id);
    expect([ann?.texts, bob?.texts]).toEqual([[], ['hello']]);
  });

  test('for a peer that is gone fails, with its payload, and the rest goes on', async () => {
    const { world, pipeline, post, failures } = await createPost();
    const [gone, stays] = await callTogether(world, 2);
    const ids = pipeline.source('in').peers.map(({ id }) => id);
    gone?.socket.close(1000, '');
    await world.clock.advance(10);
    await post('too late', ids[0]);
    await post('in time', ids[1]);
    expect(failures()).toMatchObject([
      {
        sink: 'answer',
        payload: 'too late',
        error: { code: 'peer', message: expect.stringContaining(`peer ${ids[0]} is gone`) },
      },
    ]);
    expect([stays?.texts, pipeline.sink('answer').status]).toMatchObject([['in time'], { failed: 1, delivered: 1 }]);
  });

  test('for a peer that never was fails', async () => {
    const { post, failures } = await createPost();
    await post('hello', 'nobody');
    expect(failures()).toMatchObject([{ payload: 'hello', error: { code: 'peer' } }]);
  });

  test('that names no peer fails, saying so', async () => {
    const { post, failures } = await createPost();
    await post('hello');
    expect(failures()[0].error.message).toContain('no attribute peer.id');
  });

  test('for a peer that is being closed fails', async () => {
    const { world, pipeline, post, failures } = await createPost();
    const caller = await call(world);
    const [peer] = pipeline.source('in').peers;
    caller.socket.close(1000, '');
    await world.clock.advance(10);
    await post('hello', peer?.id);
    expect([failures().length, caller.texts]).toEqual([1, []]);
  });

  test('that fails without a taker is counted and logged', async () => {
    const world = new World();
    const pipeline = world.add(
      [inputSource(), FEED],
      [{ name: 'answer', inputs: ['feed'], 'reply-to': 'in', 'web-socket': { mode: 'server-input' } }],
    );
    await world.start();
    await pipeline.source('feed').push('hello', { 'peer.id': 'nobody' });
    await world.clock.advance(10);
    expect(pipeline.sink('answer').status).toMatchObject({ rejected: 1, owed: 0 });
    expect(world.log.some((line) => line.startsWith('error') && line.includes('peer nobody is gone'))).toBe(true);
  });
});
