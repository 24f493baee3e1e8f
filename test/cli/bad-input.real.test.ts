import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { directory, hawser, runConfig } from './command.ts';
import { portOf } from './server.ts';

const SINK = 'sinks:\n  - { name: out, stdout: {} }\n';
const source = (options: string) => `sources:\n  - name: exchange\n    web-socket: { ${options} }\n${SINK}`;
const web = (options: string) => source(`url: "ws://127.0.0.1:1/", ${options}`);

describe('hawser run says in one line what is wrong with a config, prints no event and exits with 2', () => {
  test.each<[string, string, string]>([
    [
      'missing url',
      source('payload: text'),
      'it.yaml:3:17 sources[0].web-socket.url: is missing, expected a ws:// or wss:// url; it is required in client mode',
    ],
    [
      'ftp',
      source('url: "ftp://x/"'),
      'it.yaml:3:24 sources[0].web-socket.url: "ftp://x/" is not a ws:// or wss:// url',
    ],
    [
      'unknown key',
      web('paylod: text'),
      'it.yaml:3:45 sources[0].web-socket.paylod: is not an option; did you mean "payload"?',
    ],
    [
      'wrong type',
      web('max-payload: []'),
      'it.yaml:3:58 sources[0].web-socket.max-payload: a list is not a size in bytes such as 4096, 64KiB or 16MiB',
    ],
    [
      'unresolved template',
      source('url: "ws://{{host}}/"'),
      'it.yaml:3:24 sources[0].web-socket.url: {{host}} has no value',
    ],
    [
      'bad duration',
      web('close-timeout: 3x'),
      'it.yaml:3:60 sources[0].web-socket.close-timeout: "3x" is not a duration such as 500ms, 2s or 1m30s',
    ],
    [
      'broken YAML',
      'sources: [',
      'it.yaml:1:11: is not valid YAML here: wrong indentation, or a bracket that is not closed',
    ],
    ['empty file', '', 'it.yaml:1:1: is empty, expected a pipeline'],
    [
      'two components of one name',
      `sources:\n  - { name: out, stdin: {} }\n${SINK}`,
      'it.yaml:4:13 sinks[0].name: "out" is the name of another component already',
    ],
    [
      'an input that does not exist',
      'sources:\n  - { name: in, stdin: {} }\nsinks:\n  - { name: out, inputs: [inn], stdout: {} }\n',
      'it.yaml:4:27 sinks[0].inputs[0]: "inn" is not a source; did you mean "in"?',
    ],
  ])('%s', async (_, config, line) => {
    const { code, stdout, stderr } = await runConfig(config);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `${line}\n` });
  });
});

describe('a file that cannot be read', () => {
  test.each(['run', 'check'])('hawser %s names it and exits with 2', async (name) => {
    const { code, stdout, stderr } = await hawser([name, 'none.yaml'], { cwd: await directory() }).ended;
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'none.yaml: cannot be read: no such file\n',
    });
  });
});

describe('a port that is taken', () => {
  test('hawser demo names it and exits with 1', async () => {
    await using taken = await takenPort();
    const { code, stdout, stderr } = await hawser(['demo', '--port', String(taken.port)]).ended;
    const line = `hawser: 127.0.0.1:${taken.port} is taken (EADDRINUSE)\n`;
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: line });
  });
});

describe('hawser check', () => {
  test('a good config is ok', async () => {
    const cwd = await directory({ 'it.yaml': web('payload: json') });
    expect(await hawser(['check', 'it.yaml'], { cwd }).ended).toMatchObject({
      code: 0,
      stdout: 'ok: 1 source, 1 sink\n',
      stderr: '',
    });
  });

  test('what is odd is warned of', async () => {
    const config = 'sources:\n  - { name: a, stdin: {} }\n  - { name: b, file: { path: x } }\nsinks: []\n';
    const cwd = await directory({ 'it.yaml': config });
    expect(await hawser(['check', 'it.yaml'], { cwd }).ended).toMatchObject({
      code: 0,
      stdout: 'ok: 2 sources, 0 sinks\n',
      stderr:
        'warning: it.yaml:2:5 sources[0]: no sink takes what a gives\n' +
        'warning: it.yaml:3:5 sources[1]: no sink takes what b gives\n',
    });
  });

  test('a config for an app is good, but only the app can run it', async () => {
    const cwd = await directory({ 'it.yaml': `sources:\n  - { name: in, function: {} }\n${SINK}` });
    expect(await hawser(['check', 'it.yaml'], { cwd }).ended).toMatchObject({
      code: 0,
      stdout: 'ok: 1 source, 1 sink\n',
      stderr: 'warning: it.yaml: in is of the kind function: only an application that embeds hawser can run it\n',
    });
  });

  test('every problem has its line', async () => {
    const cwd = await directory({ 'it.yaml': web('paylod: text, close-timeout: 3x') });
    const { code, stderr } = await hawser(['check', 'it.yaml'], { cwd }).ended;
    expect({ code, lines: stderr.match(/^it\.yaml:3:\d+ .*$/gm)?.length }).toEqual({ code: 2, lines: 2 });
  });

  test('--context fills in a template', async () => {
    const cwd = await directory({ 'it.yaml': source('url: "ws://{{a.host}}/"') });
    expect(await hawser(['check', 'it.yaml', '--context', 'a.host=x'], { cwd }).ended).toMatchObject({ code: 0 });
  });

  test('--arg fills in an argument of the source-module dialect', async () => {
    const parameters = `schema: { fields: [] }, endpoint: "ws://\${args.host}/"`;
    const config = `sources: [{ name: a, module: websocket, parameters: { ${parameters} } }]\nsinks: []\n`;
    const cwd = await directory({ 'it.yaml': config });
    const without = await hawser(['check', 'it.yaml'], { cwd }).ended;
    const filled = await hawser(['check', 'it.yaml', '--arg', 'host=x'], { cwd }).ended;
    expect([without.stderr.includes('args.host'), filled.stderr.includes('args.host')]).toEqual([true, false]);
  });
});

describe('a wrong command line is one line on stderr and exit code 2', () => {
  test.each<[string[], string]>([
    [['rnu'], "hawser: unknown command 'rnu' (Did you mean run?)"],
    [['run'], "hawser: missing required argument 'file'"],
    [['run', 'it.yaml', '--fro', '5s'], "hawser: unknown option '--fro' (Did you mean --for?)"],
    [
      ['run', 'it.yaml', '--for', '5x'],
      "hawser: option '--for <duration>' argument '5x' is invalid. \"5x\" is not a duration such as 500ms, 2s or 1m30s",
    ],
    [
      ['run', 'it.yaml', '--arg', 'host'],
      "hawser: option '--arg <name=value>' argument 'host' is invalid. \"host\" is not KEY=VALUE",
    ],
    [
      ['run', 'it.yaml', '--log-level', 'loud'],
      "hawser: option '--log-level <level>' argument 'loud' is invalid. " +
        '"loud" is not one of trace, debug, info, warn, error, fatal, silent',
    ],
    [
      ['demo', '--port', '70000'],
      "hawser: option '--port <port>' argument '70000' is invalid. \"70000\" is not a port from 0 to 65535",
    ],
  ])('%j', async (args, line) => {
    const { code, stdout, stderr } = await hawser(args).ended;
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `${line}\n` });
  });
});

async function takenPort() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server.address()),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
