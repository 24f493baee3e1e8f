import { describe, expect, test } from 'vitest';
import type { SinkInput, SourceInput } from '../../src/config/options.ts';
import type { SocketEvents } from '../../src/environment.ts';
import { createRootSupervisor } from '../../src/supervision/supervisor.ts';
import { World, webSocketSink, webSocketSource } from '../supervision/world.ts';
import { drop } from './client-bench.ts';

/** A pipeline whose sockets can be made to tell of something after they were left. */
async function createBench(host: string, source: SourceInput, sinks: SinkInput[] = []) {
  const world = new World();
  const server = await world.server(host);
  const sockets: SocketEvents[] = [];
  const supervisor = createRootSupervisor({
    ...world.environment,
    dial: (request, events) => {
      sockets.push(events);
      return world.environment.dial(request, events);
    },
  });
  const pipeline = supervisor.add({ name: 'ticks', sources: [source], sinks });
  await world.during(supervisor.start());
  await world.clock.advance(100);
  return { world, server, pipeline, tell: (text: string) => sockets[0]?.frames([frame(text)]) };
}

function frame(text: string) {
  return { data: Buffer.from(text), binary: false };
}

describe('a message that a socket brings after it was left', () => {
  test('is not taken by a source', async () => {
    const { world, server, pipeline, tell } = await createBench('upstream', webSocketSource('ws://upstream/'));
    await drop(world, server);
    tell('late');
    expect([server.peers.length, pipeline.source('exchange').status.received]).toEqual([2, 0]);
  });

  test('is not taken by a source that is not connected again yet', async () => {
    const { world, server, pipeline, tell } = await createBench('upstream', webSocketSource('ws://upstream/'));
    world.network.cut(server.address);
    await world.clock.advance(1);
    tell('late');
    expect([server.peers.length, pipeline.source('exchange').status.received]).toEqual([1, 0]);
  });

  test('acknowledges nothing that was sent to the next one', async () => {
    const sink = webSocketSink('ws://downstream/', { ack: 'reply', reply: { pointer: '/id' } });
    const { world, server, pipeline, tell } = await createBench('downstream', { name: 'feed', function: {} }, [sink]);
    void pipeline.source('feed').push({ id: 1 });
    await world.clock.advance(100);
    await drop(world, server);
    tell('{"id":1}');
    expect([server.received, pipeline.sink('store').status.delivered]).toEqual([['{"id":1}', '{"id":1}'], 0]);
  });
});
