import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { directory, hawser, sentences } from './command.ts';
import { serve } from './server.ts';

/** A server that sends one event to each peer, and the folder of a config that reads it. */
async function folder(): Promise<string> {
  const url = await serve((socket) => socket.send('{"id":"seven"}'));
  const options = `url: "${url}", cursor: { header-name: x-from, value-field: id, initial-value: "0" }`;
  const config = `sources:\n  - { name: exchange, web-socket: { ${options} } }\nsinks:\n  - { name: out, stdout: {} }\n`;
  return directory({ 'it.yaml': config });
}

/** Runs the config from another folder until its event is out. */
async function run(cwd: string, args: string[] = []) {
  const command = hawser(['run', join(cwd, 'it.yaml'), ...args], { cwd: await directory() });
  await command.has('stdout', 'seven');
  command.signal('SIGTERM');
  return command.ended;
}

const FILE = join('cursors', 'it.exchange.json');

describe('cursors', () => {
  test('are kept in .hawser beside the config', async () => {
    const cwd = await folder();
    const { code } = await run(cwd);
    const text = await readFile(join(cwd, '.hawser', FILE), 'utf8');
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('"value":"seven"') });
  });

  test('are kept in --state-dir', async () => {
    const cwd = await folder();
    const state = await directory();
    await run(cwd, ['--state-dir', state]);
    expect([await readFile(join(state, FILE), 'utf8'), await readdir(cwd)]).toEqual([
      expect.stringContaining('"value":"seven"'),
      ['it.yaml'],
    ]);
  });

  test('are unlocked at the end', async () => {
    const cwd = await folder();
    await run(cwd);
    expect(await readdir(join(cwd, '.hawser', 'cursors'))).toEqual(['it.exchange.json']);
  });

  test('that are broken end the command with one line, before anything is taken, and exit code 1', async () => {
    const cwd = await folder();
    await run(cwd);
    const path = join(cwd, '.hawser', FILE);
    await writeFile(path, '');
    const { code, stdout, stderr } = await hawser(['run', join(cwd, 'it.yaml')]).ended;
    const advice = 'restore it, or delete it to start from initial-value';
    expect({ code, stdout, last: sentences(stderr).at(-1) }).toEqual({
      code: 1,
      stdout: '',
      last: `it cannot start: exchange: the cursor ${path} is empty; ${advice}`,
    });
  });

  test('that another run keeps end the command with a line that names it, and exit code 1', async () => {
    const cwd = await folder();
    const first = hawser(['run', join(cwd, 'it.yaml')]);
    await first.has('stdout', 'seven');
    const { code, stderr } = await hawser(['run', join(cwd, 'it.yaml')]).ended;
    const path = join(cwd, '.hawser', FILE);
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({
      code: 1,
      last: `it cannot start: exchange: ${path} is in use by process ${first.pid}; its lock is ${path}.lock`,
    });
  });

  test('of a run that was killed are taken over', async () => {
    const cwd = await folder();
    const first = hawser(['run', join(cwd, 'it.yaml')]);
    await first.has('stdout', 'seven');
    first.signal('SIGKILL');
    await first.ended;
    expect((await run(cwd)).code).toBe(0);
  });
});
