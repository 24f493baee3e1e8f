import { expect, test } from 'vitest';
import { DiskBuffer } from '../../src/streams/disk-buffer.ts';
import { chunkLogBench } from '../store/chunk-log-bench.ts';
import { chunkOf } from './events.ts';

const LARGE = { events: 1000, bytes: 1e6 };

test('a buffer on disk has room again once a reader has taken what waited', async () => {
  const { open, clock } = chunkLogBench();
  const backlog = await open();
  const buffer = new DiskBuffer({ waiting: { events: 5, bytes: 1e6 }, inFlight: LARGE, whenFull: 'block', backlog });
  buffer.append(chunkOf('a', 1, 5));
  await clock.settle();
  expect(buffer.full).toBe(true);
  buffer.chunks$.subscribe();
  await clock.settle();
  expect([buffer.counts().waiting.events, buffer.full]).toEqual([0, false]);
});
