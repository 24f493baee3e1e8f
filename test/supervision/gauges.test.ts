import { describe, expect, test } from 'vitest';
import { readObject } from '../../src/config/load.ts';
import type { Sample } from '../../src/inspection/wire.ts';
import { createLedger } from '../../src/streams/ledger.ts';
import { Gauges } from '../../src/supervision/gauges.ts';
import type { PipelineStatus } from '../../src/supervision/status.ts';
import { numbered, World, webSocketSink, webSocketSource } from './world.ts';

/** The gauges of a pipeline from ws://feed/ to ws://store/ that has just started. */
async function measured(sink: Partial<ReturnType<typeof webSocketSink>> & { buffer?: object } = {}) {
  const world = new World();
  const feed = await world.server('feed');
  const store = await world.server('store');
  const sources = [webSocketSource(feed.url)];
  const sinks = [{ ...webSocketSink(store.url), inputs: ['exchange'], ...sink }];
  const pipeline = world.add(sources, sinks);
  const { options } = readObject({ name: 'ticks', sources, sinks });
  const ledger = createLedger();
  ledger.addSource('exchange');
  ledger.addTaker('store', ['exchange']);
  const gauges = new Gauges({ options: () => options, status: () => pipeline.status, ledger, clock: world.clock });
  await world.start();
  return { world, feed, store, gauges, ledger };
}

function named(samples: readonly Sample[], component: string): Sample | undefined {
  return samples.find((sample) => sample.component === component);
}

describe('the gauges of a pipeline', () => {
  test('show each source and each sink by its path', async () => {
    const { gauges } = await measured();
    expect(gauges.read().map(({ component, role }) => `${role} ${component}`)).toEqual([
      'source ticks/exchange',
      'sink ticks/store',
    ]);
  });

  test('count what a source has received and a sink has delivered', async () => {
    const { world, feed, gauges } = await measured();
    feed.send(...numbered(3));
    await world.clock.advance(1_000);
    expect(gauges.read().map(({ events }) => events)).toEqual([3, 3]);
  });

  test('show how full a buffer is, and how much it holds', async () => {
    const { world, feed, store, gauges } = await measured({ buffer: { 'max-events': 500 } });
    await store.die();
    feed.send(...numbered(7));
    await world.clock.advance(100);
    expect(named(gauges.read(), 'ticks/store')).toMatchObject({ waiting: 7, capacity: 500 });
  });

  test('show a connection with its state, and why it was lost', async () => {
    const { world, feed, gauges } = await measured();
    await feed.die();
    await world.clock.advance(100);
    expect(named(gauges.read(), 'ticks/exchange')?.connection).toMatchObject({
      state: 'waiting',
      url: 'ws://feed/',
      cause: expect.stringMatching(/./),
    });
  });

  test('show the latency of a source until the last sink has settled', async () => {
    const { world, gauges, ledger } = await measured();
    ledger.handOn('exchange', 1);
    await world.clock.advance(40);
    ledger.settle('store', 'exchange', 1);
    expect(named(gauges.read(), 'ticks/exchange')?.latency).toBe(40);
  });

  test('show no latency where nothing was handed on', async () => {
    const { gauges } = await measured();
    expect(named(gauges.read(), 'ticks/exchange')).not.toHaveProperty('latency');
  });
});

test('gauges count what failed and what was rejected together', () => {
  const { options } = readObject({ name: 'ticks', sources: [{ name: 'in', stdin: {} }] });
  const source = {
    name: 'in',
    kind: 'stdin',
    state: 'running',
    received: 9,
    rejected: 2,
    failed: 3,
    settled: 4,
  } as const;
  const status: PipelineStatus = {
    name: 'ticks',
    state: 'running',
    sources: [{ ...source, inFlight: 0, held: false, restarts: 0 }],
    sinks: [],
  };
  const gauges = new Gauges({
    options: () => options,
    status: () => status,
    ledger: createLedger(),
    clock: { now: () => 0 },
  });
  expect(gauges.read()[0]?.failed).toBe(5);
});
