import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface RawFrame {
  readonly opcode: number;
  readonly fin: boolean;
  /** The masking key, as hexadecimal digits; undefined for an unmasked frame. */
  readonly key: string | undefined;
  readonly payload: Buffer;
}

/** Reads whole frames byte by byte, after RFC 6455, section 5.2, with nothing in common with the code under test. */
export function parseFrames(bytes: Buffer): { readonly frames: RawFrame[]; readonly rest: Buffer } {
  const frames: RawFrame[] = [];
  let at = 0;
  for (;;) {
    const frame = parseFrame(bytes.subarray(at));
    if (frame === undefined) return { frames, rest: bytes.subarray(at) };
    frames.push(frame.frame);
    at += frame.size;
  }
}

function parseFrame(bytes: Buffer): { readonly frame: RawFrame; readonly size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const keyBytes = second & 0x80 ? 4 : 0;
  const header = 2 + lengthBytes + keyBytes;
  if (bytes.length < header) return undefined;
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < header + length) return undefined;
  const key = keyBytes === 0 ? undefined : bytes.subarray(header - 4, header);
  const payload = Buffer.from(bytes.subarray(header, header + length));
  for (const [at, byte] of payload.entries()) payload.writeUInt8(byte ^ (key?.readUInt8(at % 4) ?? 0), at);
  const frame = { opcode: first & 0x0f, fin: (first & 0x80) !== 0, key: key?.toString('hex'), payload };
  return { frame, size: header + length };
}

/** An unmasked frame, as a server sends it; payloads below 126 bytes. */
export function rawFrame(opcode: number, payload: Buffer | string, fin = true): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, bytes.length]), bytes]);
}

/** A frame as a client sends it, with a masking key of zeros; payloads below 126 bytes. */
export function maskedFrame(opcode: number, payload: Buffer | string, fin = true): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}

/** An upgrade request, its head not ended yet. */
export const UPGRADE: readonly string[] = [
  'GET / HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** A client that sends bytes by hand, upgraded and paused: it reads when the test resumes it. */
export async function openRawPeer(port: number): Promise<Socket> {
  const stream = connect(port, '127.0.0.1');
  stream.on('error', () => {});
  stream.write(`${UPGRADE.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => stream.once('data', resolve));
  return stream.pause();
}

/** All frames that come until the connection ends. */
export async function framesUntilEnd(stream: Socket): Promise<RawFrame[]> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  await new Promise((resolve) => stream.once('close', resolve));
  return parseFrames(Buffer.concat(chunks)).frames;
}

/** A TCP server that a test scripts by hand. */
export interface RawServer {
  readonly url: string;
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

/** Calls `answer` with the head of each connection's upgrade request once it has arrived whole. */
export async function startRawServer(answer: (socket: Socket, head: string) => void): Promise<RawServer> {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    let head = '';
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      answer(socket, head);
    };
    socket.on('data', read);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${portOf(server)}/`,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

/** The answer that accepts the upgrade request `head`, with more header lines. */
export function switchingProtocols(head: string, ...lines: string[]): string {
  const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const answer = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  return [...answer, `Sec-WebSocket-Accept: ${accept}`, ...lines, '', ''].join('\r\n');
}

export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not bound to a port');
  return address.port;
}
