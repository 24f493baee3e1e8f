import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as passing } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Command, directory, hawser, sentences } from '../cli/command.ts';
import { serve } from '../cli/server.ts';
import { portOf } from '../transport/raw-peer.ts';

const COUNT = 150_000;
const LINES = Array.from({ length: COUNT }, (_, at) => String(at).padEnd(200, '.'));

/** Each is written to a file as a JSON string. */
const WRITTEN = COUNT * 203;

/** Events that the buffer of the sink holds. */
const ROOM = 5_000;

/** What the second half of an outage may cost in memory, in bytes; 15 MB of text come meanwhile. */
const COST = 6 * 1024 * 1024;

/** Collects garbage often: what stays is what is kept. */
const ENV = { NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=64' };

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A command that reads a file into a sink whose server is down, and into another file. */
async function startDown(policy: string, lines = LINES) {
  const port = await freePort();
  const options = `url: "ws://127.0.0.1:${port}/", reconnect: { initial-backoff: 100ms, max-backoff: 100ms }`;
  const config = `sources:
  - { name: numbers, file: { path: numbers.txt } }
sinks:
  - { name: copy, file: { path: copy.txt } }
  - { name: store, buffer: { max-events: ${ROOM}, when-full: ${policy} }, web-socket: { ${options} } }
`;
  const cwd = await directory({ 'it.yaml': config, 'numbers.txt': `${lines.join('\n')}\n` });
  const command = hawser(['run', 'it.yaml'], { cwd, env: ENV });
  await command.has('stderr', 'cannot connect');
  return { command, copy: join(cwd, 'copy.txt'), port };
}

/** The most bytes that the command has taken. */
function peakOf({ pid }: Command): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Resolves when a file has so many bytes. */
async function grown(path: string, size: number): Promise<void> {
  while ((await stat(path)).size < size) await passing(20);
}

/** The server is there again, and takes all that the command still has for it. */
async function recover({ command, port }: Awaited<ReturnType<typeof startDown>>) {
  const received: string[] = [];
  await serve((socket) => socket.on('message', (data) => received.push(String(data))), { port });
  const { code, stderr } = await command.ended;
  return { code, received, last: sentences(stderr).at(-1) };
}

describe('a sink that is down under load', () => {
  test.each([
    ['drop-oldest', LINES.slice(-ROOM)],
    ['drop-newest', LINES.slice(0, ROOM)],
  ] as const)(
    'with %s costs no memory, holds nobody back, and what it missed is counted exactly',
    async (policy, kept) => {
      const down = await startDown(policy);
      await grown(down.copy, WRITTEN / 2);
      const half = peakOf(down.command);
      await grown(down.copy, WRITTEN);
      expect(peakOf(down.command) - half).toBeLessThan(COST);
      const { code, received, last } = await recover(down);
      expect(received).toEqual(kept);
      expect({ code, last }).toEqual({
        code: 0,
        last: expect.stringContaining(`copy delivered ${COUNT}, store delivered ${ROOM} (dropped ${COUNT - ROOM})`),
      });
    },
  );

  test('with block costs no memory, holds its source back, and gets everything in order', async () => {
    const lines = LINES.slice(0, 50_000);
    const down = await startDown('block', lines);
    await down.command.has('stderr', '"attempt":12,');
    const half = peakOf(down.command);
    await down.command.has('stderr', '"attempt":24,');
    expect(peakOf(down.command) - half).toBeLessThan(COST);
    const { size } = await stat(down.copy);
    expect(size).toBeLessThan((WRITTEN * lines.length) / COUNT / 2);
    const { code, received, last } = await recover(down);
    expect(received).toEqual(lines);
    expect({ code, last }).toEqual({ code: 0, last: expect.stringContaining(`store delivered ${lines.length}`) });
  });
});
