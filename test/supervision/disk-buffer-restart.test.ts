import { expect, test } from 'vitest';
import { createRootSupervisor } from '../../src/supervision/supervisor.ts';
import { World, webSocketSink, webSocketSource } from './world.ts';

test('a pipeline can be started again as soon as the one before has stopped, however slow the disk is', async () => {
  const world = new World();
  const feed = await world.server('feed');
  const sink = { ...webSocketSink('ws://store/'), buffer: { type: 'disk' as const } };
  world.add([webSocketSource('ws://feed/')], [sink]);
  await world.start();
  world.disk.latency = 600;
  feed.send('first');
  await world.clock.advance(100);
  feed.send('second');
  await world.clock.advance(100);
  await world.stop(0);
  const next = createRootSupervisor(world.environment);
  next.add({ name: 'ticks', sources: [webSocketSource('ws://feed/')], sinks: [sink] });
  await expect(world.during(next.start())).resolves.toBeUndefined();
});
