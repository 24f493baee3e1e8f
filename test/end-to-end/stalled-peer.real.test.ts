import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { type Command, sentences, startConfig } from '../cli/command.ts';
import { framesUntilEnd, openRawPeer, type RawFrame } from '../transport/raw-peer.ts';
import { addressOf } from './listening.ts';
import { startProcess } from './processes.ts';

const PEERS = 499;
const MESSAGES = 16_000;
/** Bytes of each. */
const SIZE = 500;
/** Messages per second. */
const RATE = 3000;
/** Bytes. Of the 4 GB that go out nothing may stay. */
const MOST_MEMORY = 400_000_000;

interface Flood {
  readonly command: Command;
  /** Milliseconds from the first byte to the last one that the 499 have got. */
  readonly duration: number;
  /** Most memory that the command has taken, in bytes. */
  readonly memory: number;
}

interface StalledFlood extends Flood {
  /** Upgraded, and reads nothing more. */
  readonly stalled: Socket;
}

async function floodWithStalled(policy: string): Promise<StalledFlood> {
  const joined: Socket[] = [];
  const flooded = await flood(policy, async (port) => joined.push(await openRawPeer(port)));
  const [stalled] = joined;
  if (!stalled) throw new Error('nobody has joined');
  return { ...flooded, stalled };
}

let alone: Promise<Flood> | undefined;

/** Without a stalled peer; once for all tests. */
function floodAlone(): Promise<Flood> {
  alone ??= flood('disconnect', async () => {}).then(async (flooded) => {
    flooded.command.closeInput();
    await flooded.command.ended;
    return flooded;
  });
  return alone;
}

/** A command that sends a flood from its stdin to 499 peers, which get all of it in order, and to who joins. */
async function flood(policy: string, join: (port: number) => Promise<unknown>): Promise<Flood> {
  const bounds = `send-buffer-capacity: 5000, send-buffer-bytes: 1MiB, slow-peer: ${policy}`;
  const mode = 'mode: server-output, heartbeat: off, close-timeout: 500ms';
  const sink = `{ name: feed, web-socket: { ${mode}, server: { bind: "127.0.0.1:0", ${bounds} } } }`;
  const command = await startConfig(`sources:\n  - { name: in, stdin: {} }\nsinks:\n  - ${sink}\n`);
  const port = Number(new URL(await addressOf(command, '/')).port);
  const crowd = startProcess('crowd.mjs', ...[port, PEERS, MESSAGES, SIZE].map(String));
  await crowd.prints('connected');
  await join(port);
  writeAtRate(command);
  const duration = Number(await crowd.prints('received'));
  return { command, duration, memory: memoryOf(command) };
}

function writeAtRate(command: Command): void {
  const started = performance.now();
  let written = 0;
  const timer = setInterval(() => {
    const due = Math.min(MESSAGES, Math.ceil(((performance.now() - started) / 1000) * RATE));
    const lines = Array.from({ length: due - written }, (_, index) => message(written + index));
    if (lines.length > 0) command.write(`${lines.join('\n')}\n`);
    written = due;
    if (written === MESSAGES) clearInterval(timer);
  }, 5);
  onTestFinished(() => clearInterval(timer));
}

function message(index: number): string {
  return String(index).padEnd(SIZE, '.');
}

/** The high-water mark that the system keeps. */
function memoryOf({ pid }: Command): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

function textsOf(frames: readonly RawFrame[]): string[] {
  return frames.filter(({ opcode }) => opcode === 1).map(({ payload }) => payload.toString());
}

/** What the last line says of its peers. */
function lastCounts(stderr: string): { readonly slow: number; readonly dropped: number } {
  const last = sentences(stderr).at(-1) ?? '';
  const count = (word: string) => Number(new RegExp(`\\b${word} (\\d+)`).exec(last)?.[1] ?? 0);
  return { slow: count('too slow'), dropped: count('dropped') };
}

function expectUnharmed(stalled: Flood, usual: Flood): void {
  const ratios = { duration: stalled.duration / usual.duration, memory: stalled.memory / usual.memory };
  expect(ratios.duration).toBeLessThan(2);
  expect(ratios.memory).toBeLessThan(1.5);
  expect(stalled.memory).toBeLessThan(MOST_MEMORY);
}

test('a peer that stalls among 500 is disconnected, and the others get everything in order at the same pace', async () => {
  const usual = await floodAlone();
  const { stalled, command, ...flooded } = await floodWithStalled('disconnect');
  await command.has('stderr', '1 peer disconnected: too slow');
  const rest = framesUntilEnd(stalled);
  command.closeInput();
  const [{ code, stderr }, texts] = [await command.ended, textsOf(await rest)];
  expect({ code, slow: lastCounts(stderr).slow }).toEqual({ code: 0, slow: 1 });
  expect(texts.length).toBeLessThan(MESSAGES);
  expect(texts).toEqual(texts.map((_, index) => message(index)));
  expectUnharmed({ command, ...flooded }, usual);
});

test('a peer that stalls among 500 and is to miss the oldest misses what is counted, and the others nothing', async () => {
  const usual = await floodAlone();
  const { stalled, command, ...flooded } = await floodWithStalled('drop-oldest');
  const rest = framesUntilEnd(stalled);
  command.closeInput();
  const [{ code, stderr }, texts] = [await command.ended, textsOf(await rest)];
  const { slow, dropped } = lastCounts(stderr);
  expect({ code, slow, all: texts.length + dropped }).toEqual({ code: 0, slow: 0, all: MESSAGES });
  expect(dropped).toBeGreaterThan(0);
  const numbers = texts.map((text) => Number.parseInt(text, 10));
  expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
  expect([new Set(numbers).size, texts.at(-1)]).toEqual([texts.length, message(MESSAGES - 1)]);
  expectUnharmed({ command, ...flooded }, usual);
});
