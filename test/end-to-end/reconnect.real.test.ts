import { expect, onTestFinished, test } from 'vitest';
import { startRawServer, switchingProtocols } from '../transport/raw-peer.ts';
import { startPeer } from './peer.ts';
import { run, SOON } from './running.ts';

test('a server that accepts and closes at once is dialled again after growing delays, up to max-backoff', async () => {
  const server = await startPeer({ greet: (socket) => socket.close(1001) });
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': {
          url: server.url,
          reconnect: { 'initial-backoff': '60ms', 'max-backoff': '480ms', multiplier: 2, jitter: 0 },
        },
      },
    ],
  });
  await server.until(() => server.attempts.length === 7);
  const delays = [60, 120, 240, 480, 480, 480];
  for (const [index, gap] of server.gaps.entries()) {
    expect(gap).toBeGreaterThan((delays[index] ?? 0) - 2);
    expect(gap).toBeLessThan((delays[index] ?? 0) + 2000);
  }
  const { cause } = await running.connection('feed', ({ state }) => state === 'waiting');
  expect(cause).toEqual({ detail: { kind: 'close', code: 1001, reason: '' }, message: 'the peer closed with 1001' });
});

test('a connection that stayed up for reset-after is dialled again as soon as at first', async () => {
  const server = await startPeer({ greet: (socket, index) => index < 3 && socket.close(1001) });
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': {
          url: server.url,
          reconnect: { 'initial-backoff': '20ms', multiplier: 8, jitter: 0, 'reset-after': '100ms' },
        },
      },
    ],
  });
  await running.connection('feed', ({ attempt, state }) => state === 'live' && attempt === 0);
  (await server.connection(3)).close(1001);
  const { retryIn } = await running.connection('feed', ({ state }) => state === 'waiting');
  expect(retryIn).toBe(20);
});

test('a refused TCP connection is retried, with its cause and the count of attempts in the status', async () => {
  const gone = await startPeer();
  await gone.close();
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: gone.url, reconnect: SOON } }],
  });
  const { cause } = await running.connection('feed', ({ attempt, state }) => attempt === 3 && state === 'waiting');
  expect(cause?.detail).toMatchObject({ kind: 'network', code: 'ECONNREFUSED' });
  const back = await startPeer({ port: gone.port });
  await back.connection(0);
  await running.live('feed');
});

test('a connection fails with its last cause once max-attempts are used up, and the supervisor is done', async () => {
  const gone = await startPeer();
  await gone.close();
  const { supervisor } = await run({
    sources: [{ name: 'feed', 'web-socket': { url: gone.url, reconnect: { ...SOON, 'max-attempts': 3 } } }],
  });
  const { failures } = await supervisor.done;
  expect(failures).toEqual([{ pipeline: 'under-test', cause: `feed: connect ECONNREFUSED 127.0.0.1:${gone.port}` }]);
});

test('a peer that never answers the upgrade is left after connect.timeout and dialled anew', async () => {
  const server = await startRawServer((socket, head) => {
    if (server.connections.length > 1) socket.write(switchingProtocols(head));
  });
  onTestFinished(() => server.close());
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, connect: { timeout: '150ms' }, reconnect: SOON } }],
  });
  const { cause } = await running.live('feed');
  expect(cause?.detail).toEqual({ kind: 'timeout', phase: 'upgrade' });
  expect(server.connections).toHaveLength(2);
});
