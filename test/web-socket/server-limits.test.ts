import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { call, collect, connected, FEED, inputSource, outputSink } from './callers.ts';

async function createInput(server = {}, options = {}) {
  const world = new World();
  const pipeline = world.add([inputSource(server, options)]);
  const events = collect(pipeline, 'store');
  await world.start();
  return { world, pipeline, texts: () => events.map(({ text }) => text) };
}

describe('server.max-payload', () => {
  test('closes a peer that sends a larger message with 1009, and no other', async () => {
    const { world, texts } = await createInput({ 'max-payload': '1KiB' });
    const [large, small] = [await call(world), await call(world)];
    large.send('fine', 'x'.repeat(1_025));
    small.send('y'.repeat(1_024));
    await world.clock.advance(10);
    expect(large.loss).toMatchObject({ kind: 'close', code: 1009 });
    expect([small.open, texts().toSorted()]).toEqual([true, ['fine', 'y'.repeat(1_024)]]);
  });

  test('is 1 MiB by default', async () => {
    const { world, texts } = await createInput();
    const caller = await call(world);
    caller.send('x'.repeat(1_048_576));
    await world.clock.advance(100);
    expect([caller.open, texts().length]).toEqual([true, 1]);
    caller.send('x'.repeat(1_048_577));
    await world.clock.advance(100);
    expect([caller.loss, texts().length]).toMatchObject([{ code: 1009 }, 1]);
  });
});

describe('close-timeout', () => {
  test.each([
    ['5s by default', {}, 5_000],
    ['as given', { 'close-timeout': '1s' }, 1_000],
  ])('cuts off a peer that does not answer a close, %s', async (_, options, timeout) => {
    const { world } = await createInput({ 'idle-timeout': '10s' }, options);
    const caller = await call(world);
    caller.socket.pause();
    await world.clock.advance(10_000 + timeout - 100);
    expect(connected(world)).toBe(1);
    await world.clock.advance(200);
    caller.socket.resume();
    await world.clock.advance(10);
    expect(connected(world)).toBe(0);
  });
});

describe('subprotocols (listener)', () => {
  async function choose(spoken: string[] | undefined, offered: string[]) {
    const world = new World();
    world.add([FEED], [outputSink({}, spoken === undefined ? {} : { subprotocols: spoken })]);
    await world.start();
    const { protocol } = await call(world, '/', { subprotocols: offered });
    return protocol;
  }

  test('the first that the peer offers and the list has is chosen', async () => {
    expect(await choose(['v1', 'v2', 'v3'], ['v9', 'v3', 'v1'])).toBe('v3');
  });

  test('none is chosen when the list has none of those offered, and the peer is let in', async () => {
    expect(await choose(['v1'], ['v2'])).toBe('');
  });

  test('none is chosen without a list', async () => {
    expect(await choose(undefined, ['v1'])).toBe('');
  });

  test('none is chosen when none is offered', async () => {
    expect(await choose(['v1'], [])).toBe('');
  });
});
