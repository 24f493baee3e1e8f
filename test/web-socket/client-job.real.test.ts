// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Command, directory, hawser } from '../cli/command.ts';
import { startPeer } from '../end-to-end/peer.ts';

function folder(job: unknown, files: Readonly<Record<string, string>> = {}): Promise<string> {
  return directory({ 'job.json': JSON.stringify(job), ...files });
}

/** A server that sends these, and the moment when all of them have been read. */
async function sender(...texts: string[]) {
  let answered = () => {};
  const read = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const { url } = await startPeer({
    greet: (socket) => {
      socket.on('pong', answered);
      for (const text of texts) socket.send(text);
      socket.ping();
    },
  });
  return { url, read };
}

async function stop(command: Command) {
  command.signal('SIGTERM');
  return command.ended;
}

/** Everything that the output has for a client, by its reference. */
function wholeOutput(url: string) {
  return {
    mode: 'client',
    url,
    headers: { 'X-Tenant': '{{tenant}}' },
    query: { from: 'hawser' },
    subprotocols: ['events.v1'],
    payload: 'json',
    auth: { headers: { 'X-Auth': 'a' }, query: { key: 'k' }, 'bearer-token': '${secret|FEED}' },
    tls: { 'insecure-skip-verify': false },
    connect: { mode: 'eager', 'eager-timeout': '10s' },
    heartbeat: { 'ping-interval': '20s', timeout: '10s', action: 'log-only', payload: 'hi' },
    reconnect: {
      'initial-backoff': '500ms',
      'max-backoff': '30s',
      multiplier: 2,
      jitter: 0.5,
      'max-attempts': 5,
      'reset-after': '30s',
    },
    retry: { timeout: '30s', retries: 3 },
    batch: {
      'fixed-size': 2,
      mode: 'fixed',
      timeout: '100ms',
      header: '{"events":',
      footer: '}',
      'use-document-marker': false,
      'wrap-as-json': true,
    },
    cursor: {
      'header-name': 'Last-Event-ID',
      'query-parameter': 'cursor',
      'initial-value': '0',
      'state-id': 'shared-cursor',
      'resume-on-reconnect': true,
      'value-pointer': '/id',
    },
  };
}

describe('a job', () => {
  test('from stdin to a web-socket: every line is a frame, and it ends by itself', async () => {
    const peer = await startPeer();
    const output = { 'web-socket': { url: peer.url } };
    const job = { name: 'publish', input: { stdin: {} }, actions: [], output };
    const cwd = await folder(job);
    const { code, stdout } = await hawser(['run', 'job.json'], { cwd, stdin: 'one\ntwo\nthree\n' }).ended;
    expect([code, stdout, peer.texts]).toEqual([0, '', ['one', 'two', 'three']]);
  });

  test('from a file to a web-socket, with the whole of the output reference', async () => {
    const peer = await startPeer();
    const job = {
      name: 'publish',
      context: { tenant: 'acme' },
      input: { file: { path: 'in.jsonl', payload: 'json' } },
      output: { 'web-socket': wholeOutput(peer.url) },
    };
    const cwd = await folder(job, { 'in.jsonl': '{"id":1}\n{"id":2}\n{"id":3}\n' });
    const { code } = await hawser(['run', 'job.json'], { cwd, env: { HAWSER_SECRET_FEED: 'token' } }).ended;
    expect([code, peer.texts]).toEqual([0, ['{"events":[{"id":1},{"id":2}]}', '{"events":[{"id":3}]}']]);
    expect(peer.attempts).toMatchObject([
      {
        target: '/?from=hawser&key=k&cursor=0',
        headers: { 'x-tenant': 'acme', 'x-auth': 'a', authorization: 'Bearer token', 'last-event-id': '0' },
      },
    ]);
    expect(await readFile(join(cwd, '.hawser', 'cursors', 'shared-cursor.json'), 'utf8')).toContain('"value":"3"');
  });

  test('from a web-socket to a web-socket, until it is told to stop', async () => {
    const peer = await startPeer();
    const { url, read } = await sender('{"a":1}', '"b"', '12345678901234567890');
    const cwd = await folder({
      name: 'forward',
      input: { 'web-socket': { url, payload: 'json' } },
      output: { 'web-socket': { url: peer.url, payload: 'json' } },
    });
    const command = hawser(['run', 'job.json'], { cwd });
    await read;
    const { code } = await stop(command);
    expect([code, peer.texts]).toEqual([0, ['{"a":1}', '"b"', '12345678901234567890']]);
  });

  test('from a web-socket to stdout, as YAML', async () => {
    const { url, read } = await sender('hello');
    const cwd = await directory({
      'job.yaml': `name: show\ninput:\n  web-socket:\n    url: "${url}"\noutput:\n  stdout: {}\n`,
    });
    const command = hawser(['run', 'job.yaml'], { cwd });
    await read;
    const { code, stdout } = await stop(command);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '"hello"\n' });
  });

  test('from a web-socket to a file', async () => {
    const { url, read } = await sender('{"n":1}');
    const cwd = await folder({
      name: 'keep',
      input: { 'web-socket': { url } },
      output: { file: { path: 'out.jsonl' } },
    });
    const command = hawser(['run', 'job.json'], { cwd });
    await read;
    const { code } = await stop(command);
    expect([code, await readFile(join(cwd, 'out.jsonl'), 'utf8')]).toEqual([0, '{"n":1}\n']);
  });

  test('of an empty output alone is told both things that are missing', async () => {
    const cwd = await folder({ output: { 'web-socket': {} } });
    const { code, stdout, stderr } = await hawser(['run', 'job.json'], { cwd }).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('input: is missing, expected a map with one kind');
    expect(stderr).toContain('output.web-socket.url: is missing, expected a ws:// or wss:// url');
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });
});

describe('a cursor', () => {
  /** A server whose every connection is sent its number, from 1. */
  function counter() {
    return startPeer({ greet: (socket, index) => socket.send(`{"id":${index + 1}}`) });
  }

  function show(url: string, cursor: object) {
    const whole = { 'header-name': 'x-from', 'value-field': 'id', 'initial-value': '0', ...cursor };
    return { name: 'show', input: { 'web-socket': { url, cursor: whole } }, output: { stdout: {} } };
  }

  test('is kept over a restart of the process: the next one resumes behind what was settled', async () => {
    const peer = await counter();
    const cwd = await folder(show(peer.url, {}));
    for (const id of [1, 2, 3]) {
      const command = hawser(['run', 'job.json'], { cwd });
      await command.has('stdout', `{"id":${id}}`);
      expect((await stop(command)).code).toBe(0);
    }
    expect(peer.attempts.map(({ headers }) => headers['x-from'])).toEqual(['0', '1', '2']);
  });

  test('of one state-id that two jobs write to: the second ends at the start, naming the file', async () => {
    const peer = await counter();
    const job = show(peer.url, { 'state-id': 'shared' });
    const cwd = await folder(job, { 'other.json': JSON.stringify({ ...job, name: 'other' }) });
    const first = hawser(['run', 'job.json'], { cwd });
    await first.has('stdout', '{"id":1}');
    const { code, stderr } = await hawser(['run', 'other.json'], { cwd }).ended;
    expect([code, peer.attempts.length]).toEqual([1, 1]);
    expect(stderr).toMatch(/shared\.json is in use by process \d+/);
    expect((await stop(first)).code).toBe(0);
  });
});
