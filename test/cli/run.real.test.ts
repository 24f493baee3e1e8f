import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { directory, hawser, runConfig, sentences, startConfig } from './command.ts';
import { serve, withheldPeer } from './server.ts';

const FROM_STDIN = 'sources:\n  - { name: in, stdin: {} }\n';
const TO_STDOUT = 'sinks:\n  - { name: out, stdout: {} }\n';
const from = (url: string) => `sources:\n  - name: exchange\n    web-socket: { url: "${url}" }\n`;
const to = (url: string) => `sinks:\n  - { name: peer, web-socket: { url: "${url}" } }\n`;

describe('hawser run', () => {
  test('five lines of config print the messages of a server, in order', async () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => String(index));
    const url = await serve((socket) => {
      for (const number of numbers) socket.send(number);
    });
    const { code, stdout } = await runConfig(from(url) + TO_STDOUT, ['--for', '1s']);
    expect({ code, lines: stdout.split('\n') }).toEqual({ code: 0, lines: [...numbers, ''] });
  });

  test('a file is copied to a file, line by line, and the command ends by itself', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => JSON.stringify({ index }));
    const cwd = await directory({
      'in.txt': lines.join('\n'),
      'it.yaml':
        'sources:\n  - { name: in, file: { path: in.txt } }\nsinks:\n  - { name: out, file: { path: out.txt } }\n',
    });
    const { code } = await hawser(['run', 'it.yaml'], { cwd }).ended;
    const written = await readFile(join(cwd, 'out.txt'), 'utf8');
    expect({ code, lines: written.split('\n') }).toEqual({ code: 0, lines: [...lines, ''] });
  });

  test('stdin is passed to stdout until its end', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `{"index":${index}}\n`).join('');
    const { code, stdout } = await runConfig(FROM_STDIN + TO_STDOUT, [], { stdin: lines });
    expect({ code, same: stdout === lines }).toEqual({ code: 0, same: true });
  });

  test('--for ends a pipeline whose stdin stays open', async () => {
    const { code } = await runConfig(FROM_STDIN + TO_STDOUT, ['--for', '100ms']);
    expect(code).toBe(0);
  });

  test('undelivered events are counted by sink, and the exit code is 1', async () => {
    const { url } = await withheldPeer();
    const config = FROM_STDIN + to(url);
    const { code, stderr } = await runConfig(config, ['--for', '1s', '--drain', '100ms'], { stdin: '1\n2\n3\n' });
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({ code: 1, last: '3 events undelivered: peer 3' });
  });

  test('a connection that fails for good ends the command with its cause and exit code 1', async () => {
    const url = await serve(() => {}, { path: '/elsewhere' });
    const { code, stderr } = await runConfig(from(url) + TO_STDOUT);
    const last = 'failed: exchange: the peer answered the upgrade with 400';
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({ code: 1, last });
  });

  test('a sink that gives up after the end of its source is told with its cause', async () => {
    const reconnect = 'reconnect: { max-attempts: 2, initial-backoff: 10ms }';
    const sink = `sinks:\n  - { name: peer, web-socket: { url: "ws://127.0.0.1:1/", ${reconnect} } }\n`;
    const { code, stderr } = await runConfig(FROM_STDIN + sink, [], { stdin: '1\n2\n3\n' });
    const last = 'failed: peer: connect ECONNREFUSED 127.0.0.1:1; 3 events undelivered: peer 3';
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({ code: 1, last });
  });

  test('events that a full buffer drops are warned of and counted at the end', async () => {
    const { url } = await withheldPeer();
    const buffer = 'buffer: { max-events: 2, when-full: drop-newest }';
    const sink = `sinks:\n  - { name: peer, ${buffer}, web-socket: { url: "${url}", max-in-flight: { events: 1 } } }\n`;
    const command = await startConfig(FROM_STDIN + sink, ['--drain', '0'], { stdin: '1\n'.repeat(100) });
    await command.has('stderr', /its buffer is full: \d+ events dropped/);
    command.signal('SIGTERM');
    const { stderr } = await command.ended;
    const told = sentences(stderr);
    expect({ stopping: told.includes('SIGTERM: stopping at once'), last: told.at(-1) }).toEqual({
      stopping: true,
      last: expect.stringMatching(/^\d+ events? undelivered: peer \d+; in received 100, peer .* \(dropped \d+\)$/),
    });
  });

  test('a peer that does not answer the close is named', async () => {
    const url = await serve((socket) => socket.once('message', () => socket.pause()));
    const requests = 'requests: [{ op: hush }], close-timeout: 2s';
    const config = `sources:\n  - { name: exchange, web-socket: { url: "${url}", ${requests} } }\n${TO_STDOUT}`;
    const { code, stderr } = await runConfig(config, ['--for', '500ms']);
    expect({ code, told: sentences(stderr) }).toEqual({
      code: 0,
      told: expect.arrayContaining(['waiting for exchange to close']),
    });
  });

  test('a start that takes too long ends the command with its cause and exit code 1', async () => {
    const config = 'sources:\n  - name: exchange\n    web-socket:\n      url: "ws://127.0.0.1:1/"\n';
    const { code, stderr } = await runConfig(`${config}      connect: { eager-timeout: 200ms }\n${TO_STDOUT}`);
    const last = 'it cannot start: exchange: not live within connect.eager-timeout';
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({ code: 1, last });
  });

  test('a reader that closes stdout ends the command with one error line and no stack', async () => {
    const url = await serve((socket) => {
      const timer = setInterval(() => socket.send('{}'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    const command = await startConfig(from(url) + TO_STDOUT, ['--log-level', 'error']);
    await command.has('stdout', '{}');
    command.closeOutput('stdout');
    const { code, stderr } = await command.ended;
    expect(code).toBe(1);
    expect(sentences(stderr)).toEqual([expect.stringMatching(/^stdout: its reader has closed it(; .*)?$/)]);
  });

  test('a reader that closes stderr stops nothing', async () => {
    const command = await startConfig(FROM_STDIN + TO_STDOUT, ['--log-level', 'debug']);
    await command.has('stderr', 'starting');
    command.closeOutput('stderr');
    command.write('1\n');
    await command.has('stdout', '1\n');
    command.signal('SIGTERM');
    expect((await command.ended).code).toBe(0);
  });

  test('a reader that never reads does not keep the command after the drain', async () => {
    const cwd = await directory({
      'it.yaml': `sources:\n  - { name: in, file: { path: in.txt } }\n${TO_STDOUT}`,
      'in.txt': `${'x'.repeat(1000)}\n`.repeat(5000),
    });
    const command = hawser(['run', 'it.yaml', '--for', '1s', '--drain', '100ms'], { cwd });
    command.stopReading('stdout');
    expect((await command.exited).code).toBe(1);
  });

  test('a config for an app is refused, since only the app has its functions', async () => {
    const config = `sources:\n  - { name: in, function: {} }\n${TO_STDOUT}`;
    const line = 'it.yaml: in is of the kind function: only an application that embeds hawser can run it\n';
    expect(await runConfig(config)).toMatchObject({ code: 2, stdout: '', stderr: line });
  });
});
