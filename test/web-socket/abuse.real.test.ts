import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { listenWithin } from '../../src/transport/listen.ts';
import { numbered, type Running, run } from '../end-to-end/running.ts';
import { framesUntilEnd, maskedFrame, rawFrame } from '../transport/raw-peer.ts';
import { ANY, addressOf, dialRaw, exchange, join, type Listener, upgradeTo } from './served.ts';

const LIMITS = { timeout: 300, checkInterval: 50, connections: 200 };

/**
 * A pipeline that sends everybody on `/room` what anybody says there, and one peer who goes on talking and must not
 * notice what others do.
 */
class Room {
  readonly running: Running;
  readonly port: number;
  readonly bystander: Listener;

  private constructor(running: Running, port: number, bystander: Listener) {
    this.running = running;
    this.port = port;
    this.bystander = bystander;
  }

  static async open(server: { 'allowed-origins'?: string[]; 'max-connections'?: number } = {}): Promise<Room> {
    const shared = { bind: ANY, path: '/room', 'max-payload': '64KiB', ...server };
    const running = await run(
      {
        sources: [{ name: 'in', 'web-socket': { mode: 'server-input', server: shared } }],
        sinks: [{ name: 'out', 'web-socket': { mode: 'server-output', server: shared } }],
      },
      { listen: (request, accept) => listenWithin(LIMITS, request, accept) },
    );
    const { port, address } = addressOf(running, 'out');
    return new Room(running, port, await join(`ws://${address}`));
  }

  get endpoint() {
    return this.running.pipeline.sink('out').status.endpoint;
  }

  /** Somebody who has been let in and writes bytes by hand. */
  async enter(): Promise<Socket> {
    return (await this.ask()).stream;
  }

  /** Somebody who wants to be let in, and the first line of the answer. */
  async ask(): Promise<{ readonly stream: Socket; readonly answer: string }> {
    const stream = await dialRaw(this.port);
    stream.write(upgradeTo('/room'));
    const head = await new Promise<Buffer>((resolve) => stream.once('data', resolve));
    return { stream: stream.pause(), answer: String(head).split('\r\n', 1)[0] ?? '' };
  }

  /** The bystander is alone again, has been cut off by nobody, and is served. */
  async isAsBefore(): Promise<void> {
    await this.running.until(({ sinks: [out] }) => out?.endpoint?.peers === 1);
    const heard = this.bystander.texts.length;
    for (const text of numbered(10)) this.bystander.socket.send(text);
    await this.bystander.until(() => this.bystander.texts.length >= heard + 10);
    expect(this.bystander.texts.slice(heard)).toEqual(numbered(10));
    expect([this.bystander.closed, this.running.pipeline.status.state]).toEqual([undefined, 'running']);
  }
}

describe('a handshake that', () => {
  test('comes byte by byte and never ends is answered 408', async () => {
    const room = await Room.open();
    const stream = await dialRaw(room.port);
    const bytes = [...upgradeTo('/room').slice(0, 60)];
    const drip = setInterval(() => stream.write(bytes.shift() ?? ''), 20);
    const answer = await new Promise<string>((resolve) => {
      let heard = '';
      stream.on('data', (chunk: Buffer) => {
        heard += String(chunk);
      });
      stream.on('close', () => resolve(heard));
    });
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await room.isAsBefore();
  });

  test('says nothing at all is ended', async () => {
    const room = await Room.open();
    expect(await exchange(room.port, '')).toMatch(/^HTTP\/1\.1 408 /);
    await room.isAsBefore();
  });

  test('has 2 000 headers is answered 431', async () => {
    const room = await Room.open();
    const headers = Array.from({ length: 2_000 }, (_, at) => `X-${at}: y`);
    expect(await exchange(room.port, upgradeTo('/room', ...headers))).toMatch(/^HTTP\/1\.1 431 /);
    await room.isAsBefore();
  });

  test('is of another origin is answered 403, and counted', async () => {
    const room = await Room.open({ 'allowed-origins': ['https://app.example'] });
    const answer = await exchange(room.port, upgradeTo('/room', 'Origin: https://evil.example'));
    expect([answer.slice(0, 13), room.endpoint?.refused]).toEqual(['HTTP/1.1 403 ', { origin: 1 }]);
    await room.isAsBefore();
  });

  test('is for another path is answered 404, and counted', async () => {
    const room = await Room.open();
    const answer = await exchange(room.port, upgradeTo('/../../etc/passwd'));
    expect([answer.slice(0, 13), room.endpoint?.refused]).toEqual(['HTTP/1.1 404 ', { path: 1 }]);
    await room.isAsBefore();
  });

  test('is no HTTP is answered 400', async () => {
    const room = await Room.open();
    expect(await exchange(room.port, '\u0016\u0003\u0001\u0002\u0000hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    await room.isAsBefore();
  });
});

describe('a flood of upgrades', () => {
  test('whole, half and cut off, ends with the connections back at what they were', async () => {
    const room = await Room.open({ 'max-connections': 50 });
    const request = upgradeTo('/room');
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, at) => {
        const stream = await dialRaw(room.port).catch(() => undefined);
        if (stream === undefined) return 'refused';
        const answered = new Promise<string>((resolve) => {
          stream.once('data', (chunk: Buffer) => resolve(String(chunk.subarray(0, 12))));
          stream.once('close', () => resolve('closed'));
        });
        stream.write(at % 3 === 0 ? request : request.slice(0, 40));
        if (at % 3 === 1) stream.resetAndDestroy();
        const answer = await answered;
        stream.destroy();
        return answer;
      }),
    );
    const expected = ['HTTP/1.1 101', 'HTTP/1.1 503', 'HTTP/1.1 408', 'closed', 'refused'];
    expect(answers.filter((answer) => !expected.includes(answer))).toEqual([]);
    await room.isAsBefore();
    expect(room.endpoint?.accepted).toBeGreaterThan(1);
  });

  test('of peers that are let in and gone at once leaves none of them', async () => {
    const room = await Room.open();
    // On a busy machine some do not get through their handshake within its 300 ms.
    let letIn = 0;
    for (let round = 0; round < 10; round += 1) {
      const crowd = await Promise.all(Array.from({ length: 50 }, () => room.ask()));
      for (const [at, { stream, answer }] of crowd.entries()) {
        if (answer.startsWith('HTTP/1.1 101')) letIn += 1;
        if (at % 2 === 0) stream.destroy();
        else stream.resetAndDestroy();
      }
    }
    await room.isAsBefore();
    expect(room.endpoint?.accepted).toBe(1 + letIn);
  });
});

describe('a peer that sends', () => {
  const TOO_LONG = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 1]);
  const FRAGMENTS = Buffer.concat([
    maskedFrame(1, 'x', false),
    ...Array<Buffer>(100_000).fill(maskedFrame(0, '', false)),
  ]);

  test.each([
    ['a frame above the limit', TOO_LONG, 1009],
    ['a hundred thousand empty fragments', FRAGMENTS, 1008],
    ['an unmasked frame', rawFrame(1, 'x'), 1002],
    ['invalid UTF-8', maskedFrame(1, Buffer.from([0xc3, 0x28])), 1007],
    ['an unknown opcode', maskedFrame(3, 'x'), 1002],
    [
      'a compressed frame that nobody has agreed to',
      Buffer.concat([Buffer.from([0xc1]), maskedFrame(1, 'x').subarray(1)]),
      1002,
    ],
    ['a close frame with half a code', maskedFrame(8, 'x'), 1002],
  ])('%s is closed, told why, and nobody else notices', async (_, bytes, code) => {
    const room = await Room.open();
    const stream = await room.enter();
    const told = framesUntilEnd(stream);
    stream.write(Buffer.concat([maskedFrame(1, 'fine'), bytes, maskedFrame(1, 'never')]));
    const closes = (await told).filter(({ opcode }) => opcode === 8);
    expect(closes.map(({ payload }) => payload.readUInt16BE(0))).toEqual([code]);
    await room.isAsBefore();
    expect(room.bystander.texts).toEqual(['fine', ...numbered(10)]);
  });

  test('half a frame and then nothing is cut off by nobody, and cuts nobody off', async () => {
    const room = await Room.open();
    const stream = await room.enter();
    stream.write(maskedFrame(1, 'half of it').subarray(0, 7));
    const other = await room.enter();
    other.write(maskedFrame(1, 'whole'));
    await room.bystander.until(() => room.bystander.texts.includes('whole'));
    stream.destroy();
    other.destroy();
    await room.isAsBefore();
    expect(room.bystander.texts).toEqual(['whole', ...numbered(10)]);
  });

  test('two hundred thousand pings without reading an answer costs no more memory than they hold', async () => {
    const room = await Room.open();
    const stream = await room.enter();
    const pings = Buffer.alloc(131 * 1_000, maskedFrame(9, 'x'.repeat(125)));
    const before = memory();
    for (let round = 0; round < 200; round += 1) {
      await new Promise((resolve) => stream.write(pings, resolve));
    }
    expect(memory() - before).toBeLessThan(40 * 1024 * 1024);
    stream.destroy();
    await room.isAsBefore();
  });
});

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
