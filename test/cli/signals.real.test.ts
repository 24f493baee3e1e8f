import { describe, expect, test } from 'vitest';
import { startConfig } from './command.ts';
import { withheldPeer } from './server.ts';

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  async function owing(args: string[] = [], env: Record<string, string> = {}) {
    const peer = await withheldPeer();
    const config = `sources:\n  - { name: in, stdin: {} }\nsinks:\n  - { name: peer, web-socket: { url: "${peer.url}" } }\n`;
    const command = await startConfig(config, args, { env });
    await command.has('stderr', 'starting');
    command.write('1\n2\n');
    await command.has('stderr', 'live: ');
    return { peer, command };
  }

  test('what is owed is delivered before the end', async () => {
    const { peer, command } = await owing();
    command.signal(signal);
    await command.has('stderr', `${signal}: stopping`);
    peer.answer();
    const { code } = await command.ended;
    expect({ code, received: peer.received }).toEqual({ code: 0, received: ['1', '2'] });
  });

  test('what is still owed after --drain is counted', async () => {
    const { command } = await owing(['--drain', '100ms']);
    command.signal(signal);
    const { code, stderr } = await command.ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('2 events undelivered: peer 2') });
  });

  test('a second one ends the command at once', async () => {
    const { command } = await owing(['--drain', '1d']);
    command.signal(signal);
    await command.has('stderr', `${signal}: stopping`);
    command.signal(signal);
    const { signal: died, stderr } = await command.ended;
    expect({ died, stderr }).toEqual({ died: signal, stderr: expect.stringContaining(`${signal} again`) });
  });

  test('the second one that npm makes of one Ctrl-C is ignored', async () => {
    const { peer, command } = await owing([], { npm_lifecycle_event: 'start' });
    command.signal(signal);
    await command.has('stderr', `${signal}: stopping`);
    command.signal(signal);
    peer.answer();
    expect((await command.ended).code).toBe(0);
  });
});

test('a signal during the start is a stop, not a failure', async () => {
  const config = [
    'sources:',
    '  - name: exchange',
    '    web-socket: { url: "ws://127.0.0.1:1/", connect: { eager-timeout: 1m } }',
    'sinks:',
    '  - { name: out, stdout: {} }',
  ];
  const command = await startConfig(config.join('\n'));
  await command.has('stderr', 'next attempt');
  command.signal('SIGTERM');
  expect((await command.ended).code).toBe(0);
});
