import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Listener } from '../../src/environment.ts';
import { listenWebSocket } from '../../src/transport/listen.ts';
import { type Accepted, binary, Recorder } from './ends.ts';
import { framesUntilEnd, maskedFrame, openRawPeer, parseFrames, rawFrame } from './raw-peer.ts';

const listeners: Listener[] = [];
const streams: Socket[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy();
  for (const listener of listeners.splice(0)) await listener.close();
});

/** A peer that sends bytes by hand to a listener that takes messages of 1 MiB. */
async function connect() {
  const peers: Accepted[] = [];
  const request = { host: '127.0.0.1', port: 0, maxPayload: 1024 * 1024 };
  const listener = await listenWebSocket(request, (socket, handshake) => {
    const peer = { socket, handshake, heard: new Recorder() };
    peers.push(peer);
    return peer.heard;
  });
  listeners.push(listener);
  const open = async () => {
    const stream = await openRawPeer(listener.port);
    streams.push(stream);
    const peer = peers.at(-1);
    if (peer === undefined) throw new Error('Nobody was accepted');
    return { stream, ...peer };
  };
  return { open, ...(await open()) };
}

function repeated(bytes: Buffer, count: number): Buffer {
  return Buffer.alloc(bytes.length * count, bytes);
}

/** Resolves when the system has taken all of it, which needs a listener that reads. */
function written(stream: Socket, bytes: Buffer): Promise<unknown> {
  return new Promise((resolve) => stream.write(bytes, resolve));
}

/** Reads up to and with the read that brings the end of `last`. */
async function bytesThrough(stream: Socket, last: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve) => {
    let tail = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      tail = Buffer.concat([tail, chunk]);
      if (tail.includes(last)) resolve();
      // The frame may lie across two reads.
      tail = tail.subarray(-last.length);
    });
    stream.resume();
  });
  return Buffer.concat(chunks);
}

describe('a peer that breaks the protocol', () => {
  const violations = [
    { what: 'a frame above the limit', bytes: Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1]), code: 1009 },
    { what: 'a length beyond all limits', bytes: Buffer.from([0x82, 0xff, ...Array(8).fill(0xff)]), code: 1009 },
    {
      what: 'fragments above the limit',
      bytes: Buffer.concat([maskedFrame(2, 'x', false), Buffer.from([0x00, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0])]),
      code: 1009,
    },
    { what: 'an unmasked frame', bytes: rawFrame(1, 'x'), code: 1002 },
    { what: 'an unknown opcode', bytes: maskedFrame(3, 'x'), code: 1002 },
    { what: 'a continuation of nothing', bytes: maskedFrame(0, 'x'), code: 1002 },
    { what: 'a fragmented ping', bytes: maskedFrame(9, 'x', false), code: 1002 },
    { what: 'invalid UTF-8', bytes: maskedFrame(1, Buffer.from([0xc3, 0x28])), code: 1007 },
  ];
  for (const { what, bytes, code } of violations) {
    test(`${what} is a ${code} violation that it is told of, and others stay`, async () => {
      const { open, stream, heard } = await connect();
      const other = await open();
      const told = framesUntilEnd(stream);
      stream.write(Buffer.concat([maskedFrame(1, 'fine'), bytes, maskedFrame(1, 'unheard')]));
      await heard.hears('lost');
      expect(heard.texts).toEqual(['fine']);
      expect(heard.loss).toMatchObject({ kind: 'violation', code });
      expect((await told).map(({ opcode, payload }) => [opcode, payload.readUInt16BE(0)])).toEqual([[8, code]]);
      other.stream.write(maskedFrame(1, 'still here'));
      await other.heard.receives(1);
      expect(other.heard.types).toEqual(['frames']);
    });
  }

  for (const payload of ['', 'x']) {
    test(`a million fragments of ${payload.length} bytes are a violation long before the last`, async () => {
      const { open, stream, heard } = await connect();
      const told = framesUntilEnd(stream);
      stream.write(maskedFrame(2, payload, false));
      stream.write(repeated(maskedFrame(0, payload, false), 1_000_000));
      await heard.hears('lost');
      expect(heard.types).toEqual(['lost']);
      expect(heard.loss).toMatchObject({ kind: 'violation', code: 1009 });
      expect((await told).map(({ opcode }) => opcode)).toEqual([8]);
      await open();
    });
  }

  test('a frame in more reads than 16384 is a violation', async () => {
    const { stream, heard } = await connect();
    stream.setNoDelay(true);
    stream.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x0f, 0, 0, 0, 0, 0, 0]));
    for (let sent = 0; sent < 100_000 && heard.loss === undefined; sent += 1) {
      stream.write('x');
      // The listener is in this process: it reads between two turns.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(heard.loss).toMatchObject({ kind: 'violation', code: 1009 });
  });

  test('a message may come in 1024 fragments', async () => {
    const { stream, heard } = await connect();
    const fragment = Buffer.concat([Buffer.from([0x00, 0xfe, 4, 0, 0, 0, 0, 0]), Buffer.alloc(1024, 'x')]);
    stream.write(maskedFrame(2, '', false));
    stream.write(repeated(fragment, 1022));
    stream.write(maskedFrame(0, 'end'));
    await heard.receives(1);
    expect(heard.received[0]?.data).toHaveLength(1022 * 1024 + 3);
  });
});

describe('a peer that floods', () => {
  test('with pings and does not read gets no more answers than the system takes, and the last one', async () => {
    const { stream, heard } = await connect();
    await written(stream, repeated(maskedFrame(9, 'x'.repeat(125)), 500_000));
    await written(stream, Buffer.concat([maskedFrame(9, 'last'), maskedFrame(1, 'behind')]));
    await heard.receives(1);
    const answers = await bytesThrough(stream, rawFrame(10, 'last'));
    expect(answers.length / 127).toBeLessThan(250_000);
  });

  test('with pings and reads hears an answer to the last of them', async () => {
    const { stream } = await connect();
    stream.write(Buffer.concat([repeated(maskedFrame(9, ''), 1000), maskedFrame(9, 'last')]));
    const { frames } = parseFrames(await bytesThrough(stream, rawFrame(10, 'last')));
    expect(frames.every(({ opcode }) => opcode === 10)).toBe(true);
  });

  test('with empty messages is heard, message by message', async () => {
    const { stream, heard } = await connect();
    stream.write(repeated(maskedFrame(1, ''), 100_000));
    await heard.receives(100_000);
    expect(heard.types.length).toBeLessThan(1000);
  });

  test('with its first bytes only keeps nobody else waiting', async () => {
    const { open, stream } = await connect();
    stream.write(maskedFrame(1, 'x').subarray(0, 1));
    const other = await open();
    other.stream.write(maskedFrame(1, 'a'));
    await other.heard.receives(1);
  });
});

describe('a pong', () => {
  test('overtakes what waits for a slow peer', async () => {
    const { stream, socket, heard } = await connect();
    socket.write(Array.from({ length: 512 }, () => binary(Buffer.alloc(64 * 1024))));
    await written(stream, Buffer.concat([maskedFrame(9, 'now'), maskedFrame(1, 'behind')]));
    await heard.receives(1);
    const before = await bytesThrough(stream, rawFrame(10, 'now'));
    expect(before.length).toBeLessThan(16 * 1024 * 1024);
  });
});
