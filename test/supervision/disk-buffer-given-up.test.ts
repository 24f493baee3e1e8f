import { expect, test } from 'vitest';
import { World, webSocketSink, webSocketSource } from './world.ts';

test('what a source still holds when a sink with a buffer on disk fails is kept on disk too', async () => {
  const world = new World();
  const feed = await world.server('feed');
  const reconnect = { 'max-attempts': 2, 'initial-backoff': '500ms', jitter: 0 };
  const sink = { ...webSocketSink('ws://store/', { reconnect }), buffer: { type: 'disk' as const } };
  world.add([webSocketSource('ws://feed/', { 'emit-interval': '1s' })], [sink]);
  await world.start();
  feed.send('first');
  await world.clock.advance(1_200);
  // The sink has dialled in vain once; this one waits for the interval when it gives up.
  feed.send('second');
  const outcome = await world.during(world.supervisor.done);
  const kept = world.supervisor.status.pipelines[0]?.sinks[0]?.kept;
  expect([outcome.failures.length, kept, outcome.undelivered]).toEqual([1, 2, 0]);
});
