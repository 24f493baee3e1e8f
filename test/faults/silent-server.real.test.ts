import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../end-to-end/running.ts';
import { Watch } from '../end-to-end/watch.ts';
import { portOf } from '../transport/raw-peer.ts';

const SOURCES = 10;
const ROUNDS = 1_000;

/** Accepts TCP, reads, and never says a word. */
async function startSilent() {
  const up = new Set<Socket>();
  const watch = new Watch();
  const server = createServer((socket) => {
    up.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      up.delete(socket);
      watch.changed();
    });
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `ws://127.0.0.1:${portOf(server)}/`, up, empty: () => watch.until(() => up.size === 0) };
}

/** What keeps this process alive, by its kind. */
function resources(kind: string): number {
  return process.getActiveResourcesInfo().filter((each) => each === kind).length;
}

test('1 000 dials that are never answered end by connect.timeout, and leave no socket and no timer', async () => {
  const server = await startSilent();
  const before = { sockets: resources('TCPSocketWrap'), timers: resources('Timeout') };
  const options = {
    connect: { timeout: '20ms' },
    reconnect: { 'initial-backoff': '1ms', 'max-backoff': '1ms' },
  };
  const running = await run({
    sources: Array.from({ length: SOURCES }, (_, at) => ({
      name: `feed${at}`,
      'web-socket': { url: server.url, ...options },
    })),
  });
  const { sources } = await running.until(({ sources }) =>
    sources.every(({ connection }) => (connection?.attempt ?? 0) > ROUNDS / SOURCES),
  );
  expect(sources.map(({ connection }) => connection?.cause?.detail)).toEqual(
    Array(SOURCES).fill({ kind: 'timeout', phase: 'upgrade' }),
  );
  expect(server.up.size).toBeLessThanOrEqual(2 * SOURCES);
  await running.supervisor.stop();
  await server.empty();
  await new Promise((resolve) => setImmediate(resolve));
  expect(resources('TCPSocketWrap')).toBe(before.sockets);
  expect(resources('Timeout')).toBeLessThanOrEqual(before.timers);
});
