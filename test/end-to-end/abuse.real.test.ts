import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { rawFrame, startRawServer, switchingProtocols } from '../transport/raw-peer.ts';
import { startPeer } from './peer.ts';
import { numbered, type Running, run, SOON } from './running.ts';

const TEXT = 0x1;
const CONTINUATION = 0x0;

/** A source of a server that does something by hand on its first connection, and says `well` on the next ones. */
async function follow(misbehave: (socket: Socket) => void, options: { 'max-payload'?: string } = {}) {
  const server = await startRawServer((socket, head) => {
    socket.write(switchingProtocols(head));
    if (server.connections.length === 1) misbehave(socket);
    else socket.write(rawFrame(TEXT, 'well'));
  });
  onTestFinished(() => server.close());
  const taken: string[] = [];
  const running = await run(
    { sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: SOON, ...options } }] },
    {
      additions: {
        all: {
          function: ({ messages }) => {
            taken.push(...messages.map(({ text }) => text));
          },
        },
      },
    },
  );
  return { running, taken };
}

/** Waits for the second connection's message, and gives what ended the first. */
async function aftermath({ running, taken }: { running: Running; taken: string[] }) {
  await running.until(() => taken.includes('well'));
  const { cause } = await running.live('feed', 1);
  return cause?.detail;
}

test('a connection cut in the middle of a frame yields no part of its message', async () => {
  const scene = await follow((socket) => {
    const frame = rawFrame(TEXT, 'never whole');
    socket.end(Buffer.concat([rawFrame(TEXT, 'whole'), frame.subarray(0, 6)]));
  });
  expect(await aftermath(scene)).toEqual({ kind: 'close', code: 1006, reason: '' });
  expect(scene.taken).toEqual(['whole', 'well']);
});

test('a connection reset in the middle of a fragmented message yields no part of it', async () => {
  const scene = await follow((socket) => {
    socket.write(Buffer.concat([rawFrame(TEXT, 'whole'), rawFrame(TEXT, 'first half', false)]), () =>
      setTimeout(() => socket.resetAndDestroy(), 20),
    );
  });
  await aftermath(scene);
  expect(scene.taken).toEqual(['whole', 'well']);
});

test('a message in many fragments, some of them empty, with pings between them, is one message', async () => {
  const scene = await follow((socket) => {
    const parts = Array.from({ length: 500 }, (_, index) => rawFrame(CONTINUATION, index % 2 ? '' : 'x', false));
    const pings = parts.flatMap((part) => [part, rawFrame(0x9, 'hi')]);
    socket.end(Buffer.concat([rawFrame(TEXT, '', false), ...pings, rawFrame(CONTINUATION, '!')]));
  });
  await aftermath(scene);
  expect(scene.taken).toEqual([`${'x'.repeat(250)}!`, 'well']);
});

test('a message above max-payload ends its connection as a violation, and what came before it is kept', async () => {
  const scene = await follow(
    (socket) => socket.write(Buffer.concat([rawFrame(TEXT, 'small'), rawFrame(TEXT, 'x'.repeat(101))])),
    { 'max-payload': '100' },
  );
  expect(await aftermath(scene)).toMatchObject({ kind: 'violation', code: 1009 });
  expect(scene.taken).toEqual(['small', 'well']);
});

test('invalid UTF-8 in a text message ends its connection as a violation, and the message is not handed on', async () => {
  const scene = await follow((socket) =>
    socket.write(Buffer.concat([rawFrame(TEXT, 'good'), rawFrame(TEXT, Buffer.from([0x61, 0xff, 0x62]))])),
  );
  expect(await aftermath(scene)).toMatchObject({ kind: 'violation', code: 1007 });
  expect(scene.taken).toEqual(['good', 'well']);
});

test('an opcode that does not exist ends its connection as a violation', async () => {
  const scene = await follow((socket) => socket.write(rawFrame(0x3, 'what')));
  expect(await aftermath(scene)).toMatchObject({ kind: 'violation', code: 1002 });
  expect(scene.taken).toEqual(['well']);
});

test('a masked frame of a server ends its connection as a violation', async () => {
  const scene = await follow((socket) => socket.write(Buffer.from([0x81, 0x81, 1, 2, 3, 4, 0x61 ^ 1])));
  expect(await aftermath(scene)).toMatchObject({ kind: 'violation', code: 1002 });
});

test('bytes that are no WebSocket answer fail the attempt, saying why, and it is dialled again', async () => {
  const server = await startRawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
  onTestFinished(() => server.close());
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, reconnect: SOON } }],
  });
  const { cause } = await running.connection('feed', ({ attempt }) => attempt > 1);
  expect(cause?.message).toMatch(/the peer does not speak HTTP: Parse Error/);
});

test('ten thousand tiny messages in one write arrive in order, empty ones among them', async () => {
  const messages = Array.from({ length: 10_000 }, (_, index) => (index % 10 === 0 ? '' : String(index)));
  const scene = await follow((socket) =>
    socket.end(Buffer.concat([...messages.map((message) => rawFrame(TEXT, message)), rawFrame(0x8, '')])),
  );
  await aftermath(scene);
  expect(scene.taken).toEqual([...messages, 'well']);
});

test('a frame that arrives byte by byte is one message', async () => {
  const scene = await follow((socket) => {
    const bytes = [...rawFrame(TEXT, 'slow but whole'), ...rawFrame(0x8, '')];
    const next = () => {
      const byte = bytes.shift();
      if (byte !== undefined) socket.write(Buffer.from([byte]), () => setImmediate(next));
    };
    socket.setNoDelay(true);
    next();
  });
  expect(await aftermath(scene)).toMatchObject({ kind: 'close', code: 1005 });
  expect(scene.taken).toEqual(['slow but whole', 'well']);
});

test('what the peer of a sink sends is read and thrown away, and keeps no event from it', async () => {
  const peer = await startPeer({
    greet: (socket) => {
      for (const message of numbered(5000)) socket.send(message);
    },
  });
  const running = await run({
    sources: [{ name: 'app', function: {} }],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
  });
  for (const event of numbered(5000, 'event')) await running.pipeline.source('app').push(event);
  await running.until((status) => status.sinks[0]?.delivered === 5000);
  expect(peer.texts).toEqual(numbered(5000, 'event'));
});

test('a peer that refuses a message with 1009 and closes gets everything else again after it reconnects', async () => {
  const peer = await startPeer({
    greet: (socket, index) =>
      socket.on('message', (data) => {
        if (index === 0 && String(data) === 'event 50') socket.close(1009, 'too big');
      }),
  });
  const running = await run({
    sources: [{ name: 'app', function: {} }],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, reconnect: SOON } }],
  });
  const events = numbered(100, 'event');
  for (const event of events) await running.pipeline.source('app').push(event);
  await running.until((status) => status.sinks[0]?.delivered === 100);
  expect(peer.textsOf(1).at(-1)).toBe('event 99');
  expect([...new Set(peer.texts)]).toEqual(events);
});
