import { expect, test } from 'vitest';
import { expandMessages, filterMessages, mapMessages, UsageError } from '../../src/index.ts';
import { startPeer } from './peer.ts';
import { numbered, run } from './running.ts';

test('a function sink that rejects twice gets the same batch again, and then everything, once settled', async () => {
  const messages = numbered(300);
  const server = await startPeer({
    greet: (socket) => {
      for (const message of messages) socket.send(message);
    },
  });
  const calls: string[][] = [];
  const running = await run(
    { sources: [{ name: 'feed', 'web-socket': { url: server.url } }] },
    {
      additions: {
        all: {
          batch: { 'fixed-size': 100, timeout: '1h' },
          function: async (batch) => {
            calls.push(batch.messages.map(({ text }) => text));
            if (calls.length <= 2) throw new Error('not yet');
          },
        },
      },
    },
  );
  await running.until((status) => status.sinks[0]?.delivered === 300);
  expect(calls.map((texts) => texts.length)).toEqual([100, 100, 100, 100, 100]);
  expect(calls[0]).toEqual(calls[2]);
  expect(calls[1]).toEqual(calls[2]);
  expect(calls.slice(2).flat()).toEqual(messages);
});

test('what a transform filters out is settled without being delivered', async () => {
  const messages = numbered(1000);
  const server = await startPeer({
    greet: (socket) => {
      for (const message of messages) socket.send(message);
    },
  });
  const peer = await startPeer();
  const running = await run(
    {
      sources: [{ name: 'feed', 'web-socket': { url: server.url } }],
      sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
    },
    { additions: { out: { transform: filterMessages<string>(({ value }) => value.endsWith('7')) } } },
  );
  const { sources, sinks } = await running.until((status) => status.sources[0]?.settled === 1000);
  expect(peer.texts).toEqual(messages.filter((message) => message.endsWith('7')));
  expect(sources[0]).toMatchObject({ received: 1000, inFlight: 0 });
  expect(sinks[0]).toMatchObject({ delivered: 100, owed: 0 });
});

test('a transform that keeps nothing settles everything and wakes no lazy connection', async () => {
  const peer = await startPeer();
  const running = await run(
    {
      sources: [{ name: 'app', function: {} }],
      sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
    },
    { additions: { out: { transform: filterMessages(() => false) } } },
  );
  for (const event of numbered(100)) await running.pipeline.source('app').push(event);
  await running.until((status) => status.sources[0]?.settled === 100);
  expect(peer.attempts).toEqual([]);
});

test('mapped and expanded events reach the peer in order, and settle with the event they came from', async () => {
  const peer = await startPeer();
  const double = mapMessages<{ n: number }>(({ value }) => ({ n: value.n * 2 }));
  const twice = expandMessages<{ n: number }>(({ value }) => [`first ${value.n}`, `second ${value.n}`]);
  const running = await run(
    {
      sources: [{ name: 'app', function: {} }],
      sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
    },
    { additions: { out: { transform: (chunks$) => chunks$.pipe(double, twice) } } },
  );
  for (const n of [1, 2]) await running.pipeline.source('app').push({ n });
  await running.until((status) => status.sources[0]?.settled === 2);
  expect(peer.texts).toEqual(['first 2', 'second 2', 'first 4', 'second 4']);
});

test('a transform that throws once is restarted, and neither the event nor another is lost', async () => {
  const peer = await startPeer();
  let thrown = 0;
  const fragile = mapMessages<string>(({ value }) => {
    if (value === 'message 50' && thrown === 0) {
      thrown += 1;
      throw new Error('fragile');
    }
    return value;
  });
  const messages = numbered(100);
  const running = await run(
    {
      sources: [{ name: 'app', function: {} }],
      sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
    },
    { additions: { out: { transform: fragile } } },
  );
  for (const event of messages) await running.pipeline.source('app').push(event);
  await running.until((status) => status.sources[0]?.settled === 100);
  expect(running.pipeline.sink('out').status.restarts).toBe(1);
  expect([...new Set(peer.texts)]).toEqual(messages);
});

test('a push after the end of its source is refused with a UsageError', async () => {
  const running = await run({ sources: [{ name: 'app', function: {} }] });
  await running.supervisor.stop();
  await expect(running.pipeline.source('app').push('late')).rejects.toThrow(UsageError);
});
