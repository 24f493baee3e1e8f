import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { startPeer } from './peer.ts';
import { numbered, run } from './running.ts';

const SOURCE = { name: 'app', function: {} };

test('a batch is one text frame: its events joined by newlines, as many as fixed-size says', async () => {
  const peer = await startPeer();
  const running = await run({
    sources: [SOURCE],
    sinks: [{ name: 'out', batch: { 'fixed-size': 5, timeout: '1h' }, 'web-socket': { url: peer.url } }],
  });
  const events = numbered(15);
  for (const event of events) await running.pipeline.source('app').push(event);
  await peer.receives(3);
  expect(peer.texts).toEqual([0, 5, 10].map((start) => events.slice(start, start + 5).join('\n')));
  expect(peer.arrivals.every(({ binary }) => !binary)).toBe(true);
  await running.until((status) => status.sinks[0]?.delivered === 15);
});

test('an open batch is sent at its timeout, counted from its first event', async () => {
  const peer = await startPeer();
  const running = await run({
    sources: [SOURCE],
    sinks: [
      {
        name: 'out',
        batch: { 'fixed-size': 100, timeout: '150ms' },
        'web-socket': { url: peer.url, connect: { mode: 'eager' } },
      },
    ],
  });
  await running.live('out');
  const pushed = performance.now();
  for (const event of ['a', 'b', 'c']) await running.pipeline.source('app').push(event);
  await peer.receives(1);
  expect((peer.arrivals[0]?.at ?? 0) - pushed).toBeGreaterThan(148);
  expect(peer.texts).toEqual(['a\nb\nc']);
});

test('a batch is sent before it would exceed max-bytes', async () => {
  const peer = await startPeer();
  const running = await run({
    sources: [SOURCE],
    sinks: [{ name: 'out', batch: { 'max-bytes': 10, timeout: '1h' }, 'web-socket': { url: peer.url } }],
  });
  for (const event of ['12345', '1234', '12345678901234', '1', '123456789']) {
    await running.pipeline.source('app').push(event);
  }
  await peer.receives(3);
  expect(peer.texts).toEqual(['12345\n1234', '12345678901234', '1\n123456789']);
});

test('a stop sends the open batch', async () => {
  const peer = await startPeer();
  const running = await run({
    sources: [SOURCE],
    sinks: [{ name: 'out', batch: { 'fixed-size': 100, timeout: '1h' }, 'web-socket': { url: peer.url } }],
  });
  for (const event of ['a', 'b', 'c']) await running.pipeline.source('app').push(event);
  expect(await running.supervisor.stop()).toEqual({ failures: [], undelivered: 0 });
  expect(peer.texts).toEqual(['a\nb\nc']);
});

test('emit-interval hands on once per interval everything that came, in order', async () => {
  const messages = numbered(60);
  const server = await startPeer({
    greet: (socket) => {
      let sent = 0;
      const timer = setInterval(() => {
        socket.send(messages[sent] ?? '');
        sent += 1;
        if (sent === messages.length) clearInterval(timer);
      }, 10);
    },
  });
  const turns: { at: number; texts: string[] }[] = [];
  const running = await run(
    { sources: [{ name: 'feed', 'web-socket': { url: server.url, 'emit-interval': '200ms' } }] },
    {
      additions: {
        all: {
          function: ({ messages }) => {
            turns.push({ at: performance.now(), texts: messages.map(({ text }) => text) });
          },
        },
      },
    },
  );
  await running.until((status) => status.sinks[0]?.delivered === messages.length);
  expect(turns.flatMap(({ texts }) => texts)).toEqual(messages);
  expect(turns.length).toBeGreaterThanOrEqual(3);
  for (const [index, { at }] of turns.slice(1).entries()) expect(at - (turns[index]?.at ?? 0)).toBeGreaterThan(190);
});
