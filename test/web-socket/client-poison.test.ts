import { assert, asyncProperty, integer, array as listOf } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drop, headersOf, type SourceOptions, sourceBench } from './client-bench.ts';
import { SOON } from './scripted-server.ts';

const SCHEMA = {
  fields: [
    { name: 'id', type: 'long', mode: 'required' },
    { name: 'price', type: 'double' },
    { name: 'extra', type: 'json' },
  ],
} as const;

const good = (id: number) => `{"id":${id},"price":1.5,"extra":null}`;
const goods = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => good(first + at));
const nested = (depth: number) => `{"id":1,"extra":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const HUGE = `{"id":1,"price":"${'9'.repeat(1_200_000)}x"}`;

/** What cannot be used, and what is said of it. */
const POISON: readonly (readonly [payload: string, error: { code: string; path: string; message: string }])[] = [
  ['no JSON at all', { code: 'json', path: '', message: expect.stringMatching(/^not JSON: /) }],
  ['{"id":1', { code: 'json', path: '', message: expect.stringMatching(/^not JSON: /) }],
  ['', { code: 'json', path: '', message: expect.stringMatching(/^not JSON: /) }],
  ['17', { code: 'record', path: '', message: 'it is neither an object nor an array' }],
  ['{"id":"one"}', { code: 'record', path: '/id', message: expect.stringContaining('"one"') }],
  ['{"id":1,"price":{"is":2}}', { code: 'record', path: '/price', message: expect.any(String) }],
  ['{"price":2}', { code: 'record', path: '/id', message: expect.any(String) }],
  ['{"id":9223372036854775808}', { code: 'record', path: '/id', message: expect.any(String) }],
  ['{"id":1,"price":1e400}', { code: 'record', path: '/price', message: expect.any(String) }],
  [nested(600), { code: 'record', path: '/extra', message: expect.any(String) }],
  [nested(100_000), { code: 'record', path: '/extra', message: expect.any(String) }],
  [HUGE, { code: 'record', path: '/price', message: expect.any(String) }],
];

const PAYLOADS = POISON.map(([payload]) => payload);

interface Taken {
  readonly payload: string;
}

/** A source that goes on, and where asked for somebody who takes its failures. */
async function bench({ takes = true, ...options }: SourceOptions & { readonly takes?: boolean } = {}) {
  const made = await sourceBench({ schema: SCHEMA, 'on-error': 'continue', reconnect: SOON, ...options });
  const { world, server, pipeline, kept } = made;
  const taken: Taken[] = [];
  if (takes) {
    pipeline.sink('dead', {
      inputs: ['exchange.failures'],
      function: ({ messages }) => void taken.push(...messages.map(({ text }) => JSON.parse(text))),
    });
  }
  await world.start();
  return {
    ...made,
    taken,
    /** In one turn, as far as the network takes it at once. */
    send: async (...texts: string[]) => {
      server.send(...texts);
      await world.clock.advance(500);
    },
    texts: () => kept.map(({ text }) => text),
    source: () => pipeline.source('exchange').status,
  };
}

describe('poison messages among good ones', () => {
  test('go to failures, each with where it came from, when, why, and itself', async () => {
    const { send, taken } = await bench();
    await send(good(1), ...PAYLOADS, good(2));
    const known = { source: 'exchange', receivedAt: expect.stringMatching(/^2023-11-14T22:13:2\d\.\d{3}Z$/) };
    expect(taken).toHaveLength(POISON.length);
    expect(taken).toEqual(
      POISON.map(([payload, error], at) => ({ ...known, id: expect.stringMatching(`/${at + 2}$`), error, payload })),
    );
  });

  test('leave the rest in order, whatever turn each comes in', async () => {
    const { send, texts } = await bench();
    const mixed = PAYLOADS.flatMap((payload, at) => [good(at), payload]);
    await send(...mixed);
    for (const text of mixed) await send(text);
    expect(texts()).toEqual([...goods(0, PAYLOADS.length - 1), ...goods(0, PAYLOADS.length - 1)]);
  });

  test('are counted exactly', async () => {
    const { send, source, pipeline } = await bench();
    await send(...goods(1, 10), ...PAYLOADS, ...goods(11, 20));
    const all = 20 + PAYLOADS.length;
    expect(source()).toMatchObject({ received: all, failed: PAYLOADS.length, rejected: 0, settled: all, inFlight: 0 });
    expect(pipeline.sink('kept').status).toMatchObject({ delivered: 20, failed: 0, rejected: 0 });
    expect(pipeline.sink('dead').status.delivered).toBe(PAYLOADS.length);
  });

  test('do not end the connection, nor restart the source', async () => {
    const { send, server, status, source } = await bench();
    await send(...PAYLOADS);
    expect([status().state, server.peers.length, source().restarts]).toEqual(['live', 1, 0]);
  });

  test('fail under emit-interval as they come, while the good ones wait for it', async () => {
    const { world, send, texts, taken } = await bench({ 'emit-interval': '10s' });
    await send(good(1), 'poison', good(2));
    expect([texts(), taken.length]).toEqual([[], 1]);
    await world.clock.advance(10_000);
    expect(texts()).toEqual(goods(1, 2));
  });

  test('that nobody takes are rejected and settled', async () => {
    const { send, source, texts } = await bench({ takes: false });
    await send(good(1), ...PAYLOADS, good(2));
    const all = 2 + PAYLOADS.length;
    expect(source()).toMatchObject({ received: all, failed: 0, rejected: PAYLOADS.length, settled: all, inFlight: 0 });
    expect(texts()).toEqual(goods(1, 2));
  });

  test.each([true, false])(
    'are logged at a bounded rate, and no more of them than a few words, whether somebody takes them (%s) or not',
    async (takes) => {
      const { world, send } = await bench({ takes });
      for (let second = 0; second < 10; second += 1) {
        await send(...Array.from({ length: 100 }, () => 'poison '.repeat(100)));
        await world.clock.advance(500);
      }
      const lines = world.log.filter((line) => /^(warn a message cannot be used|error rejected)/.test(line));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThanOrEqual(takes ? 11 : 22);
      expect(lines.filter((line) => line.length > 300)).toEqual([]);
    },
  );

  test('that come in any mixture, under any interval: no good one is lost, none fails twice', async () => {
    const turns = listOf(listOf(integer({ min: -(PAYLOADS.length - 1), max: 40 }), { maxLength: 30 }), {
      maxLength: 8,
    });
    await assert(
      asyncProperty(turns, integer({ min: 0, max: 3 }), async (mixture, interval) => {
        const { world, send, texts, taken, source } = await bench({ 'emit-interval': `${interval * 300}ms` });
        // The last one is too big to be sent hundreds of times.
        const poisonOf = (value: number) => PAYLOADS[-value - 1] ?? '';
        for (const turn of mixture) await send(...turn.map((value) => (value < 0 ? poisonOf(value) : good(value))));
        await world.clock.advance(1_000);
        const all = mixture.flat();
        expect(texts()).toEqual(all.filter((value) => value >= 0).map(good));
        expect(taken.map(({ payload }) => payload)).toEqual(all.filter((value) => value < 0).map(poisonOf));
        expect(source()).toMatchObject({ received: all.length, settled: all.length, inFlight: 0 });
        await world.stop(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('poison messages on a feed with a cursor', () => {
  const cursor = { 'header-name': 'x-from', 'value-field': 'id' } as const;

  test('do not hold it back: it goes on with the next good event', async () => {
    const { world, server, send } = await bench({ cursor });
    await send(good(1), ...PAYLOADS, good(2));
    await drop(world, server);
    await send('poison');
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, '2', '2']);
  });

  test('hold it back until their failure is settled', async () => {
    const made = await sourceBench({ schema: SCHEMA, 'on-error': 'continue', reconnect: SOON, cursor });
    const { world, server, pipeline } = made;
    let settle = (): void => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    pipeline.sink('dead', { inputs: ['exchange.failures'], function: () => settled });
    await world.start();
    server.send(good(1), 'poison', good(2));
    await world.clock.advance(100);
    await drop(world, server);
    settle();
    await world.clock.advance(100);
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, '1', '2']);
  });

  test('that nobody takes do not hold it back either', async () => {
    const { world, server, send } = await bench({ cursor, takes: false });
    await send(good(1), 'poison', good(2));
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, '2']);
  });

  test('are not asked for again by the next process, once they are settled', async () => {
    const { world, server, send } = await bench({ cursor });
    await send(good(1), 'poison', good(2), 'poison');
    await world.stop();
    expect([...world.files.texts.values()].join()).toContain('"value":"2"');
    expect(server.peers).toHaveLength(1);
  });
});

describe('a message above max-payload', () => {
  test('ends the connection with 1009, and is neither an event nor a failure', async () => {
    const { world, send, source, status, server } = await bench({ 'max-payload': '1KiB' });
    await send(good(1), HUGE.slice(0, 2_000));
    await world.clock.advance(1_100);
    expect(source()).toMatchObject({ received: 1, failed: 0, rejected: 0 });
    expect(status().cause?.message).toMatch(/1009/);
    expect(server.peers).toHaveLength(2);
  });
});
