import { delay } from 'rxjs';
import { expect, test } from 'vitest';
import { call, collect, FEED, publish, relaySource } from '../web-socket/callers.ts';
import { World, webSocketSink } from './world.ts';

test('failures of a relay reach their taker although the relay itself has ended', async () => {
  const world = new World();
  const upstream = await world.server('upstream');
  const replies = { ack: 'reply', reply: { pointer: '/id' } } as const;
  const pipeline = world.add([relaySource({ url: upstream.url, ...replies, retry: { timeout: '2s', retries: 0 } })]);
  const dead = collect(pipeline, 'dead', 'chat.failures');
  await world.start();
  const caller = await call(world);
  caller.send('{"id":"never replied to"}');
  await world.clock.advance(10);
  await world.stop();
  expect(dead).toHaveLength(1);
  expect(pipeline.sink('chat.upstream').status).toMatchObject({ failed: 1, rejected: 0, owed: 0 });
});

test('a failure is a document of its own', async () => {
  const world = new World();
  const server = await world.server('downstream');
  const batch = { mode: 'document', timeout: '1h' } as const;
  const pipeline = world.add(
    [FEED],
    [
      { ...webSocketSink(server.url, { payload: 'binary-base64' }), inputs: ['feed'] },
      { ...webSocketSink(server.url), name: 'dead', inputs: ['store.failures'], batch },
    ],
  );
  await world.start();
  await publish(world, pipeline, 'not base64!');
  await world.clock.advance(1_000);
  expect(server.received).toHaveLength(1);
});

test('an event inside a transform that takes its time is not settled by a failure behind it', async () => {
  const world = new World();
  const pipeline = world.add([{ name: 'feed', stdin: {} }]);
  const never = () => new Promise(() => {});
  pipeline.sink('out', { inputs: ['feed'], transform: delay(50), function: never });
  await world.start();
  world.stdin.write(Buffer.from([0x61, 0x0a, 0xff, 0x0a]));
  await world.clock.advance(10);
  expect(pipeline.source('feed').status).toMatchObject({ received: 2, settled: 0 });
});
