import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { Dial } from '../../src/index.ts';
import { dialWebSocket } from '../../src/transport/dial.ts';
import { startPeer } from './peer.ts';
import { startProcess } from './processes.ts';
import { run, SOON } from './running.ts';

const INTERVAL = 200;
const TIMEOUT = 300;
const HEARTBEAT = { 'ping-interval': `${INTERVAL}ms`, timeout: `${TIMEOUT}ms` };

/** A feed of its own process and a source that listens to it, live. */
async function follow() {
  const feed = startProcess('feed.mjs', '0', 'tick', '1', '20');
  const port = await feed.prints('listening');
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': {
          url: `ws://127.0.0.1:${port}/`,
          heartbeat: HEARTBEAT,
          connect: { timeout: '200ms' },
          reconnect: SOON,
        },
      },
    ],
  });
  await running.live('feed');
  return { feed, port, running };
}

test('a server that is frozen is left after ping-interval and timeout, and not before', async () => {
  const { feed, running } = await follow();
  await running.until((status) => (status.sources[0]?.received ?? 0) > 0);
  const frozen = performance.now();
  feed.freeze();
  const { cause } = await running.connection('feed', ({ cause }) => cause !== undefined);
  const elapsed = performance.now() - frozen;
  expect(cause?.detail).toMatchObject({ kind: 'silence', judge: 'heartbeat' });
  expect(elapsed).toBeGreaterThan(TIMEOUT - 50);
  expect(elapsed).toBeLessThan(INTERVAL + TIMEOUT + 3000);
});

test('a frozen server is reconnected to once it goes on', async () => {
  const { feed, running } = await follow();
  feed.freeze();
  // The system still accepts for it, and nobody answers the upgrade.
  await running.connection('feed', ({ cause }) => cause?.detail.kind === 'timeout');
  feed.thaw();
  const before = running.pipeline.source('feed').status.received;
  await running.live('feed', 1);
  await running.until((status) => (status.sources[0]?.received ?? 0) > before);
});

test('a frozen server is reconnected to once another has taken its port', async () => {
  const { feed, port, running } = await follow();
  feed.freeze();
  await running.connection('feed', ({ cause }) => cause !== undefined);
  await feed.kill();
  const other = startProcess('feed.mjs', port, 'tock', '1', '20');
  await other.prints('connected');
  await running.live('feed', 1);
});

test('a quiet server that answers pings is never left', async () => {
  const server = await startPeer();
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': { url: server.url, heartbeat: { 'ping-interval': '50ms', timeout: '100ms' } },
      },
    ],
  });
  await server.until(() => server.pings.length >= 12);
  expect(running.pipeline.source('feed').status.connection).toMatchObject({ state: 'live', reconnects: 0, attempt: 1 });
  expect(server.attempts).toHaveLength(1);
});

test('with action log-only a server that answers no ping is warned of and kept', async () => {
  const server = await startPeer({ pongs: false });
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': {
          url: server.url,
          heartbeat: { 'ping-interval': '50ms', timeout: '50ms', action: 'log-only' },
        },
      },
    ],
  });
  await running.connection('feed', ({ warnings }) => warnings === 3);
  expect(server.attempts).toHaveLength(1);
});

test('no-data-timeout leaves a connection that brings nothing, though it answers pings', async () => {
  const server = await startPeer();
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': {
          url: server.url,
          heartbeat: { 'ping-interval': '50ms', timeout: '500ms' },
          'no-data-timeout': '300ms',
          reconnect: SOON,
        },
      },
    ],
  });
  const { cause } = await running.connection('feed', ({ cause }) => cause !== undefined);
  expect(cause?.detail).toEqual({ kind: 'silence', judge: 'no-data-timeout' });
  await server.connection(1);
  expect(server.gaps[0]).toBeGreaterThanOrEqual(310);
});

test('a message within no-data-timeout keeps the connection', async () => {
  const feed = startProcess('feed.mjs', '0', 'tick', '1', '50');
  const url = `ws://127.0.0.1:${await feed.prints('listening')}/`;
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url, 'no-data-timeout': '400ms', reconnect: SOON } }],
  });
  await running.until((status) => (status.sources[0]?.received ?? 0) >= 12);
  expect(running.pipeline.source('feed').status.connection?.reconnects).toBe(0);
});

/** Stands still for three timeouts, each time the system has taken a ping. */
const stunned: Dial = (request, events) => {
  const socket = dialWebSocket(request, events);
  const ping = socket.ping.bind(socket);
  socket.ping = (payload, taken) =>
    ping(payload, () => {
      taken?.();
      // Timers come next, before what was read meanwhile: the timeout is seen earlier than the pong.
      setImmediate(() => {
        const until = performance.now() + 3 * TIMEOUT;
        while (performance.now() < until);
      });
    });
  return socket;
};

test('an own event loop that stands still for longer than the timeout is no proof against the peer', async () => {
  const feed = startProcess('feed.mjs', '0', 'tick', '0', '1000');
  const url = `ws://127.0.0.1:${await feed.prints('listening')}/`;
  const running = await run(
    { sources: [{ name: 'feed', 'web-socket': { url, heartbeat: HEARTBEAT, reconnect: SOON } }] },
    { dial: stunned },
  );
  await feed.prints('ping', 2);
  expect(running.pipeline.source('feed').status.connection).toMatchObject({ state: 'live', reconnects: 0, attempt: 1 });
  expect(feed.lines.filter((line) => line.startsWith('connected'))).toHaveLength(1);
});
