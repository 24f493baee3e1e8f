import { expect, test, vi } from 'vitest';
import { Inspections } from '../../src/supervision/inspections.ts';
import { World } from './world.ts';

/** Opened by whoever records; each closes when it is told to. */
const closing = vi.hoisted((): { close: () => Promise<void> } => ({ close: () => Promise.resolve() }));
vi.mock('../../src/inspection/inspector.ts', () => ({
  openRecord: () => Promise.resolve({ bytes: 0, close: () => closing.close() }),
}));

function inspectionsOf(world: World): Inspections {
  return new Inspections({
    environment: world.environment,
    pipelines: () => [],
    control: { reconnect: () => false, stop: () => {} },
  });
}

test('a stop waits five seconds for a recording whose disk never answers, and says so', async () => {
  const world = new World();
  const inspections = inspectionsOf(world);
  closing.close = () => new Promise(() => {});
  await inspections.record('ticks.jsonl', {});
  let waits = true;
  void inspections.end()?.then(() => {
    waits = false;
  });
  await world.clock.advance(4_999);
  const before = waits;
  await world.clock.advance(1);
  expect([before, waits, world.log]).toEqual([
    true,
    false,
    ['warn inspection has not ended within 5 s: a recording may be incomplete {}'],
  ]);
});

test('what its user has closed is not held', async () => {
  const inspections = inspectionsOf(new World());
  closing.close = () => Promise.resolve();
  const recording = await inspections.record('ticks.jsonl', {});
  await recording.close();
  expect(inspections.end()).toBeUndefined();
});
