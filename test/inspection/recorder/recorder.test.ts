import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { Recorder } from '../../../src/inspection/recorder/recorder.ts';
import type { Sample, WireEvent } from '../../../src/inspection/wire.ts';
import { ALL_ACTORS, createReconnected, createRecorded } from './recorded-world.ts';
import { WireModel } from './wire-model.ts';

describe('a recorder', () => {
  test('numbers its events one by one, each with the wall clock', async () => {
    const { told } = await createReconnected();
    expect(told.map(({ id }) => id)).toEqual(told.map((_, at) => String(at + 1)));
    expect(told.map(({ createdAt }) => Number(createdAt))).toEqual(told.map((event) => Number(event.createdAt)).sort());
    expect(Number(told.at(-1)?.createdAt)).toBeGreaterThan(1_700_000_000_000);
  });

  test('gives plain JSON', async () => {
    const { told } = await createReconnected();
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
  });

  test('completes when it is closed, tells nothing more, and keeps its backlog', async () => {
    const { recorded, exchange } = await createRecorded();
    await recorded.start();
    let completed = false;
    recorded.recorder.events$.subscribe({ complete: () => (completed = true) });
    recorded.recorder.close();
    const before = recorded.told.length;
    await exchange.die();
    await recorded.world.clock.advance(1_000);
    expect([completed, recorded.told.length]).toEqual([true, before]);
    expect(new WireModel(recorded.recorder.backlog()).paths.toSorted()).toEqual(ALL_ACTORS.toSorted());
  });

  test('watches one root, until it is closed', async () => {
    const { recorded } = await createRecorded();
    const attach = () => recorded.recorder.attach(recorded.root);
    attach();
    expect(attach).toThrow(UsageError);
    recorded.recorder.close();
    expect(attach).toThrow('the recorder is closed');
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses a backlog of %d events', (backlog) => {
    expect(() => new Recorder({ now: () => 0, logger: { warn() {} }, backlog })).toThrow(UsageError);
  });

  test('tells what a listener makes happen after all have heard of what it heard', async () => {
    const { recorded } = await createRecorded();
    const orders: string[][] = [[], []];
    const [first = [], second = []] = orders;
    recorded.recorder.events$.subscribe((event) => {
      first.push(event.id);
      if (event.id === '3') recorded.root.send({ type: 'no such event' });
    });
    recorded.recorder.events$.subscribe((event) => second.push(event.id));
    await recorded.start();
    expect(first.length).toBeGreaterThan(20);
    expect(second).toEqual(first);
    expect(first).toEqual(first.toSorted((a, b) => Number(a) - Number(b)));
  });
});

describe('samples', () => {
  const SAMPLE: Sample = {
    component: 'ticks/exchange',
    role: 'source',
    kind: 'web-socket',
    state: 'running',
    events: 1,
    inFlight: 0,
    failed: 0,
    restarts: 0,
  };
  const OTHER: Sample = { ...SAMPLE, component: 'ticks/store', role: 'sink' };

  function createSampled() {
    const recorder = new Recorder({ now: () => 5, logger: { warn() {} } });
    const told: WireEvent[] = [];
    recorder.events$.subscribe((event) => told.push(event));
    return { recorder, told };
  }

  test('are told when they differ from the last ones of their component', () => {
    const { recorder, told } = createSampled();
    recorder.sample([SAMPLE, OTHER]);
    recorder.sample([{ ...SAMPLE, events: 2 }, OTHER]);
    expect(told).toMatchObject([
      { samples: [SAMPLE, OTHER] },
      { samples: [{ component: 'ticks/exchange', events: 2 }] },
    ]);
  });

  test('are not told when none does', () => {
    const { recorder, told } = createSampled();
    recorder.sample([SAMPLE]);
    recorder.sample([{ ...SAMPLE }]);
    expect(told).toHaveLength(1);
  });

  test('stand in the backlog with the newest of each component alone', () => {
    const { recorder } = createSampled();
    recorder.sample([SAMPLE, OTHER]);
    recorder.sample([{ ...SAMPLE, events: 2 }]);
    expect(recorder.backlog()).toMatchObject([
      { id: '1', samples: [OTHER] },
      { id: '2', samples: [{ ...SAMPLE, events: 2 }] },
    ]);
  });

  test('are not told once the recorder is closed', () => {
    const { recorder } = createSampled();
    recorder.close();
    recorder.sample([SAMPLE]);
    expect(recorder.counts.recorded).toBe(0);
  });
});
