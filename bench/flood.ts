import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';

/** Peers that speak just enough WebSocket to be cheap: what is measured between them is the limit, not they. */

export const PAYLOAD = 200;
/** Length of a server frame of `PAYLOAD` bytes: two bytes, and two more of extended length. */
const FRAME = PAYLOAD + 4;
const CHUNK = 320;

export interface Flood {
  readonly port: number;
  readonly close: () => void;
}

/** Sends `count` numbered text messages to whoever connects, as fast as it reads. */
export async function startFlood(count: number): Promise<Flood> {
  return listen((socket) => {
    let sent = 0;
    function pump(): void {
      while (sent < count) {
        const frames = encode(sent, Math.min(CHUNK, count - sent));
        sent += frames.length / FRAME;
        if (!socket.write(frames)) return;
      }
    }
    socket.on('drain', pump);
    socket.on('data', () => {});
    pump();
  });
}

export interface Tally extends Flood {
  /** Resolves when `count` messages have come. */
  readonly complete: Promise<{ readonly received: number; readonly outOfOrder: number }>;
}

/** Counts what arrives, checks the numbers, answers pings, and keeps nothing. */
export async function startTally(count: number): Promise<Tally> {
  let resolve: (result: { received: number; outOfOrder: number }) => void = () => {};
  const complete = new Promise<{ received: number; outOfOrder: number }>((done) => {
    resolve = done;
  });
  let received = 0;
  let outOfOrder = 0;
  const server = await listen((socket) => {
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      rest = scan(rest.length === 0 ? data : Buffer.concat([rest, data]), (opcode, payload, mask) => {
        if (opcode === 0x9) socket.write(pong(unmask(payload, mask, payload.length)));
        if (opcode !== 0x1) return;
        if (Number(unmask(payload, mask, 10).toString()) !== received) outOfOrder += 1;
        received += 1;
      });
      if (received >= count) resolve({ received, outOfOrder });
    });
  });
  return { ...server, complete };
}

function encode(first: number, count: number): Buffer {
  const frames = Buffer.alloc(count * FRAME, 0x78);
  for (let at = 0; at < count; at += 1) {
    const start = at * FRAME;
    frames[start] = 0x81;
    frames[start + 1] = 126;
    frames.writeUInt16BE(PAYLOAD, start + 2);
    frames.write(String(first + at).padStart(10, '0'), start + 4, 'latin1');
  }
  return frames;
}

function scan(data: Buffer, frame: (opcode: number, payload: Buffer, mask: Buffer) => void): Buffer {
  let at = 0;
  while (data.length - at >= 2) {
    const short = (data[at + 1] ?? 0) & 0x7f;
    const header = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (data.length - at < header + 4) break;
    const length =
      short === 126 ? data.readUInt16BE(at + 2) : short === 127 ? Number(data.readBigUInt64BE(at + 2)) : short;
    const start = at + header + 4;
    if (data.length < start + length) break;
    frame((data[at] ?? 0) & 0x0f, data.subarray(start, start + length), data.subarray(start - 4, start));
    at = start + length;
  }
  return data.subarray(at);
}

function unmask(payload: Buffer, mask: Buffer, length: number): Buffer {
  const plain = Buffer.from(payload.subarray(0, length));
  for (let at = 0; at < plain.length; at += 1) plain[at] = (plain[at] ?? 0) ^ (mask[at % 4] ?? 0);
  return plain;
}

function pong(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x8a, payload.length]), payload]);
}

async function listen(connected: (socket: Socket) => void): Promise<Flood> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (request) => {
      const key = /sec-websocket-key: *(\S+)/i.exec(request.toString('latin1'))?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      connected(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
