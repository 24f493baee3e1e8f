import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../end-to-end/running.ts';
import { rawFrame, startRawServer, switchingProtocols } from '../transport/raw-peer.ts';

/** Told apart by the delay: 1 s is the backoff, 20 to 40 s is the slow one. */
const RECONNECT = { 'initial-backoff': '1s', 'max-backoff': '40s', jitter: 0 } as const;

/** What a source does, and why, when its server writes these bytes once the connection is live. */
async function after(bytes: Buffer): Promise<{ readonly verdict: string; readonly cause: unknown }> {
  const streams: Socket[] = [];
  const server = await startRawServer((socket, head) => {
    socket.write(switchingProtocols(head));
    streams.push(socket);
  });
  onTestFinished(() => server.close());
  const running = await run({ sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: RECONNECT } }] });
  await running.live('feed');
  for (const stream of streams) stream.write(bytes);
  const { state, retryIn, cause } = await running.connection('feed', ({ state }) => /waiting|failed/.test(state));
  if (state !== 'waiting') return { verdict: state, cause: cause?.detail };
  return { verdict: retryIn === 1_000 ? 'backoff' : 'slow', cause: cause?.detail };
}

function closeFrame(code: number): Buffer {
  return rawFrame(8, Buffer.from([code >> 8, code & 0xff]));
}

const closed = (code: number) => ({ kind: 'close', code, reason: '' });
const violation = (code: number) => expect.objectContaining({ kind: 'violation', code });

test.each([1000, 1001, 1011, 1012, 1013, 3000, 3999, 4000, 4999])(
  'a server that closes with %i is dialled again after the backoff',
  async (code) => {
    expect(await after(closeFrame(code))).toEqual({ verdict: 'backoff', cause: closed(code) });
  },
);

test('a close frame without a code is 1005, and the server is dialled again after the backoff', async () => {
  expect(await after(rawFrame(8, ''))).toEqual({ verdict: 'backoff', cause: closed(1005) });
});

test('a server that closes with 1008 is dialled again slowly', async () => {
  expect(await after(closeFrame(1008))).toEqual({ verdict: 'slow', cause: closed(1008) });
});

test.each([1005, 1006, 1015, 999, 2999, 5000])(
  'a close frame with %i, which none may hold, is a 1002 violation, and the server is dialled again after the backoff',
  async (code) => {
    expect(await after(closeFrame(code))).toEqual({ verdict: 'backoff', cause: violation(1002) });
  },
);

test.each<[number, string, Buffer]>([
  [1002, 'an unknown opcode', rawFrame(3, 'x')],
  [1007, 'invalid UTF-8', rawFrame(1, Buffer.from([0xc3, 0x28]))],
  [1009, 'a message above max-payload', Buffer.from([0x82, 0x7f, 0, 0, 0, 0, 0x7f, 0, 0, 0])],
])('our own verdict %i on %s is followed by the backoff', async (code, _, bytes) => {
  expect(await after(bytes)).toEqual({ verdict: 'backoff', cause: violation(code) });
});
