import { expect, test } from 'vitest';
import { chunkOf } from '../streams/events.ts';
import { chunkLogBench, FOLDER, loadAll } from './chunk-log-bench.ts';

const LARGE = 'x'.repeat(5 * 1024 * 1024);

test('what is appended after a kill is given, however far the settling was ahead of the writing', async () => {
  const { open, reopen, disk, clock } = chunkLogBench();
  const log = await open();
  disk.latency = 10;
  for (let at = 1; at <= 4; at += 1) log.append(chunkOf('a', at, at, LARGE), true);
  log.settle(4);
  // The first write has the first one alone, the second one those of 8 MiB: the fourth is not in it.
  await clock.advance(25);
  disk.latency = 0;
  const next = await reopen();
  next.append(chunkOf('a', 9, 9), false);
  await clock.settle();
  expect([next.waiting.events, await loadAll(next)]).toEqual([1, ['a9 ->9']]);
});

test.each([0, 1, 2, 3, 4, 5, 6])('what is appended %i microtasks after a write is written too', async (ticks) => {
  const { open, kept, clock } = chunkLogBench();
  const log = await open();
  const wait = async () => {
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
    log.append(chunkOf('a', 2, 2), true);
  };
  let appended = false;
  log.durable$.subscribe(() => {
    if (!appended) void wait();
    appended = true;
  });
  log.append(chunkOf('a', 1, 1), true);
  await clock.advance(1000);
  expect(kept).toEqual(['a1', 'a2']);
});

test('does not keep what is lost', async () => {
  const { open, reopen, tamper, clock } = chunkLogBench();
  const first = await open();
  for (let at = 1; at <= 3; at += 1) {
    first.append(chunkOf('a', at, at), true);
    await clock.settle();
  }
  await tamper((entries) => void entries.delete('c0000000000000001/0000000000000001'));
  const log = await reopen();
  const left = await loadAll(log);
  expect([left.length, log.kept]).toEqual([2, 2]);
});

test('puts a damaged record aside once, also when its removal is not written yet', async () => {
  const { open, reopen, tamper, clock, logger, disk } = chunkLogBench();
  const first = await open();
  for (let at = 1; at <= 2; at += 1) {
    first.append(chunkOf('a', at, at), true);
    await clock.settle();
  }
  await tamper((entries) => void entries.set('c0000000000000001/0000000000000001', Buffer.from('garbage')));
  const log = await reopen();
  disk.latency = 50;
  const loading = loadAll(log);
  await clock.advance(1000);
  await loading;
  expect(logger.lines.filter((line) => line.includes('put aside'))).toHaveLength(1);
});

test('a process that is killed while it writes the marker for the first time can start again', async () => {
  const { open, disk } = chunkLogBench();
  disk.texts.set(`${FOLDER}/buffer.json.4711.tmp`, '{"haw');
  await expect(open()).resolves.toBeDefined();
});
