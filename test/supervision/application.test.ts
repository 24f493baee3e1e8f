import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { NOTHING, numbered, World, webSocketSource } from './world.ts';

function createFeed() {
  const world = new World();
  const pipeline = world.add([{ name: 'feed', function: {} }]);
  return { world, pipeline, source: pipeline.source('feed') };
}

describe('a for await loop over a source', () => {
  test('gets everything in order, and ends with the source', async () => {
    const { world, source } = createFeed();
    await world.start();
    const loop = (async () => {
      const texts: string[] = [];
      for await (const message of source) texts.push(message.text);
      return texts;
    })();
    await world.clock.settle();
    for (const text of numbered(20)) await source.push(text);
    source.end();
    expect(await world.during(loop)).toEqual(numbered(20));
    await world.during(world.supervisor.done);
    expect(await world.leftovers()).toEqual(NOTHING);
  });

  test('settles an event when it asks for the next', async () => {
    const { world, source } = createFeed();
    await world.start();
    const settled: number[] = [];
    const loop = (async () => {
      for await (const message of source) {
        settled.push(source.status.settled);
        if (message.sequence === 3) break;
      }
    })();
    await world.clock.settle();
    for (const text of numbered(3)) await source.push(text);
    await world.during(loop);
    expect(settled).toEqual([0, 1, 2]);
  });

  test('that is left owes nothing any more', async () => {
    const { world, source } = createFeed();
    await world.start();
    const loop = (async () => {
      for await (const _ of source) break;
    })();
    await world.clock.settle();
    await source.push('one');
    await source.push('two');
    await world.during(loop);
    expect(source.status).toMatchObject({ inFlight: 0, held: false });
  });

  test('that is slow holds its source back', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const pipeline = world.add([webSocketSource(upstream.url)]);
    const source = pipeline.source('exchange');
    await world.start();
    const iterator = source[Symbol.asyncIterator]();
    const first = iterator.next();
    await world.clock.settle();
    await world.flood(upstream);
    expect([(await first).done, source.status.held]).toEqual([false, true]);
    await iterator.return?.();
    expect(source.status.held).toBe(false);
  });
});

describe('a function source', () => {
  test('makes who pushes wait while its sink has no room', async () => {
    const { world, pipeline, source } = createFeed();
    const waiting: (() => void)[] = [];
    pipeline.sink('slow', {
      buffer: { 'max-events': 2 },
      function: () =>
        new Promise<void>((resolve) => {
          waiting.push(resolve);
        }),
    });
    await world.start();
    let pushed = 0;
    const pushing = (async () => {
      for (const text of numbered(30_000)) {
        await source.push(text);
        pushed += 1;
      }
    })();
    await world.clock.settle();
    const stuck = pushed;
    expect([source.status.held, stuck < 30_000]).toEqual([true, true]);
    await world.clock.advance(1_000);
    expect(pushed).toBe(stuck);
    const release = setImmediateLoop(() => waiting.shift()?.());
    await pushing;
    release();
    expect(pushed).toBe(30_000);
  });

  test('gives text and bytes as they are, anything else as JSON', async () => {
    const { world, pipeline, source } = createFeed();
    const texts: string[] = [];
    pipeline.sink('store', {
      function: (batch) => {
        for (const message of batch.messages) texts.push(message.text);
      },
    });
    await world.start();
    for (const event of ['text', Buffer.from('bytes'), { a: 1 }, null]) await source.push(event);
    await world.clock.settle();
    expect(texts).toEqual(['text', 'bytes', '{"a":1}', 'null']);
  });

  test('that has ended refuses what is pushed', async () => {
    const { world, source } = createFeed();
    await world.start();
    source.end();
    await expect(source.push('late')).rejects.toThrow(/has ended/);
  });

  test('is the only kind that can be pushed to', async () => {
    const world = new World();
    const pipeline = world.add([webSocketSource('ws://upstream/')]);
    await expect(pipeline.source('exchange').push('no')).rejects.toThrow(UsageError);
  });
});

describe('a tap', () => {
  test('sees each message, holds nothing back, and survives its connection', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const pipeline = world.add([webSocketSource(upstream.url)]);
    const seen: string[] = [];
    pipeline.source('exchange').messages$.subscribe((message) => seen.push(message.id.split('/')[1] ?? ''));
    await world.start();
    upstream.send('one', 'two');
    await world.clock.advance(10);
    await upstream.die();
    await upstream.open();
    await world.clock.advance(10_000);
    upstream.send('three');
    await world.clock.advance(10);
    expect([seen, pipeline.source('exchange').status]).toMatchObject([['1', '2', '3'], { held: false, settled: 3 }]);
  });
});

describe('a handle', () => {
  test.each([
    ['source', (pipeline: ReturnType<World['add']>) => pipeline.source('nobody')],
    ['sink', (pipeline: ReturnType<World['add']>) => pipeline.sink('nobody')],
  ])('on a %s that does not exist is refused', (_kind, ask) => {
    expect(() => ask(createFeed().pipeline)).toThrow(UsageError);
  });

  test('cannot add a sink after the start', async () => {
    const { world, pipeline } = createFeed();
    await world.start();
    expect(() => pipeline.sink('late', { function: () => {} })).toThrow(UsageError);
  });
});

describe('two pipelines of one name', () => {
  test('are refused', () => {
    const { world } = createFeed();
    expect(() => world.add([{ name: 'feed', function: {} }])).toThrow(UsageError);
  });
});

/** Calls `step` once per turn of the loop, until it is told to end. */
function setImmediateLoop(step: () => void): () => void {
  let ended = false;
  const turn = () => {
    if (ended) return;
    step();
    setImmediate(turn);
  };
  turn();
  return () => {
    ended = true;
  };
}
