import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WIRE_VERSION } from '../../src/inspection/wire.ts';
import { type Command, directory, hawser } from './command.ts';
import { portOf } from './server.ts';

const GAP = { type: '@hawser.gap', id: '1', createdAt: '1001', _version: WIRE_VERSION, events: 1, reason: 'test' };
const TEXT = `${JSON.stringify(GAP)}\n`;

async function inspected(text: string, args: readonly string[] = []): Promise<Command> {
  const cwd = await directory({ 'it.jsonl': text });
  return hawser(['inspect', 'it.jsonl', ...args], { cwd });
}

async function urlOf(command: Command): Promise<string> {
  await command.has('stderr', /^inspector: \S+\n/);
  return /^inspector: (\S+)\n/.exec(command.stderr)?.[1] ?? '';
}

test('hawser inspect serves a recording where it says', async () => {
  const url = await urlOf(await inspected(TEXT));
  const answer = await fetch(`${url}recording`);
  expect(await answer.text()).toBe(TEXT);
});

test('hawser inspect serves it on the port that it is told', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  const url = await urlOf(await inspected(TEXT, ['--port', String(port)]));
  expect(new URL(url).port).toBe(String(port));
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends hawser inspect with exit code 0', async (signal) => {
  const command = await inspected(TEXT);
  const url = await urlOf(command);
  command.signal(signal);
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: `inspector: ${url}\n` });
});

test('hawser inspect says in one line what is wrong with a recording, and exits with 2', async () => {
  const { code, stdout, stderr } = await (await inspected(`${TEXT}hello\n${TEXT}`)).ended;
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'it.jsonl:2: is not a JSON object; expected a recording, as `hawser run FILE --record RECORDING` writes one\n',
  });
});

test('hawser inspect names a recording that is missing', async () => {
  const path = join(await directory(), 'none.jsonl');
  const { code, stderr } = await hawser(['inspect', path]).ended;
  expect({ code, stderr }).toEqual({ code: 2, stderr: `${path}: cannot be read: no such file\n` });
});

test('hawser inspect names a port that is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server.address());
  const { code, stderr } = await (await inspected(TEXT, ['--port', String(port)])).ended;
  await new Promise((resolve) => server.close(resolve));
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining(`127.0.0.1:${port} is taken (EADDRINUSE)`),
  });
});
