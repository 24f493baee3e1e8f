import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startPeer } from '../end-to-end/peer.ts';
import { directory, hawser, sentences } from './command.ts';

/** A store that may be asked to take nothing, and the folder of a config that sends it what is in a file. */
async function folder() {
  const store = { open: false };
  const peer = await startPeer({ refuse: () => (store.open ? undefined : { status: 503 }) });
  const config = [
    'sources:',
    '  - { name: numbers, file: { path: numbers.txt } }',
    'sinks:',
    `  - { name: store, buffer: { type: disk }, web-socket: { url: "${peer.url}" } }`,
    '',
  ].join('\n');
  const cwd = await directory({ 'it.yaml': config, 'numbers.txt': '1\n2\n3\n' });
  return { store, peer, cwd };
}

describe('a buffer on disk', () => {
  test('keeps what a stop could not deliver: exit code 0, and the last line says how much', async () => {
    const { cwd } = await folder();
    const { code, stderr } = await hawser(['run', 'it.yaml', '--for', '500ms', '--drain', '0'], { cwd }).ended;
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({
      code: 0,
      last: 'stopped: numbers received 3, store delivered 0 (on disk 3)',
    });
  });

  test('is delivered by the next run, before what is new', async () => {
    const { cwd, store, peer } = await folder();
    await hawser(['run', 'it.yaml', '--for', '500ms', '--drain', '0'], { cwd }).ended;
    store.open = true;
    const { code } = await hawser(['run', 'it.yaml'], { cwd }).ended;
    expect({ code, texts: peer.texts }).toEqual({ code: 0, texts: ['1', '2', '3', '1', '2', '3'] });
  });

  test('is in .hawser beside the config, without a lock after the end', async () => {
    const { cwd } = await folder();
    await hawser(['run', 'it.yaml', '--for', '500ms', '--drain', '0'], { cwd }).ended;
    expect(await readdir(join(cwd, '.hawser', 'buffers'))).toEqual(['it.store']);
  });

  test('that a second command wants too ends that one with one line, and exit code 1', async () => {
    const { cwd } = await folder();
    const first = hawser(['run', 'it.yaml'], { cwd });
    await first.has('stderr', 'cannot connect');
    const { code, stderr } = await hawser(['run', 'it.yaml'], { cwd }).ended;
    first.signal('SIGKILL');
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({
      code: 1,
      last: expect.stringMatching(/^it cannot start: store: .*it\.store is in use by .*process/),
    });
  });
});
