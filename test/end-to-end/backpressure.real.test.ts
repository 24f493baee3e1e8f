import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { type Peer, startPeer } from './peer.ts';
import { numbered, run, SOON } from './running.ts';

/** Sends these messages as fast as the connection takes them. */
function flood(messages: readonly string[]) {
  return (socket: WebSocket) => {
    for (const message of messages) socket.send(message);
  };
}

/** Answers acknowledgement pings, and so reads on, only every `milliseconds`. */
function slowly(milliseconds: number) {
  return (socket: WebSocket) => socket.on('ping', (payload) => setTimeout(() => socket.pong(payload), milliseconds));
}

const PADDING = 'x'.repeat(1000);
const HEARTBEAT = { 'ping-interval': '100ms', timeout: '200ms' };

test('a sink whose peer stops reading for three timeouts loses nothing, and costs its source no connection', async () => {
  const messages = numbered(20_000).map((message) => `${message} ${PADDING}`);
  const stalled = 1000;
  const server = await startPeer({ greet: flood(messages) });
  const peer = await startPeer({
    greet: (socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), stalled);
    },
  });
  const started = performance.now();
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, heartbeat: HEARTBEAT, reconnect: SOON } }],
    sinks: [
      {
        name: 'out',
        buffer: { 'max-events': 100 },
        'web-socket': { url: peer.url, heartbeat: 'off', 'max-in-flight': { events: 200 } },
      },
    ],
  });
  const { sources, sinks } = await running.until((status) => status.sources[0]?.held === true);
  // The buffer, the window, and what one turn may have read beyond them.
  expect(sources[0]?.inFlight).toBeLessThan(1000);
  expect(sinks[0]?.waiting.events).toBeLessThan(1000);
  await peer.receives(messages.length);
  expect(performance.now() - started).toBeGreaterThan(stalled);
  expect(peer.texts).toEqual(messages);
  expect(server.attempts).toHaveLength(1);
  expect(peer.attempts).toHaveLength(1);
});

test('a source that is held back by a function is judged by neither heartbeat nor no-data-timeout', async () => {
  const messages = numbered(20_000);
  const server = await startPeer({ greet: flood(messages) });
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const taken: string[] = [];
  const running = await run(
    {
      sources: [
        {
          name: 'feed',
          'web-socket': { url: server.url, heartbeat: HEARTBEAT, 'no-data-timeout': '300ms', reconnect: SOON },
        },
      ],
    },
    {
      additions: {
        slow: {
          buffer: { 'max-events': 10 },
          function: async (batch) => {
            await gate;
            taken.push(...batch.messages.map(({ text }) => text));
          },
        },
      },
    },
  );
  await running.until((status) => status.sources[0]?.held === true);
  setTimeout(open, 1000);
  await running.until(() => taken.length === messages.length);
  expect(taken).toEqual(messages);
  expect(server.attempts).toHaveLength(1);
});

test('a peer that reads little by little, for three timeouts, keeps its connection and gets everything once', async () => {
  const messages = numbered(250).map((message) => message.padEnd(64 * 1024));
  const peer = await startPeer({
    greet: (socket) =>
      socket.on('message', () => {
        socket.pause();
        setTimeout(() => socket.resume(), 5);
      }),
  });
  const running = await run({
    sources: [{ name: 'app', function: {} }],
    sinks: [
      {
        name: 'out',
        buffer: { 'max-events': 10 },
        'web-socket': { url: peer.url, heartbeat: HEARTBEAT, reconnect: SOON },
      },
    ],
  });
  for (const message of messages) await running.pipeline.source('app').push(message);
  await running.until((status) => status.sinks[0]?.delivered === messages.length);
  const [first, last] = [peer.arrivals[0]?.at ?? 0, peer.arrivals.at(-1)?.at ?? 0];
  expect(last - first).toBeGreaterThan(3 * 200);
  expect(peer.texts).toEqual(messages);
  expect(peer.attempts).toHaveLength(1);
});

test('of two blocking sinks the slow one governs: the other is ahead by its window and buffer at most', async () => {
  const messages = numbered(5000).map((message) => `${message} ${PADDING}`);
  const server = await startPeer({ greet: flood(messages) });
  const slow = await startPeer({ pongs: false, greet: slowly(20) });
  let lead = 0;
  const fast: Peer = await startPeer({
    greet: (socket) => {
      socket.on('message', () => {
        lead = Math.max(lead, fast.arrivals.length - slow.arrivals.length);
      });
    },
  });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, heartbeat: HEARTBEAT } }],
    sinks: [
      { name: 'fast', 'web-socket': { url: fast.url } },
      {
        name: 'slow',
        buffer: { 'max-events': 100 },
        'web-socket': { url: slow.url, 'ack-interval': '1ms', 'max-in-flight': { events: 200 } },
      },
    ],
  });
  await running.until((status) => status.sources[0]?.settled === messages.length);
  expect(fast.texts).toEqual(messages);
  expect(slow.texts).toEqual(messages);
  expect(lead).toBeLessThan(1000);
  expect(running.pipeline.source('feed').status.connection?.reconnects).toBe(0);
});

test('a slow sink that drops the oldest holds nobody back, and what it dropped is counted exactly', async () => {
  const messages = numbered(5000);
  const server = await startPeer({ greet: flood(messages) });
  const fast = await startPeer();
  const answers: (() => void)[] = [];
  const slow = await startPeer({
    pongs: false,
    greet: (socket) => socket.on('ping', (payload) => answers.push(() => socket.pong(payload))),
  });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url } }],
    sinks: [
      { name: 'fast', 'web-socket': { url: fast.url } },
      {
        name: 'slow',
        buffer: { 'max-events': 50, 'when-full': 'drop-oldest' },
        'web-socket': {
          url: slow.url,
          connect: { mode: 'eager', 'eager-timeout': '10s' },
          heartbeat: 'off',
          'max-in-flight': { events: 10 },
        },
      },
    ],
  });
  await fast.receives(messages.length);
  expect(fast.texts).toEqual(messages);
  await running.until((status) => status.sources[0]?.received === messages.length);
  expect(running.pipeline.sink('slow').status).toMatchObject({ dropped: 4940, waiting: { events: 50 } });

  const answering = setInterval(() => answers.splice(0).forEach((answer) => void answer()), 5);
  const { sinks } = await running.until((status) => status.sources[0]?.settled === messages.length);
  clearInterval(answering);
  expect(sinks[1]).toMatchObject({ dropped: 4940, delivered: 60, owed: 0 });
  expect(slow.texts).toEqual([...messages.slice(0, 10), ...messages.slice(-50)]);
});
