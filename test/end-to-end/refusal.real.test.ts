import { expect, test } from 'vitest';
import { startPeer } from './peer.ts';
import { run, SOON } from './running.ts';

/** Told apart from a slow retry, which waits for 300 to 600 ms. */
const FAST_OR_SLOW = { 'initial-backoff': '5ms', 'max-backoff': '600ms', multiplier: 1, jitter: 0 } as const;

test('a 401 is retried slowly: after half to all of max-backoff', async () => {
  const server = await startPeer({ refuse: (attempt) => (attempt === 0 ? { status: 401 } : undefined) });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: FAST_OR_SLOW } }],
  });
  const { cause } = await running.live('feed');
  expect(server.gaps[0]).toBeGreaterThanOrEqual(298);
  expect(cause?.message).toBe('the peer answered the upgrade with 401');
});

test('a 401 that has come five times, to a connection that was never live, is a failure', async () => {
  const server = await startPeer({ refuse: () => ({ status: 401 }) });
  const { supervisor } = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: SOON } }],
  });
  const { failures } = await supervisor.done;
  expect(failures).toEqual([{ pipeline: 'under-test', cause: 'feed: the peer answered the upgrade with 401' }]);
  expect(server.attempts).toHaveLength(5);
});

test('the Retry-After of a 503 is the least delay', async () => {
  const refusal = { status: 503, headers: { 'retry-after': '1' } };
  const server = await startPeer({ refuse: (attempt) => (attempt === 0 ? refusal : undefined) });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: FAST_OR_SLOW } }],
  });
  await running.live('feed');
  expect(server.gaps[0]).toBeGreaterThanOrEqual(998);
});

test('a 503 without Retry-After is retried after the usual backoff', async () => {
  const server = await startPeer({ refuse: (attempt) => (attempt === 0 ? { status: 503 } : undefined) });
  const running = await run({
    sources: [
      { name: 'feed', 'web-socket': { url: server.url, reconnect: { ...FAST_OR_SLOW, 'max-backoff': '20s' } } },
    ],
  });
  await running.live('feed');
  // A slow one would take 10 s at the least.
  expect(server.gaps[0]).toBeLessThan(9000);
});

test('a 404 fails a connection that was never live, with the status as its cause', async () => {
  const server = await startPeer({ refuse: () => ({ status: 404 }) });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: SOON } }],
  });
  expect(await running.supervisor.done).toEqual({
    failures: [{ pipeline: 'under-test', cause: 'feed: the peer answered the upgrade with 404' }],
    undelivered: 0,
  });
  expect(running.pipeline.status).toMatchObject({ state: 'failed', sources: [{ connection: { state: 'failed' } }] });
  expect(server.attempts).toHaveLength(1);
});

test('a 404 to a connection that has been live is retried slowly', async () => {
  const server = await startPeer({
    refuse: (attempt) => (attempt === 1 ? { status: 404 } : undefined),
    greet: (socket, index) => index === 0 && socket.close(1001),
  });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: FAST_OR_SLOW } }],
  });
  await running.live('feed', 1);
  expect(server.gaps[1]).toBeGreaterThanOrEqual(298);
});

test('a redirect is not followed: the connection fails naming the Location without its secrets', async () => {
  const elsewhere = await startPeer();
  const location = `${elsewhere.url}moved?token=hush`;
  const server = await startPeer({ refuse: () => ({ status: 301, headers: { location } }) });
  const { supervisor } = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: SOON } }],
  });
  const { failures } = await supervisor.done;
  const named = `the peer answered the upgrade with 301, naming ${elsewhere.url}moved; redirects are not followed`;
  expect(failures).toEqual([{ pipeline: 'under-test', cause: `feed: ${named}` }]);
  expect(elsewhere.attempts).toEqual([]);
});

test('a policy close (1008) is retried slowly', async () => {
  const server = await startPeer({ greet: (socket, index) => index === 0 && socket.close(1008, 'not now') });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: FAST_OR_SLOW } }],
  });
  const { cause } = await running.live('feed', 1);
  expect(cause?.message).toBe('the peer closed with 1008: not now');
  expect(server.gaps[0]).toBeGreaterThanOrEqual(298);
});
