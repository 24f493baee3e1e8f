import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Command, directory, hawser, runConfig, sentences, startConfig } from './command.ts';
import { portOf } from './server.ts';

const FROM_STDIN = 'sources:\n  - { name: in, stdin: {} }\n';
const CHAT = 'server: { bind: "127.0.0.1:0", path: /chat }';
const BROADCAST = `${FROM_STDIN}sinks:\n  - { name: chat, web-socket: { mode: server-output, ${CHAT} } }\n`;

async function urlOf(command: Command): Promise<string> {
  await command.has('stderr', /listening on ws:\S+\/chat/);
  return /listening on (ws:\S+\/chat)/.exec(command.stderr)?.[1] ?? '';
}

describe('a sink that listens', () => {
  test('says where, and sends what comes to its peers', async () => {
    const command = await startConfig(BROADCAST);
    const peer = new WebSocket(await urlOf(command));
    await once(peer, 'open');
    const received = once(peer, 'message');
    command.write('hello\n');
    expect(String((await received)[0])).toBe('hello');
    command.signal('SIGTERM');
    expect((await command.ended).code).toBe(0);
  });

  test('says at the end what nobody has heard', async () => {
    const command = await startConfig(BROADCAST);
    const url = await urlOf(command);
    command.write('hello\n');
    await command.has('stderr', 'listening');
    command.closeInput();
    const { code, stderr } = await command.ended;
    const address = url.replace('ws://', '');
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({
      code: 0,
      last: `stopped: in received 1, chat delivered 1, peers of ${address} (unheard 1)`,
    });
  });

  test('ends the command with one line and exit code 1 when its address is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = `127.0.0.1:${portOf(taken.address())}`;
    const { code, stderr } = await runConfig(BROADCAST.replace('127.0.0.1:0', address));
    taken.close();
    expect({ code, last: sentences(stderr).at(-1) }).toEqual({
      code: 1,
      last: expect.stringMatching(new RegExp(`^it cannot start: .*${address} is taken`)),
    });
  });
});

describe('a relay', () => {
  test('is one source for hawser check, whatever it consists of', async () => {
    const relay = `mode: relay, url: "ws://127.0.0.1:1/", ${CHAT}`;
    const cwd = await directory({ 'it.yaml': `sources:\n  - { name: chat, web-socket: { ${relay} } }\n` });
    expect(await hawser(['check', 'it.yaml'], { cwd }).ended).toMatchObject({ stdout: 'ok: 1 source, 0 sinks\n' });
  });

  test('that is a sink is one sink for hawser check', async () => {
    const config = `${FROM_STDIN}sinks:\n  - { name: chat, web-socket: { mode: relay, ${CHAT} } }\n`;
    const cwd = await directory({ 'it.yaml': config });
    expect(await hawser(['check', 'it.yaml'], { cwd }).ended).toMatchObject({ stdout: 'ok: 1 source, 1 sink\n' });
  });
});

describe('SIGHUP', () => {
  test('reads certificates again and ends nothing', async () => {
    const command = await startConfig(BROADCAST);
    const url = await urlOf(command);
    command.signal('SIGHUP');
    await command.has('stderr', 'SIGHUP: reading certificates again');
    const peer = new WebSocket(url);
    await once(peer, 'open');
    command.signal('SIGTERM');
    expect((await command.ended).code).toBe(0);
  });
});
