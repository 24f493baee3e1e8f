import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Command, directory, hawser, sentences, startConfig } from './command.ts';
import { portOf } from './server.ts';

const PASS_ON = 'sources:\n  - { name: in, stdin: {} }\nsinks:\n  - { name: out, stdout: {} }\n';

async function urlOf(command: Command): Promise<string> {
  await command.has('stderr', /inspector: \S+\//);
  return /inspector: (http\S+\/)/.exec(command.stderr)?.[1] ?? '';
}

/** What the inspector says of the session when it is asked at this url. */
async function sessionAt(url: string): Promise<unknown> {
  return (await fetch(`${url}session`)).json();
}

describe('hawser run --inspect', () => {
  test('says where the inspector is, and serves it there', async () => {
    const url = await urlOf(await startConfig(PASS_ON, ['--inspect']));
    expect(await sessionAt(url)).toMatchObject({ mode: 'live', control: false });
  });

  test('does not take the file behind it for a port', async () => {
    const cwd = await directory({ 'it.yaml': PASS_ON });
    const url = await urlOf(hawser(['run', '--inspect', 'it.yaml'], { cwd }));
    expect(await sessionAt(url)).toMatchObject({ mode: 'live' });
  });

  test('serves it on the port that it is given', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = portOf(server.address());
    await new Promise((resolve) => server.close(resolve));
    const url = await urlOf(await startConfig(PASS_ON, [`--inspect=${port}`]));
    expect(new URL(url).port).toBe(String(port));
  });

  test('says it also where no such lines are wanted', async () => {
    const command = await startConfig(PASS_ON, ['--inspect', '--log-level', 'silent']);
    expect(await sessionAt(await urlOf(command))).toMatchObject({ mode: 'live' });
  });

  test('ends with the pipeline', async () => {
    const command = await startConfig(PASS_ON, ['--inspect']);
    const url = await urlOf(command);
    command.closeInput();
    const { code } = await command.ended;
    const answer = await sessionAt(url).catch(() => 'gone');
    expect({ code, answer }).toEqual({ code: 0, answer: 'gone' });
  });

  test('with a port that is taken starts nothing, says so, and exits with 2', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = portOf(server.address());
    const { code, stdout, stderr } = await (await startConfig(PASS_ON, [`--inspect=${port}`], { stdin: '{"a":1}\n' }))
      .ended;
    await new Promise((resolve) => server.close(resolve));
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`^hawser: inspector: 127.0.0.1:${port} is taken .*\n$`)),
    });
  });

  test('with what is no port exits with 2', async () => {
    const { code, stderr } = await (await startConfig(PASS_ON, ['--inspect=seven'])).ended;
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('"seven" is not a port from 0 to 65535'),
    });
  });
});

test('hawser run --inspect-control serves an inspector with control', async () => {
  const url = await urlOf(await startConfig(PASS_ON, ['--inspect-control']));
  expect(await sessionAt(url)).toMatchObject({ control: true });
});

test('the page of --inspect-control stops the run in order', async () => {
  const command = await startConfig(PASS_ON, ['--inspect-control']);
  const url = await urlOf(command);
  await command.has('stderr', 'starting');
  await fetch(`${url}stop`, { method: 'POST' });
  const { code, stderr } = await command.ended;
  expect({ code, last: sentences(stderr).at(-1) }).toEqual({
    code: 0,
    last: expect.stringMatching(/stopped|ended|done/),
  });
});

describe('hawser run --record', () => {
  test('writes what happened from the start to the end', async () => {
    const command = await startConfig(PASS_ON, ['--record', 'it.jsonl'], { stdin: '{"a":1}\n' });
    await command.ended;
    const lines = await recordOf(command);
    const types = new Set(lines.map(({ type }) => type));
    expect([...types].sort()).toEqual([
      '@hawser.samples',
      '@hawser.stop',
      '@xstate.actor',
      '@xstate.event',
      '@xstate.snapshot',
    ]);
  });

  test('to where nothing can be written starts nothing, says so, and exits with 2', async () => {
    const cwd = await directory({ 'it.yaml': PASS_ON });
    await mkdir(join(cwd, 'taken'));
    const { code, stdout, stderr } = await hawser(['run', 'it.yaml', '--record', 'taken'], { cwd, stdin: '{"a":1}\n' })
      .ended;
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^hawser: .*taken.*it is a directory.*\n$/),
    });
  });

  async function recordOf(command: Command): Promise<{ type: string }[]> {
    const text = await readFile(join(command.cwd, 'it.jsonl'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
});
