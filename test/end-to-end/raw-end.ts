import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { parseFrames, type RawFrame, startRawServer, switchingProtocols, UPGRADE } from '../transport/raw-peer.ts';
import { Watch } from './watch.ts';

export const TEXT = 0x1;
export const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** One end of a connection that speaks RFC 6455 by itself, with nothing in common with the code under test. */
export class RawEnd {
  /** Data frames, in order. */
  readonly received: RawFrame[] = [];
  /** Code of the peer's close frame. */
  closeCode: number | undefined;
  readonly #stream: Socket;
  readonly #masks: boolean;
  readonly #watch = new Watch();
  #rest = Buffer.alloc(0);

  /** `masks`: as clients do. */
  constructor(stream: Socket, masks: boolean) {
    this.#stream = stream;
    this.#masks = masks;
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('close', () => this.#watch.changed());
  }

  get texts(): string[] {
    return this.received.map(({ payload }) => payload.toString());
  }

  /** `count` data frames have come. */
  receives(count: number): Promise<void> {
    return this.#watch.until(() => this.received.length >= count);
  }

  get ended(): Promise<void> {
    return this.#watch.until(() => this.#stream.destroyed);
  }

  send(opcode: number, payload: Buffer | string, fin = true): void {
    this.#stream.write(encode(opcode, Buffer.from(payload), this.#masks, fin));
  }

  #read(chunk: Buffer): void {
    const { frames, rest } = parseFrames(Buffer.concat([this.#rest, chunk]));
    this.#rest = Buffer.from(rest);
    for (const frame of frames) this.#take(frame);
    this.#watch.changed();
  }

  #take(frame: RawFrame): void {
    const { opcode, payload } = frame;
    if (opcode === PING) this.send(PONG, payload);
    else if (opcode === CLOSE) {
      this.closeCode = payload.length < 2 ? 1005 : payload.readUInt16BE();
      this.#stream.end(encode(CLOSE, payload, this.#masks, true));
    } else if (opcode !== PONG) this.received.push(frame);
  }
}

/** Connects and upgrades; the connection ends with the test. */
export function openRawEnd(url: string): Promise<RawEnd> {
  const { hostname, port, pathname } = new URL(url);
  return upgradeRawEnd(connect(Number(port), hostname), pathname);
}

/** Upgrades a connection, which ends with the test. */
export async function upgradeRawEnd(stream: Socket, path: string): Promise<RawEnd> {
  onTestFinished(() => void stream.destroy());
  const request = UPGRADE.map((line) => line.replace('GET / ', `GET ${path} `));
  stream.write(`${request.join('\r\n')}\r\n\r\n`);
  const [answer]: Buffer[] = await once(stream, 'data');
  const head = answer?.indexOf('\r\n\r\n') ?? -1;
  if (!answer?.toString('latin1').startsWith('HTTP/1.1 101 ')) throw new Error(`not upgraded: ${answer}`);
  const end = new RawEnd(stream, true);
  if (answer.length > head + 4) stream.unshift(answer.subarray(head + 4));
  return end;
}

/** A server that takes every connection, until the test has finished. */
export async function serveRawEnds(): Promise<{ readonly url: string; connection(index: number): Promise<RawEnd> }> {
  const ends: RawEnd[] = [];
  const watch = new Watch();
  const server = await startRawServer((stream, head) => {
    stream.write(switchingProtocols(head));
    ends.push(new RawEnd(stream, false));
    watch.changed();
  });
  onTestFinished(() => server.close());
  return {
    url: server.url,
    async connection(index) {
      await watch.until(() => ends.length > index);
      const end = ends[index];
      if (!end) throw new RangeError(`there is no connection ${index}`);
      return end;
    },
  };
}

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** Payloads below 64 KiB. */
function encode(opcode: number, payload: Buffer, masks: boolean, fin: boolean): Buffer {
  const { length } = payload;
  const size = length < 126 ? [length] : [126, length >> 8, length & 0xff];
  const [short = 0, ...extended] = size;
  const head = [(fin ? 0x80 : 0) | opcode, (masks ? 0x80 : 0) | short, ...extended];
  if (!masks) return Buffer.concat([Buffer.from(head), payload]);
  const masked = payload.map((byte, at) => byte ^ MASK.readUInt8(at % 4));
  return Buffer.concat([Buffer.from(head), MASK, masked]);
}
