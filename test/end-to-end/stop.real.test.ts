import { expect, test } from 'vitest';
import { createSupervisor } from '../../src/index.ts';
import { startPeer } from './peer.ts';
import { numbered, prepare, run, SOON } from './running.ts';

test('a stop delivers everything that was received before it', async () => {
  const messages = numbered(3000);
  const server = await startPeer({
    greet: (socket) => {
      for (const message of messages) socket.send(message);
    },
  });
  const peer = await startPeer({
    pongs: false,
    greet: (socket) => socket.on('ping', (payload) => setTimeout(() => socket.pong(payload), 20)),
  });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url } }],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, 'ack-interval': '1ms', 'max-in-flight': { events: 200 } } }],
  });
  await running.until((status) => (status.sources[0]?.received ?? 0) > 1000);
  expect(await running.supervisor.stop()).toEqual({ failures: [], undelivered: 0 });
  const { received, settled } = running.pipeline.source('feed').status;
  expect(received).toBeGreaterThan(1000);
  expect(settled).toBe(received);
  expect(peer.texts).toEqual(messages.slice(0, received));
});

test('a stop closes both connections with 1000', async () => {
  const codes: number[] = [];
  const note = (socket: { on(event: 'close', hear: (code: number) => void): unknown }) =>
    socket.on('close', (code) => codes.push(code));
  const server = await startPeer({ greet: note });
  const peer = await startPeer({ greet: note });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url } }],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, connect: { mode: 'eager' } } }],
  });
  await Promise.all([running.live('feed'), running.live('out')]);
  await running.supervisor.stop();
  await Promise.all([server, peer].map((each) => each.until(() => codes.length === 2)));
  expect(codes).toEqual([1000, 1000]);
});

test('a stop ends a peer that does not answer the close after close-timeout', async () => {
  const server = await startPeer({ greet: (socket) => socket.pause() });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, 'close-timeout': '100ms' } }],
    sinks: [],
  });
  await running.live('feed');
  expect(await running.supervisor.stop()).toEqual({ failures: [], undelivered: 0 });
  expect(running.pipeline.status.state).toBe('stopped');
});

test('a stop whose deadline passes tells how many events it could not deliver', async () => {
  const gone = await startPeer();
  await gone.close();
  const running = await run({
    sources: [{ name: 'app', function: {} }],
    sinks: [{ name: 'out', 'web-socket': { url: gone.url, reconnect: SOON } }],
  });
  for (const event of numbered(42)) await running.pipeline.source('app').push(event);
  expect(await running.supervisor.stop({ drain: '200ms' })).toEqual({ failures: [], undelivered: 42 });
});

test('a stop while a source is held back for a sink closes its connection and keeps to the deadline', async () => {
  const codes: number[] = [];
  const server = await startPeer({
    greet: (socket) => {
      socket.on('close', (code) => codes.push(code));
      for (const message of numbered(5000)) socket.send(message);
    },
  });
  const stalled = await startPeer({ pongs: false });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url } }],
    sinks: [
      {
        name: 'out',
        buffer: { 'max-events': 10 },
        'web-socket': { url: stalled.url, heartbeat: 'off', 'max-in-flight': { events: 10 } },
      },
    ],
  });
  const { sources } = await running.until((status) => status.sources[0]?.held === true);
  const { undelivered } = await running.supervisor.stop({ drain: '300ms' });
  expect(undelivered).toBe(sources[0]?.received);
  await server.until(() => codes.length === 1);
  expect(codes).toEqual([1000]);
});

test('an abort signal stops the supervisor and delivers what is owed', async () => {
  const peer = await startPeer();
  const abort = new AbortController();
  const running = await run(
    {
      sources: [{ name: 'app', function: {} }],
      sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
    },
    { signal: abort.signal },
  );
  const events = numbered(500);
  for (const event of events) await running.pipeline.source('app').push(event);
  abort.abort();
  expect(await running.supervisor.done).toEqual({ failures: [], undelivered: 0 });
  expect(peer.texts).toEqual(events);
});

test('the end of an `await using` block stops the supervisor and delivers what is owed', async () => {
  const peer = await startPeer();
  const events = numbered(500);
  let done: Promise<unknown>;
  {
    await using supervisor = createSupervisor();
    done = supervisor.done;
    const pipeline = supervisor.add({
      name: 'scoped',
      sources: [{ name: 'app', function: {} }],
      sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
    });
    await supervisor.start();
    for (const event of events) await pipeline.source('app').push(event);
  }
  expect(await done).toEqual({ failures: [], undelivered: 0 });
  expect(peer.texts).toEqual(events);
});

test('an eager sink that is not live within its eager-timeout fails the start, and nothing is left running', async () => {
  const server = await startPeer();
  const gone = await startPeer();
  await gone.close();
  const running = prepare({
    sources: [{ name: 'feed', 'web-socket': { url: server.url } }],
    sinks: [
      {
        name: 'out',
        'web-socket': { url: gone.url, connect: { mode: 'eager', 'eager-timeout': '200ms' }, reconnect: SOON },
      },
    ],
  });
  await expect(running.supervisor.start()).rejects.toThrow('out: not live within connect.eager-timeout');
  expect(running.supervisor.status.state).toBe('stopped');
  expect(server.attempts).toEqual([]);
});

test('a supervisor whose signal is aborted already does not start', async () => {
  const server = await startPeer();
  const running = prepare(
    { sources: [{ name: 'feed', 'web-socket': { url: server.url } }] },
    { signal: AbortSignal.abort() },
  );
  await expect(running.supervisor.start()).rejects.toThrow('its signal was aborted before the start');
  expect(await running.supervisor.done).toEqual({ failures: [], undelivered: 0 });
  expect(server.attempts).toEqual([]);
});
