import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { type Command, sentences, startConfig } from '../cli/command.ts';
import { serve } from '../cli/server.ts';
import { Watch } from '../end-to-end/watch.ts';

/** Sends 0, 1, 2, … as fast as the other side reads. */
function flood(socket: WebSocket): void {
  let next = 0;
  const send = () => {
    if (socket.readyState !== socket.OPEN) return;
    for (let left = 500; left > 0 && socket.bufferedAmount < 1_000_000; left -= 1) {
      socket.send(String(next));
      next += 1;
    }
    setImmediate(send);
  };
  send();
}

/** A command between a flood and a peer that writes down what it gets, and answers pings unless it is told not to. */
async function startFlooded({ answers }: { readonly answers: boolean }) {
  const received: string[] = [];
  const watch = new Watch();
  const peer = await serve(
    (socket) =>
      socket.on('message', (data) => {
        received.push(String(data));
        watch.changed();
      }),
    { autoPong: answers },
  );
  const feed = await serve(flood);
  const source = `{ name: feed, web-socket: { url: "${feed}" } }`;
  const command = await startConfig(
    `sources:\n  - ${source}\nsinks:\n  - { name: store, web-socket: { url: "${peer}" } }\n`,
  );
  await watch.until(() => received.length >= 5_000);
  return { command, received };
}

/** Events that the last line says were received and delivered. */
function counts(stderr: string): { readonly received: number; readonly delivered: number } {
  const last = sentences(stderr).at(-1) ?? '';
  const count = (word: string) => Number(new RegExp(`\\b${word} (\\d+)`).exec(last)?.[1]);
  return { received: count('received'), delivered: count('delivered') };
}

async function ended(command: Command, signals: readonly NodeJS.Signals[]) {
  const from = performance.now();
  for (const signal of signals) {
    command.signal(signal);
    await command.has('stderr', `${signal}: stopping`);
  }
  const end = await command.ended;
  return { ...end, took: performance.now() - from };
}

describe('under load', () => {
  test('a SIGTERM has all that was received delivered, in order and once, and ends with 0', async () => {
    const { command, received } = await startFlooded({ answers: true });
    const { code, stderr, took } = await ended(command, ['SIGTERM']);
    expect(took).toBeLessThan(10_000);
    expect({ code, ...counts(stderr) }).toEqual({ code: 0, received: received.length, delivered: received.length });
    expect(received).toEqual(received.map((_, index) => String(index)));
  });

  test('a second SIGTERM ends the command at once', async () => {
    const { command } = await startFlooded({ answers: false });
    const { signal, took } = await ended(command, ['SIGTERM', 'SIGTERM']);
    expect(signal).toBe('SIGTERM');
    expect(took).toBeLessThan(2_000);
  });
});
