import { readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as passing } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Command, startConfig } from '../cli/command.ts';
import { addressOf } from '../end-to-end/listening.ts';
import { dialRaw, exchange, join, upgradeTo } from '../web-socket/served.ts';

const CONFIG = `sources:
  - { name: in, web-socket: { mode: server-input, server: { bind: "127.0.0.1:0", path: /room, allowed-origins: ["https://app.example"] } } }
sinks:
  - { name: out, stdout: {} }
`;

/** Of each kind; all at once. */
const CROWD = 40;

/** Sockets that a process has open. */
function socketsOf({ pid }: Command): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((name) => linkOf(`${folder}/${name}`).startsWith('socket:')).length;
}

/** Nothing once it has been closed. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** The first line that the other side answers before it ends the connection; `gone` when it answers nothing. */
async function answerTo(port: number, bytes: string): Promise<string> {
  return (await exchange(port, bytes)).slice(0, 12) || 'gone';
}

/** An upgrade request that comes byte by byte. */
async function answerToDrip(port: number): Promise<string> {
  const stream = await dialRaw(port);
  const bytes = [...upgradeTo('/room')];
  const drip = setInterval(() => stream.write(bytes.shift() ?? ''), 100);
  const heard = await untilEnd(stream);
  clearInterval(drip);
  return heard.slice(0, 12) || 'gone';
}

function untilEnd(stream: Socket): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    stream.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    stream.once('close', () => resolve(heard));
  });
}

test('a crowd of bad handshakes is answered or timed out, leaves no connection, and the next peer is served', async () => {
  const command = await startConfig(CONFIG);
  const port = Number(new URL(await addressOf(command, '/room')).port);
  const before = socketsOf(command);
  const headers = Array.from({ length: 2_000 }, (_, at) => `X-${at}: y`);
  const crowd: readonly (() => Promise<string>)[] = [
    () => answerToDrip(port),
    () => answerTo(port, ''),
    () => answerTo(port, upgradeTo('/room').slice(0, 60)),
    () => answerTo(port, upgradeTo('/room', ...headers)),
    () => answerTo(port, upgradeTo('/room', 'Origin: https://evil.example')),
    () => answerTo(port, upgradeTo('/elsewhere')),
    () => answerTo(port, 'GET /room HTTP/1.1\r\nHost: x\r\n\r\n'),
    () => answerTo(port, '\u0016\u0003\u0001\u0002\u0000hello\r\n\r\n'),
  ];
  const answers = await Promise.all(crowd.map((one) => Promise.all(Array.from({ length: CROWD }, one))));
  expect(answers.map((each) => [...new Set(each)])).toEqual([
    ['HTTP/1.1 408'],
    ['HTTP/1.1 408'],
    ['HTTP/1.1 408'],
    ['HTTP/1.1 431'],
    ['HTTP/1.1 403'],
    ['HTTP/1.1 404'],
    ['HTTP/1.1 426'],
    ['HTTP/1.1 400'],
  ]);
  // The system tells us of the end before the command has let go.
  while (socketsOf(command) > before) await passing(10);
  const peer = await join(`ws://127.0.0.1:${port}/room`);
  peer.socket.send('still served');
  await command.has('stdout', 'still served');
});

test('a flood of upgrades, most of them cut off, leaves no connection, and the next peer is served', async () => {
  const command = await startConfig(CONFIG);
  const port = Number(new URL(await addressOf(command, '/room')).port);
  const before = socketsOf(command);
  const request = upgradeTo('/room');
  for (let round = 0; round < 10; round += 1) {
    const streams = await Promise.all(Array.from({ length: 100 }, () => dialRaw(port)));
    for (const [at, stream] of streams.entries()) {
      stream.write(request.slice(0, at % 3 === 0 ? request.length : 40));
      if (at % 2 === 0) stream.resetAndDestroy();
      else stream.end();
    }
    await Promise.all(streams.map((stream) => stream.closed || untilEnd(stream.resume())));
  }
  while (socketsOf(command) > before) await passing(10);
  const peer = await join(`ws://127.0.0.1:${port}/room`);
  peer.socket.send('still served');
  await command.has('stdout', 'still served');
});
