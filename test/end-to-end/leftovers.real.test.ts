import { expect, onTestFinished, test } from 'vitest';
import { startRawServer } from '../transport/raw-peer.ts';
import { startPeer } from './peer.ts';
import { startProcess } from './processes.ts';

/** What Node calls sockets and timers. */
const OURS = /TCP|TLS|Connect|Timeout|Immediate|GetAddrInfo|ShutdownWrap|WriteWrap/;

/** Runs an app that stops its supervisor in `state`: how that ended, what was left, and how the process ended. */
async function stopIn(state: string, source: string, sink: string) {
  const app = startProcess('stopped-app.ts', state, source, sink);
  const outcome: unknown = JSON.parse(await app.prints('outcome'));
  const left: string[] = JSON.parse(await app.prints('left'));
  return { outcome, left: left.filter((name) => OURS.test(name)), code: await app.exited, errors: app.errors };
}

const NOTHING_LEFT = { outcome: { failures: [], undelivered: 0 }, left: [], code: 0, errors: '' };

test('a stop while live leaves no socket and no timer, and the process ends by itself', async () => {
  const [server, peer] = [await startPeer(), await startPeer()];
  expect(await stopIn('live', server.url, peer.url)).toEqual(NOTHING_LEFT);
  await server.until(() => server.sockets.every(({ readyState }) => readyState === 3));
});

test('a stop while the upgrade is unanswered leaves no socket and no timer', async () => {
  const mute = await startRawServer(() => {});
  onTestFinished(() => mute.close());
  expect(await stopIn('connecting', mute.url, mute.url)).toEqual(NOTHING_LEFT);
});

test('a stop while waiting for the next attempt leaves no socket and no timer', async () => {
  const gone = await startPeer();
  await gone.close();
  expect(await stopIn('waiting', gone.url, gone.url)).toEqual(NOTHING_LEFT);
});

test('a stop with a peer that does not read any more ends at the deadline, and tells what is undelivered', async () => {
  const server = await startPeer();
  const stalled = await startPeer({ greet: (socket) => socket.pause() });
  expect(await stopIn('stalled', server.url, stalled.url)).toEqual({
    ...NOTHING_LEFT,
    outcome: { failures: [], undelivered: 150 },
  });
});
