import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { DialRequest, FrameSocket } from '../../src/environment.ts';
import { dialWebSocket } from '../../src/transport/dial.ts';
import { binary, Recorder, text } from './ends.ts';
import {
  parseFrames,
  type RawFrame,
  type RawServer,
  rawFrame,
  startRawServer,
  switchingProtocols,
} from './raw-peer.ts';

const servers: RawServer[] = [];
const sockets: FrameSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const server of servers.splice(0)) await server.close();
});

async function serve(answer: (socket: Socket, head: string) => void): Promise<RawServer> {
  const server = await startRawServer(answer);
  servers.push(server);
  return server;
}

function dial(url: string, options: Partial<DialRequest> = {}) {
  const heard = new Recorder();
  const request = { url, headers: {}, subprotocols: [], maxPayload: 1024 * 1024, ...options };
  const socket = dialWebSocket(request, heard);
  sockets.push(socket);
  return { socket, heard };
}

/** Dials a server that answers the upgrade with `answer` and waits for the loss. */
async function lossAfter(answer: (head: string) => string, options: Partial<DialRequest> = {}) {
  const server = await serve((socket, head) => socket.end(answer(head)));
  const { heard } = dial(server.url, options);
  await heard.hears('lost');
  return heard;
}

/** Dials a server that accepts the upgrade and then sends `bytes`. */
async function after(...bytes: Buffer[]) {
  const server = await serve((socket, head) => {
    socket.write(Buffer.concat([Buffer.from(switchingProtocols(head)), ...bytes]));
  });
  return dial(server.url);
}

describe('a dialled socket and its server', () => {
  test('a server that accepts the connection and never answers leaves it connected, and terminate ends it', async () => {
    const gone: Promise<void>[] = [];
    const server = await serve((socket) => {
      gone.push(new Promise((resolve) => socket.once('close', () => resolve())));
      heard.connected();
    });
    const { socket, heard } = dial(server.url);
    await heard.sees(() => heard.events.length === 2);
    socket.terminate();
    await Promise.all(gone);
    expect(heard.types).toEqual(['connected', 'connected']);
  });

  test('an answer that is not HTTP is a network loss that says so', async () => {
    const { loss } = await lossAfter(() => 'SSH-2.0-OpenSSH_9.2\r\n\r\n');
    expect(loss).toMatchObject({ kind: 'network', message: expect.stringContaining('does not speak HTTP') });
  });

  test('a connection that ends before the answer is a network loss', async () => {
    const { loss } = await lossAfter(() => '');
    expect(loss).toMatchObject({ kind: 'network', code: 'ECONNRESET' });
  });

  test('a wrong Sec-WebSocket-Accept is a handshake loss', async () => {
    const { loss } = await lossAfter((head) => switchingProtocols(head).replace(/Accept: ..../, 'Accept: AAAA'));
    expect(loss).toEqual({ kind: 'handshake', message: 'Invalid Sec-WebSocket-Accept header' });
  });

  test('a subprotocol that was not offered is a handshake loss', async () => {
    const answer = (head: string) => switchingProtocols(head, 'Sec-WebSocket-Protocol: c');
    const { loss } = await lossAfter(answer, { subprotocols: ['a', 'b'] });
    expect(loss).toEqual({ kind: 'handshake', message: 'Server sent an invalid subprotocol' });
  });

  test('a subprotocol where none was offered is a handshake loss', async () => {
    const { loss } = await lossAfter((head) => switchingProtocols(head, 'Sec-WebSocket-Protocol: c'));
    expect(loss).toMatchObject({ kind: 'handshake' });
  });

  test('an extension that was not asked for is a handshake loss', async () => {
    const { loss } = await lossAfter((head) =>
      switchingProtocols(head, 'Sec-WebSocket-Extensions: permessage-deflate'),
    );
    expect(loss).toMatchObject({ kind: 'handshake' });
  });

  test('another answer than 101 is a status loss, and the connection is ended', async () => {
    const ended: Promise<void>[] = [];
    const server = await serve((socket) => {
      ended.push(new Promise((resolve) => socket.once('close', () => resolve())));
      socket.write('HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 1000000\r\n\r\nslow body');
    });
    const { heard } = dial(server.url);
    await heard.hears('lost');
    await Promise.all(ended);
    expect(heard.loss).toEqual({ kind: 'status', status: 503, retryAfter: 2000 });
    expect(heard.types).toEqual(['connected', 'lost']);
  });

  test('Retry-After as a date counts from the date of the answer', async () => {
    const dates = 'Date: Tue, 01 Jul 2025 10:00:00 GMT\r\nRetry-After: Tue, 01 Jul 2025 10:01:30 GMT';
    const { loss } = await lossAfter(() => `HTTP/1.1 503 Busy\r\n${dates}\r\nContent-Length: 0\r\n\r\n`);
    expect(loss).toEqual({ kind: 'status', status: 503, retryAfter: 90_000 });
  });

  test('a redirect is not followed', async () => {
    const { loss } = await lossAfter(
      () => 'HTTP/1.1 302 Found\r\nLocation: /there?token=hush#x\r\nContent-Length: 0\r\n\r\n',
    );
    expect(loss).toEqual({ kind: 'status', status: 302, location: '/there' });
  });

  test('a header value that cannot be sent is a loss of the request that does not repeat it', async () => {
    const { heard } = dial('ws://127.0.0.1:9/', { headers: { Authorization: 'Bearer hush\n' } });
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({ kind: 'request' });
    expect(JSON.stringify(heard.loss)).not.toContain('hush');
  });

  test('a name that does not resolve is a network loss', async () => {
    const { heard } = dial('ws://nowhere.invalid/?token=hush');
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({ kind: 'network' });
    expect(JSON.stringify(heard.loss)).not.toContain('hush');
  });

  test('all addresses of a name are named when none answers', async () => {
    const server = await serve(() => {});
    await server.close();
    const { heard } = dial(server.url.replace('127.0.0.1', 'localhost'));
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({ kind: 'network', code: 'ECONNREFUSED' });
    expect(heard.loss).toHaveProperty('message', expect.stringContaining('127.0.0.1'));
  });

  test('frames that arrive together with the answer follow the opening in one event', async () => {
    const { heard } = await after(rawFrame(1, 'a'), rawFrame(1, 'b'));
    await heard.receives(2);
    expect(heard.types).toEqual(['connected', 'open', 'frames']);
  });

  test('frames before a pong come before it, those behind it after it, within one read', async () => {
    const { heard } = await after(rawFrame(1, 'a'), rawFrame(10, 'pong'), rawFrame(1, 'b'), rawFrame(8, ''));
    await heard.receives(2);
    await heard.hears('pong');
    expect(heard.types.slice(2)).toEqual(['frames', 'pong', 'frames']);
  });

  test('a fragmented message arrives as one frame', async () => {
    const parts = [rawFrame(1, 'frag', false), rawFrame(9, 'between'), rawFrame(0, 'men', false), rawFrame(0, 'ted')];
    const { heard } = await after(...parts);
    await heard.receives(1);
    expect(heard.received).toEqual([{ data: Buffer.from('fragmented'), binary: false }]);
  });

  const violations = [
    { what: 'invalid UTF-8', bytes: rawFrame(1, Buffer.from([0xc3, 0x28])), code: 1007 },
    { what: 'an unknown opcode', bytes: rawFrame(3, 'x'), code: 1002 },
    { what: 'a reserved bit', bytes: Buffer.from([0xc1, 0]), code: 1002 },
    { what: 'a masked frame', bytes: Buffer.from([0x81, 0x80, 0, 0, 0, 0]), code: 1002 },
    { what: 'a close code that may not be sent', bytes: rawFrame(8, Buffer.from([3, 237])), code: 1002 },
    { what: 'a length above the limit', bytes: Buffer.from([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0]), code: 1009 },
  ];
  for (const { what, bytes, code } of violations) {
    test(`${what} is a ${code} violation, after the frames before it, and the server is told`, async () => {
      let told: (frames: RawFrame[]) => void = () => {};
      const close = new Promise<RawFrame[]>((resolve) => {
        told = resolve;
      });
      const server = await serve((socket, head) => {
        socket.write(Buffer.concat([Buffer.from(switchingProtocols(head)), rawFrame(1, 'fine'), bytes]));
        socket.on('data', (chunk: Buffer) => told(parseFrames(chunk).frames));
      });
      const { heard } = dial(server.url);
      await heard.hears('lost');
      expect(heard.types).toEqual(['connected', 'open', 'frames', 'lost']);
      expect(heard.loss).toMatchObject({ kind: 'violation', code });
      const frames = await close;
      expect(frames.map((frame) => [frame.opcode, frame.payload.readUInt16BE(0)])).toEqual([[8, code]]);
    });
  }

  test('a reset in the middle of a frame delivers what was whole and no part', async () => {
    const server = await serve((socket, head) => {
      const part = rawFrame(1, 'partial').subarray(0, 4);
      socket.write(Buffer.concat([Buffer.from(switchingProtocols(head)), rawFrame(1, 'whole'), part]));
    });
    const { heard } = dial(server.url);
    await heard.receives(1);
    server.connections[0]?.resetAndDestroy();
    await heard.hears('lost');
    expect(heard.texts).toEqual(['whole']);
    expect(heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
  });

  test('a stream that ends without a close frame is 1006', async () => {
    const server = await serve((socket, head) => socket.end(switchingProtocols(head)));
    const { heard } = dial(server.url);
    await heard.hears('lost');
    expect(heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
  });

  test('what is queued leaves before the answer to a close, and nothing behind it', async () => {
    let bytes = Buffer.alloc(0);
    const server = await serve((socket, head) => {
      socket.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (parseFrames(bytes).frames.some((frame) => frame.opcode === 8)) socket.end();
      });
      socket.write(Buffer.concat([Buffer.from(switchingProtocols(head)), rawFrame(1, 'go'), rawFrame(8, '')]));
    });
    const { socket, heard } = dial(server.url);
    heard.during = (event) => event.type === 'open' && socket.write([text('queued')]);
    await heard.hears('frames');
    socket.write([text('behind')]);
    await heard.hears('lost');
    expect(parseFrames(bytes).frames.map((frame) => frame.payload.toString())).toEqual(['queued', '']);
    expect(heard.loss).toEqual({ kind: 'close', code: 1005, reason: '' });
  });

  test('payloads of every length reach a server whole, each masked with a key of its own', async () => {
    const payloads = [...Array(301).keys(), 65_535, 65_536].map((length) => Buffer.alloc(length, length % 255));
    let done: (frames: RawFrame[]) => void = () => {};
    const received = new Promise<RawFrame[]>((resolve) => {
      done = resolve;
    });
    const server = await serve((socket, head) => {
      let bytes = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        const { frames } = parseFrames(bytes);
        if (frames.length === payloads.length) done(frames);
      });
      socket.write(switchingProtocols(head));
    });
    const { socket, heard } = dial(server.url);
    await heard.hears('open');
    socket.write(payloads.map(binary));
    const frames = await received;
    expect(frames.map((frame) => frame.payload)).toEqual(payloads);
    expect(frames.every((frame) => frame.key !== undefined)).toBe(true);
    expect(new Set(frames.map((frame) => frame.key)).size).toBeGreaterThan(300);
  });
});
