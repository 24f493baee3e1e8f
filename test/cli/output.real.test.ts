import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { directory, hawser, runConfig, sentences, startConfig } from './command.ts';
import { portOf, serve } from './server.ts';

const PASS_ON = 'sources:\n  - { name: in, stdin: {} }\nsinks:\n  - { name: out, stdout: {} }\n';

describe('what the command says', () => {
  test('only events are on stdout', async () => {
    const { stdout } = await runConfig(PASS_ON, ['--log-level', 'trace'], { stdin: '{"a":1}\n' });
    expect(stdout).toBe('{"a":1}\n');
  });

  test('piped logs are JSON lines with a level, a time and a sentence', async () => {
    const { stderr } = await runConfig(PASS_ON, [], { stdin: '' });
    for (const line of stderr.trimEnd().split('\n')) {
      expect(JSON.parse(line)).toEqual(
        expect.objectContaining({
          level: 'info',
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          msg: expect.any(String),
        }),
      );
    }
  });

  test('at the start each sink says what delivered means', async () => {
    const sinks = ['pong', 'written'].map(
      (ack) => `  - { name: ${ack}, web-socket: { url: "ws://h/", ack: ${ack} } }\n`,
    );
    const { stderr } = await runConfig(PASS_ON + sinks.join(''), [], { stdin: '' });
    expect(sentences(stderr).filter((sentence) => sentence.startsWith('delivered means'))).toEqual([
      'delivered means: the operating system has taken it',
      "delivered means: the peer's endpoint has answered a ping sent after it (ack: pong)",
      'delivered means: the operating system has taken it; what it and the peer hold can be lost (ack: written)',
    ]);
  });

  test('--log-level leaves out what is below it', async () => {
    const { stderr } = await runConfig(PASS_ON, ['--log-level', 'warn'], { stdin: '' });
    expect(stderr).toBe('');
  });

  test('warnings of the config are logged', async () => {
    const { stderr } = await runConfig('sources:\n  - { name: in, stdin: {} }\n', [], { stdin: '' });
    expect(sentences(stderr)).toContain('it.yaml:2:5 sources[0]: no sink takes what in gives');
  });

  test('--version is the version of the package', async () => {
    const { stdout } = await hawser(['--version']).ended;
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('--help shows each command and examples', async () => {
    const { code, stdout } = await hawser(['--help']).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/run .*check .*demo .*Examples:/s) });
  });
});

describe('a secret', () => {
  const SECRET = 'tarred-and-twisted';
  const config = (url: string) =>
    `${PASS_ON}  - name: peer\n    web-socket:\n      url: "${url}?key=\${secret|KEY}"\n` +
    `      auth: { bearer-token: "\${secret|KEY}" }\n      connect: { mode: eager }\n`;

  test('from the environment is sent, and never shown, not even when a peer echoes it', async () => {
    const offers: (string | undefined)[] = [];
    const url = await serve((socket) => socket.close(4000, `${SECRET} is refused`), {
      verifyClient: ({ req }: { req: IncomingMessage }) => {
        offers.push(req.headers.authorization);
        return true;
      },
    });
    const command = await startConfig(config(url), ['--log-level', 'trace'], { env: { HAWSER_SECRET_KEY: SECRET } });
    await command.has('stderr', 'closed with 4000');
    command.signal('SIGTERM');
    const { stdout, stderr } = await command.ended;
    expect({ offer: offers[0], shown: (stdout + stderr).includes(SECRET) }).toEqual({
      offer: `Bearer ${SECRET}`,
      shown: false,
    });
  });

  test('from --secrets-dir is sent, and never shown when the handshake is refused', async () => {
    const offers: (string | undefined)[] = [];
    const server = createServer().on('upgrade', (request, socket) => {
      offers.push(request.headers.authorization);
      socket.end(`HTTP/1.1 401 ${SECRET}\r\nWWW-Authenticate: ${SECRET}\r\n\r\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const secrets = await directory({ KEY: `${SECRET}\n` });
    const url = `ws://127.0.0.1:${portOf(server.address())}/`;
    const command = await startConfig(config(url), ['--log-level', 'trace', '--secrets-dir', secrets]);
    await command.has('stderr', 'with 401');
    command.signal('SIGTERM');
    const { stdout, stderr } = await command.ended;
    await new Promise((resolve) => server.close(resolve));
    expect({ offer: offers[0], shown: (stdout + stderr).includes(SECRET) }).toEqual({
      offer: `Bearer ${SECRET}`,
      shown: false,
    });
  });
});
