import { describe, expect, test } from 'vitest';
import { mapMessages } from '../../src/streams/transforms.ts';
import { NOTHING, World, webSocketSource } from '../supervision/world.ts';

/** Two pipelines, in the first of which an actor crashes whenever it runs: a sink's transform, or the source itself. */
async function createCrashing(which: 'sink' | 'source') {
  const world = new World();
  const server = await world.server('upstream');
  server.greet = ({ socket }) => socket.write([{ data: which === 'source' ? 'no JSON' : '{}', binary: false }]);
  const options = which === 'source' ? ({ schema: { fields: [{ name: 'id', type: 'long' }] } } as const) : {};
  const broken = world.add([webSocketSource(server.url, options), { name: 'feed', function: {} }], [], 'broken');
  broken.sink('beside', { inputs: ['feed'], function: () => {} });
  broken.sink('crashing', {
    inputs: ['exchange'],
    transform: mapMessages((message) => {
      if (which === 'sink') throw new Error('always');
      return message.text;
    }),
    function: () => {},
  });
  const sound = world.add([{ name: 'feed', function: {} }], [], 'sound');
  sound.sink('kept', { function: () => {} });
  await world.start();
  await world.clock.advance(60_000);
  return { world, broken, sound };
}

describe.each(['sink', 'source'] as const)('a %s that crashes whenever it runs', (which) => {
  test('is restarted three times, then its pipeline fails once', async () => {
    const { world, broken } = await createCrashing(which);
    expect(world.log.filter((line) => line.startsWith('error crashed; it is restarted'))).toHaveLength(3);
    expect(broken.status).toMatchObject({
      state: 'failed',
      cause: expect.stringContaining('restart intensity exceeded'),
    });
    expect((await world.stop()).failures).toEqual([{ pipeline: 'broken', cause: broken.status.cause }]);
  });

  test('takes its siblings with it, and no other pipeline', async () => {
    const { broken, sound } = await createCrashing(which);
    const siblings = [...broken.status.sources, ...broken.status.sinks].filter(({ restarts }) => restarts === 0);
    expect(siblings.map(({ state }) => state)).toEqual(['ended', 'ended', 'ended']);
    expect(sound.status.state).toBe('running');
  });

  test('leaves nothing', async () => {
    const { world } = await createCrashing(which);
    await world.stop();
    expect(await world.leftovers()).toEqual(NOTHING);
  });
});
