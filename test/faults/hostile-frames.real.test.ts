import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Command, startConfig } from '../cli/command.ts';
import { addressOf } from '../end-to-end/listening.ts';
import {
  framesUntilEnd,
  maskedFrame,
  openRawPeer,
  rawFrame,
  startRawServer,
  switchingProtocols,
} from '../transport/raw-peer.ts';

/** What an attack may cost the command in memory, in bytes: each of them would need far more if it were let through. */
const COST = 48 * 1024 * 1024;

type Frame = typeof maskedFrame;

/** Each with the code that it is told off with. */
const ATTACKS: readonly { readonly what: string; readonly code: number; readonly bytes: (frame: Frame) => Buffer }[] = [
  { what: 'a frame above the limit', code: 1009, bytes: (frame) => announced(frame, 2 ** 30) },
  { what: 'a million empty fragments', code: 1008, bytes: (frame) => fragments(frame, '') },
  { what: 'a million fragments of a byte', code: 1008, bytes: (frame) => fragments(frame, 'x') },
  { what: 'a bomb of 256 MiB that is deflated', code: 1002, bytes: (frame) => bomb(frame) },
];

const PINGS = 500_000;

/** The head of a frame with so many bytes, and 1 MiB of them. */
function announced(frame: Frame, length: number): Buffer {
  const [first = 0, second = 0] = frame(2, '');
  const head = Buffer.from([
    first,
    (second & 0x80) | 127,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...(second & 0x80 ? [0, 0, 0, 0] : []),
  ]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(1024 * 1024)]);
}

function fragments(frame: Frame, payload: string): Buffer {
  const next = frame(0, payload, false);
  return Buffer.concat([frame(1, payload, false), Buffer.alloc(next.length * 1_000_000, next)]);
}

/** Marked as compressed (RFC 7692, section 6), though nobody has agreed to that. */
function bomb(frame: Frame): Buffer {
  const zeros = deflateRawSync(Buffer.alloc(256 * 1024 * 1024));
  const head = announced(frame, zeros.length).subarray(0, frame(2, '').length + 8);
  head.writeUInt8(head.readUInt8(0) | 0x40, 0);
  return Buffer.concat([head, zeros]);
}

/** Bytes that the command takes now. */
function memoryOf({ pid }: Command): number {
  return memory(pid, 'VmRSS');
}

/** Most bytes that it has taken. */
function peakOf({ pid }: Command): number {
  return memory(pid, 'VmHWM');
}

function memory(pid: number | undefined, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

function codesOf(frames: readonly { readonly opcode: number; readonly payload: Buffer }[]): number[] {
  return frames.filter(({ opcode }) => opcode === 8).map(({ payload }) => payload.readUInt16BE(0));
}

/** Writes until the other side has taken it or has ended the connection. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.write(bytes, () => resolve());
  });
}

describe('a listener', () => {
  const CONFIG = `sources:
  - { name: in, web-socket: { mode: server-input, heartbeat: off, server: { bind: "127.0.0.1:0" } } }
sinks:
  - { name: out, stdout: {} }
`;

  test('closes on peers that attack it, keeps its memory, and serves the one beside them', async () => {
    const command = await startConfig(CONFIG);
    const port = Number(new URL(await addressOf(command, '/')).port);
    const bystander = await openRawPeer(port);
    bystander.write(maskedFrame(1, 'before'));
    await command.has('stdout', 'before');
    const before = memoryOf(command);
    const codes: number[][] = [];
    for (const { bytes } of ATTACKS) {
      const peer = await openRawPeer(port);
      const told = framesUntilEnd(peer);
      await write(peer, bytes(maskedFrame));
      codes.push(codesOf(await told));
    }
    expect(codes).toEqual(ATTACKS.map(({ code }) => [code]));
    const flooding = await openRawPeer(port);
    await write(flooding, Buffer.alloc(131 * PINGS, maskedFrame(9, 'x'.repeat(125))));
    bystander.write(maskedFrame(1, 'after'));
    await command.has('stdout', 'after');
    expect(peakOf(command) - before).toBeLessThan(COST);
  });
});

describe('a source', () => {
  test('leaves servers that attack it, keeps its memory, and comes back', async () => {
    const codes: number[][] = [];
    const server = await startRawServer(async (socket, head) => {
      const attack = ATTACKS[server.connections.length - 2];
      socket.write(switchingProtocols(head));
      if (server.connections.length === 1) socket.end(Buffer.concat([rawFrame(1, 'before'), rawFrame(8, '')]));
      else if (attack === undefined) {
        await write(socket, Buffer.alloc(127 * PINGS, rawFrame(9, 'x'.repeat(125))));
        socket.write(rawFrame(1, 'after'));
      } else {
        const told = framesUntilEnd(socket);
        await write(socket, attack.bytes(rawFrame));
        codes.push(codesOf(await told));
      }
    });
    onTestFinished(() => server.close());
    const reconnect = '{ initial-backoff: 300ms, max-backoff: 300ms }';
    const source = `{ name: in, web-socket: { url: "${server.url}", reconnect: ${reconnect} } }`;
    const command = await startConfig(`sources:\n  - ${source}\nsinks:\n  - { name: out, stdout: {} }\n`);
    await command.has('stdout', 'before');
    const before = memoryOf(command);
    await command.has('stdout', 'after');
    expect(codes).toEqual(ATTACKS.map(({ code }) => [code]));
    expect(peakOf(command) - before).toBeLessThan(COST);
  });
});
