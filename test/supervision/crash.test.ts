import { map } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/messages/batch.ts';
import type { Chunk } from '../../src/messages/chunk.ts';
import { filterMessages, mapMessages } from '../../src/streams/transforms.ts';
import { NOTHING, numbered, World, webSocketSource } from './world.ts';

const TEXTS = numbered(10);

/** A function source and a function sink that keeps what it gets. */
function createJob(world: World = new World(), batch: { 'fixed-size'?: number } | undefined = undefined) {
  const pipeline = world.add([{ name: 'feed', function: {} }]);
  const kept: string[] = [];
  const keep = (delivered: Batch) => {
    for (const message of delivered.messages) kept.push(message.text);
  };
  return { world, pipeline, source: pipeline.source('feed'), kept, keep, batch };
}

/** Throws at the `n`th call, once. */
function faulty(n: number): () => void {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls === n) throw new Error('boom');
  };
}

describe('a transform that throws', () => {
  async function createCrash(times: number) {
    const job = createJob();
    const checks = Array.from({ length: times }, (_, at) => faulty(4 + at));
    job.pipeline.sink('store', {
      transform: mapMessages((message) => {
        for (const check of checks) check();
        return message.text.toUpperCase();
      }),
      function: job.keep,
    });
    await job.world.start();
    for (const text of TEXTS) await job.source.push(text);
    await job.world.clock.advance(1_000);
    return job;
  }

  test('restarts its sink, which goes on at the first unsettled event', async () => {
    const { kept } = await createCrash(1);
    expect(kept).toEqual(TEXTS.map((text) => text.toUpperCase()));
  });

  test('is counted and logged with its error', async () => {
    const { world, pipeline } = await createCrash(1);
    expect(pipeline.sink('store').status.restarts).toBe(1);
    expect(world.log.filter((line) => line.startsWith('error crashed') && line.includes('boom'))).toHaveLength(1);
  });

  test('three times within the period is survived', async () => {
    const { pipeline, kept } = await createCrash(3);
    expect([kept.length, pipeline.status.state]).toEqual([10, 'running']);
  });

  test('keeps the numbers of its source and its ledger', async () => {
    const { pipeline } = await createCrash(2);
    expect(pipeline.source('feed').status).toMatchObject({ received: 10, settled: 10, inFlight: 0, restarts: 0 });
  });

  test('loses nothing while it is down: what comes meanwhile is delivered', async () => {
    const job = createJob();
    let broken = true;
    job.pipeline.sink('store', {
      transform: map((chunk: Chunk) => {
        if (broken) {
          broken = false;
          job.source.push('meanwhile');
          throw new Error('boom');
        }
        return chunk;
      }),
      function: job.keep,
    });
    await job.world.start();
    await job.source.push('first');
    await job.world.clock.advance(1_000);
    expect(job.kept).toEqual(['first', 'meanwhile']);
  });
});

describe('a transform that always throws', () => {
  async function createEndless() {
    const world = new World();
    const upstream = await world.server('upstream');
    const pipeline = world.add([webSocketSource(upstream.url), { name: 'feed', function: {} }]);
    const kept: string[] = [];
    pipeline.sink('broken', {
      inputs: ['exchange'],
      transform: mapMessages(() => {
        throw new Error('always');
      }),
      function: () => {},
    });
    pipeline.sink('sound', {
      inputs: ['exchange', 'feed'],
      function: (batch) => {
        for (const message of batch.messages) kept.push(message.text);
      },
    });
    await world.start();
    upstream.send('event 1');
    await world.clock.advance(100);
    return { world, upstream, pipeline, kept };
  }

  test('is escalated once: its pipeline fails and names it', async () => {
    const { world, pipeline } = await createEndless();
    const { failures } = await world.during(world.supervisor.done);
    expect(failures).toEqual([{ pipeline: 'ticks', cause: 'broken: restart intensity exceeded, last: always' }]);
    expect([pipeline.status.state, pipeline.sink('broken').status.restarts]).toEqual(['failed', 3]);
  });

  test('keeps from its siblings nothing that its source has handed on', async () => {
    const { world, kept } = await createEndless();
    await world.during(world.supervisor.done);
    expect(kept).toEqual(['event 1']);
  });

  test('leaves nothing', async () => {
    const { world } = await createEndless();
    await world.during(world.supervisor.done);
    expect(await world.leftovers()).toEqual(NOTHING);
  });
});

describe('a sink function', () => {
  test('that rejects gets the same batch again, in order, after a growing delay', async () => {
    const job = createJob();
    const calls: [number, string][] = [];
    job.pipeline.sink('store', {
      function: async (batch) => {
        calls.push([job.world.clock.now(), batch.messages.map(({ text }) => text).join()]);
        if (calls.length <= 2) throw new Error('later');
      },
    });
    await job.world.start();
    const begin = job.world.clock.now();
    await job.source.push('one');
    await job.source.push('two');
    await job.world.clock.advance(5_000);
    expect(calls.map(([at, text]) => [at - begin, text])).toEqual([
      [0, 'one'],
      [500, 'one'],
      [1_500, 'one'],
      [1_500, 'two'],
    ]);
  });

  test('that throws at once is one that rejects', async () => {
    const job = createJob();
    const check = faulty(1);
    job.pipeline.sink('store', {
      function: (batch) => {
        check();
        job.keep(batch);
      },
    });
    await job.world.start();
    await job.source.push('one');
    await job.world.clock.advance(1_000);
    expect([job.kept, job.pipeline.sink('store').status.restarts]).toEqual([['one'], 0]);
  });

  test('settles a batch only when it has resolved', async () => {
    const job = createJob();
    let resolve: () => void = () => {};
    job.pipeline.sink('store', {
      function: () =>
        new Promise<void>((settle) => {
          resolve = settle;
        }),
    });
    await job.world.start();
    await job.source.push('one');
    await job.world.clock.advance(1_000);
    expect(job.source.status).toMatchObject({ settled: 0, inFlight: 1 });
    resolve();
    await job.world.clock.advance(1);
    expect(job.source.status).toMatchObject({ settled: 1, inFlight: 0 });
  });

  test('hears nothing of what a filter has dropped, which settles all the same', async () => {
    const job = createJob();
    job.pipeline.sink('store', { transform: filterMessages(({ text }) => text.endsWith('0')), function: job.keep });
    await job.world.start();
    for (const text of TEXTS) await job.source.push(text);
    await job.world.clock.advance(100);
    expect([job.kept, job.source.status.settled]).toEqual([['event 10'], 10]);
  });
});

describe('a connection that fails', () => {
  test('drains its pipeline, which fails and names it', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const pipeline = world.add([webSocketSource(upstream.url)]);
    const kept: string[] = [];
    pipeline.sink('store', {
      function: async (batch) => {
        for (const message of batch.messages) kept.push(message.text);
      },
    });
    await world.start();
    upstream.send('event 1');
    upstream.peer.socket.close(1003, 'not for you');
    const { failures } = await world.during(world.supervisor.done);
    expect(failures).toEqual([{ pipeline: 'ticks', cause: 'exchange: the peer closed with 1003: not for you' }]);
    expect([kept, pipeline.status.state]).toEqual([['event 1'], 'failed']);
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test('of a sink stops the sources of its pipeline too', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    world.network.refuse('downstream:80', { kind: 'status', status: 404 });
    const pipeline = world.add(
      [webSocketSource(upstream.url)],
      [{ name: 'store', 'web-socket': { url: 'ws://downstream/', connect: { mode: 'eager' } } }],
    );
    await world.start();
    await world.during(world.supervisor.done);
    expect([pipeline.status.state, pipeline.status.cause]).toEqual([
      'failed',
      'store: the peer answered the upgrade with 404',
    ]);
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test('does not touch another pipeline', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    world.network.refuse('gone:80', { kind: 'status', status: 410 });
    world.add([webSocketSource('ws://gone/')], [], 'broken');
    const sound = world.add([webSocketSource(upstream.url)], [], 'sound');
    await world.start();
    await world.clock.advance(60_000);
    expect([sound.status.state, sound.source('exchange').status.connection?.state]).toEqual(['running', 'live']);
    expect((await world.stop()).failures.map(({ pipeline }) => pipeline)).toEqual(['broken']);
  });
});
