import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Message } from '../../src/index.ts';
import { startProcess } from './processes.ts';
import { run, SOON } from './running.ts';

test('a source whose server is killed and started again under load is live again, and its numbering goes on', async () => {
  const taken: Message[] = [];
  const first = startProcess('feed.mjs', '0', 'before', '50', '2');
  const port = await first.prints('listening');
  const running = await run(
    {
      sources: [{ name: 'feed', 'web-socket': { url: `ws://127.0.0.1:${port}/`, reconnect: SOON } }],
    },
    { additions: { all: { function: ({ messages }) => taken.push(...messages) } } },
  );
  await running.until(() => taken.length > 2000);
  await first.kill();
  await running.connection('feed', ({ cause }) => cause !== undefined);
  const second = startProcess('feed.mjs', port, 'after', '50', '2');
  await second.prints('connected');
  const heard = running.pipeline.source('feed').status.received;
  await running.until((status) => (status.sinks[0]?.delivered ?? 0) > heard + 2000);
  expect(running.pipeline.source('feed').status).toMatchObject({ restarts: 0, connection: { reconnects: 1 } });

  const texts = taken.map(({ text }) => text);
  const turn = texts.findIndex((text) => text.startsWith('after'));
  expect(texts.slice(0, turn)).toEqual(texts.slice(0, turn).map((_, index) => `before ${index}`));
  expect(texts.slice(turn)).toEqual(texts.slice(turn).map((_, index) => `after ${index}`));
  expect(taken.map(({ sequence }) => sequence)).toEqual(taken.map((_, index) => index + 1));
  expect(new Set(taken.map(({ epoch }) => epoch)).size).toBe(1);
});

test('a sink whose peer is killed twice under load loses nothing, and repeats only what was in flight', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'diary-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const window = 500;
  const total = 30_000;
  const diary = (index: number) => join(folder, `${index}.txt`);

  let peer = startProcess('diary.mjs', '0', diary(0));
  const port = await peer.prints('listening');
  const running = await run({
    sources: [{ name: 'app', function: {} }],
    sinks: [
      {
        name: 'diary',
        'web-socket': {
          url: `ws://127.0.0.1:${port}/`,
          ack: 'pong',
          'ack-interval': '5ms',
          'max-in-flight': { events: window },
          reconnect: SOON,
        },
      },
    ],
  });
  const app = running.pipeline.source('app');
  const pushed = (async () => {
    for (let index = 0; index < total; index += 1) await app.push(String(index));
    app.end();
  })();
  for (const index of [1, 2]) {
    await peer.prints('wrote', 4);
    await peer.kill();
    peer = startProcess('diary.mjs', port, diary(index));
  }
  await pushed;
  expect(await running.supervisor.done).toEqual({ failures: [], undelivered: 0 });

  let next = 0;
  for (const index of [0, 1, 2]) {
    const numbers = (await readFile(diary(index), 'utf8')).trimEnd().split('\n').map(Number);
    const start = numbers[0] ?? 0;
    expect(start).toBeLessThanOrEqual(next);
    expect(start).toBeGreaterThanOrEqual(next - window);
    expect(numbers).toEqual(numbers.map((_, at) => start + at));
    next = start + numbers.length;
  }
  expect(next).toBe(total);
});
