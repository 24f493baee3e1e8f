import { describe, expect, test } from 'vitest';
import { World, webSocketSource } from '../supervision/world.ts';
import { drop, headersOf, type SinkOptions, type SourceOptions, sinkBench, sourceBench } from './client-bench.ts';

const NOT_UTF8 = { data: Buffer.from([0xff, 0xfe]), binary: true };
const NOT_BASE64 = 'not base64!';

/** A source that gets one frame which is no event, between two that are. */
async function failingSource(takers: readonly string[], options: SourceOptions = {}) {
  const made = await sourceBench(options);
  const { world, server, pipeline } = made;
  const taken: unknown[] = [];
  const settles = new Map<string, () => void>();
  for (const name of takers) {
    pipeline.sink(name, {
      inputs: ['exchange.failures'],
      function: ({ messages }) => {
        taken.push(...messages.map(({ text }) => JSON.parse(text)));
        return new Promise<void>((resolve) => settles.set(name, resolve));
      },
    });
  }
  await world.start();
  server.peer.socket.write([{ data: '{"id":1}', binary: false }, NOT_UTF8, { data: '{"id":3}', binary: false }]);
  await world.clock.advance(100);
  const settle = async (name: string) => {
    settles.get(name)?.();
    await world.clock.advance(100);
  };
  return { ...made, taken, settle, source: () => pipeline.source('exchange').status };
}

/** The same of a sink. */
async function failingSink(takers: readonly string[], options: SinkOptions = {}) {
  const made = await sinkBench({ payload: 'binary-base64', ...options });
  const { world, pipeline } = made;
  const taken: unknown[] = [];
  const settles = new Map<string, () => void>();
  for (const name of takers) {
    pipeline.sink(name, {
      inputs: ['store.failures'],
      function: ({ messages }) => {
        taken.push(...messages.map(({ text }) => JSON.parse(text)));
        return new Promise<void>((resolve) => settles.set(name, resolve));
      },
    });
  }
  await world.start();
  const settle = async (name: string) => {
    settles.get(name)?.();
    await world.clock.advance(100);
  };
  return { ...made, taken, settle };
}

describe('<source>.failures', () => {
  test('tell what failed, where, when and why, with the payload', async () => {
    const { taken, kept } = await failingSource(['dead']);
    expect(kept.map(({ text }) => text)).toEqual(['{"id":1}', '{"id":3}']);
    expect(taken).toEqual([
      {
        source: 'exchange',
        id: expect.stringMatching(/\/2$/),
        receivedAt: expect.stringMatching(/^2023-11-14T.*\.\d{3}Z$/),
        error: { code: 'utf8', message: 'a binary frame is not UTF-8' },
        payload: '//4=',
        payloadEncoding: 'base64',
      },
    ]);
  });

  test('settle the event when every taker has', async () => {
    const { settle, source } = await failingSource(['dead', 'audit']);
    expect(source()).toMatchObject({ failed: 1, rejected: 0, settled: 1, inFlight: 2 });
    await settle('dead');
    expect(source().settled).toBe(1);
    await settle('audit');
    expect(source()).toMatchObject({ settled: 3, inFlight: 0 });
  });

  test('without a taker: are counted as rejected, logged without their payload, and settled', async () => {
    const { world, source } = await failingSource([]);
    expect(source()).toMatchObject({ rejected: 1, failed: 0, settled: 3, inFlight: 0 });
    const lines = world.log.filter((line) => line.startsWith('error rejected: a binary frame is not UTF-8'));
    expect([lines.length, lines.join().includes('//4=')]).toEqual([1, false]);
  });

  test('hold the cursor back until then', async () => {
    const cursor = { 'header-name': 'x-from', 'value-field': 'id' };
    const { world, server, settle } = await failingSource(['dead'], { cursor });
    await drop(world, server);
    await settle('dead');
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, '1', '3']);
  });

  test('may go to a web-socket, as JSON', async () => {
    const world = new World();
    const [up, down] = [await world.server('up'), await world.server('down')];
    world.add(
      [webSocketSource(up.url)],
      [
        { name: 'out', inputs: ['exchange'], stdout: {} },
        { name: 'dead', inputs: ['exchange.failures'], 'web-socket': { url: down.url, payload: 'json' } },
      ],
    );
    await world.start();
    up.peer.socket.write([NOT_UTF8]);
    await world.clock.advance(1_000);
    expect(down.received.map((text) => JSON.parse(text).payload)).toEqual(['//4=']);
  });
});

describe('<sink>.failures', () => {
  test('tell source, sink, id and cause of what cannot be written, and the rest goes on', async () => {
    const { world, server, push, taken, sink } = await failingSink(['dead']);
    push('AQ==', NOT_BASE64, 'Ag==');
    await world.clock.advance(1_000);
    expect(server.peer.heard.received.map(({ data }) => [...data])).toEqual([[1], [2]]);
    expect(taken).toMatchObject([{ source: 'feed', sink: 'store', error: { code: 'payload' }, payload: NOT_BASE64 }]);
    expect(sink()).toMatchObject({ failed: 1, rejected: 0 });
  });

  test('settle the event when every taker has, and what came behind it after it', async () => {
    const { world, push, settle, pipeline } = await failingSink(['dead', 'audit']);
    push('AQ==', NOT_BASE64, 'Ag==');
    await world.clock.advance(1_000);
    const { settled } = pipeline.source('feed').status;
    await settle('dead');
    expect([settled, pipeline.source('feed').status.settled]).toEqual([1, 1]);
    await settle('audit');
    expect(pipeline.source('feed').status).toMatchObject({ settled: 3, inFlight: 0 });
  });

  test('without a taker: are counted as rejected, logged, and settled', async () => {
    const { world, push, sink, pipeline } = await failingSink([]);
    push('AQ==', NOT_BASE64, 'Ag==');
    await world.clock.advance(1_000);
    expect([sink().rejected, sink().delivered, pipeline.source('feed').status.settled]).toEqual([1, 2, 3]);
    expect(world.log.filter((line) => line.startsWith('error rejected: '))).toHaveLength(1);
  });

  test('that nobody has settled at a stop are undelivered', async () => {
    const { world, push } = await failingSink(['dead']);
    push('AQ==', NOT_BASE64);
    await world.clock.advance(1_000);
    expect((await world.stop('1s')).undelivered).toBeGreaterThan(0);
  });

  test('that lead back to their origin are refused', async () => {
    const world = new World();
    const add = () =>
      world.add(
        [{ name: 'feed', function: {} }],
        [{ name: 'store', inputs: ['feed', 'store.failures'], 'web-socket': { url: 'ws://x/' } }],
      );
    expect(add).toThrow(/failures/);
  });
});
