import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Command, directory, hawser, sentences } from '../cli/command.ts';
import { type Peer, startPeer } from './peer.ts';

const good = (id: number) => `{"id":${id},"price":1.5}`;
const goods = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => good(first + at));
const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

/** What cannot be used, the code and the path that are told of it. */
const POISON: readonly (readonly [payload: string, code: string, path: string])[] = [
  ['no JSON', 'json', ''],
  ['{"id":1', 'json', ''],
  ['{"id":"one"}', 'record', '/id'],
  ['{"price":2}', 'record', '/id'],
  ['{"id":1,"price":1e400}', 'record', '/price'],
  ['['.repeat(200_000) + ']'.repeat(200_000), 'record', '/0'],
  [`{"id":1,"price":"${'9'.repeat(4_000_000)}x"}`, 'record', '/price'],
];

interface Setup {
  /** What the feed sends to each connection, once it has subscribed. */
  readonly feed: readonly string[];
  readonly onError: 'fail' | 'continue';
  /** YAML of the sinks. */
  readonly sinks: readonly string[];
}

/** `hawser run` on a feed that is subscribed to. */
async function start({ feed, onError, sinks }: Setup): Promise<{ upstream: Peer; cwd: string; command: Command }> {
  const upstream = await startPeer({
    greet: (socket) => socket.on('message', () => feed.forEach((text) => void socket.send(text))),
  });
  const fields = '[{ name: id, type: long, mode: required }, { name: price, type: double }]';
  const options = `url: "${upstream.url}", requests: [subscribe], on-error: ${onError}, schema: { fields: ${fields} }`;
  const config = `sources:\n  - { name: feed, web-socket: { ${options} } }\nsinks:\n${sinks.map((sink) => `  - ${sink}\n`).join('')}`;
  const cwd = await directory({ 'it.yaml': config });
  return { upstream, cwd, command: hawser(['run', 'it.yaml'], { cwd }) };
}

const OUT = '{ name: out, inputs: [feed], stdout: {} }';
const DEAD = '{ name: dead, inputs: [feed.failures], file: { path: dead.jsonl } }';

test('poison messages go to who takes them, the rest goes on in order, and all are counted', async () => {
  const feed = [...POISON.flatMap(([payload], at) => [good(at), payload]), good(100)];
  const { cwd, command, upstream } = await start({ feed, onError: 'continue', sinks: [OUT, DEAD] });
  await command.has('stdout', good(100));
  command.signal('SIGTERM');
  const { code, stdout, stderr } = await command.ended;
  const failures = (await readFile(join(cwd, 'dead.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect({ code, stdout }).toEqual({ code: 0, stdout: lines(...goods(0, POISON.length - 1), good(100)) });
  expect(failures.map(({ payload, error }) => [payload, error.code, error.path])).toEqual(POISON);
  const { length } = POISON;
  expect(sentences(stderr).at(-1)).toBe(
    `stopped: feed received ${feed.length} (to failures ${length}), out delivered ${length + 1}, dead delivered ${length}`,
  );
  expect(upstream.attempts).toHaveLength(1);
});

test('poison messages that nobody takes are counted as rejected, and the log stays short', async () => {
  const feed = [...Array.from({ length: 20_000 }, () => 'poison '.repeat(20)), good(1)];
  const { command } = await start({ feed, onError: 'continue', sinks: [OUT] });
  await command.has('stdout', good(1));
  command.signal('SIGTERM');
  const { code, stderr } = await command.ended;
  expect({ code, last: sentences(stderr).at(-1) }).toEqual({
    code: 0,
    last: 'stopped: feed received 20001 (rejected 20000), out delivered 1',
  });
  expect(stderr.length).toBeLessThan(20_000);
});

test('with on-error: fail the command ends with code 1 and one line, once the source has been restarted too often', async () => {
  const poison = '{\n  "id": 7,\n  "price": "high"\n}';
  const { command, upstream } = await start({
    feed: [good(1), good(2), poison],
    onError: 'fail',
    sinks: [OUT],
  });
  const { code, stdout, stderr } = await command.ended;
  const last = sentences(stderr).at(-1);
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: lines(
      ...Array(4)
        .fill([good(1), good(2)])
        .flat(),
    ),
  });
  expect(last).toMatch(/^failed: feed: restart intensity exceeded, last: source feed cannot use a message: /);
  for (const part of ['"high"', ' at /price;', 'price, double', '{   "id": 7,   "price": "high" }'])
    expect(last).toContain(part);
  expect(last).not.toMatch(/[\r\n]|undelivered/);
  expect(upstream.texts).toEqual(Array(4).fill('subscribe'));
});

test('with on-error: fail a huge message is shown by its first 1 KiB', async () => {
  const huge = `{"id":"${'x'.repeat(4_000_000)}"}`;
  const { command } = await start({ feed: [huge], onError: 'fail', sinks: [OUT] });
  const { code, stderr } = await command.ended;
  expect([
    code,
    sentences(stderr)
      .at(-1)
      ?.includes(`${huge.slice(0, 1024)}… (${huge.length} bytes)`),
  ]).toEqual([1, true]);
  expect(stderr.length).toBeLessThan(30_000);
});

test('with on-error: fail what is good, and what failed, reaches slow sinks before the command ends', async () => {
  const store = await startPeer({
    pongs: false,
    greet: (socket) => socket.on('ping', (payload) => void setTimeout(() => socket.pong(payload), 300)),
  });
  const sink = `{ name: store, inputs: [feed], web-socket: { url: "${store.url}" } }`;
  const feed = [...goods(1, 1_000), 'poison'];
  const { cwd, command } = await start({ feed, onError: 'fail', sinks: [sink, DEAD] });
  const { code, stderr } = await command.ended;
  expect([code, sentences(stderr).at(-1)?.includes('undelivered')]).toEqual([1, false]);
  expect(store.texts).toEqual(Array(4).fill(goods(1, 1_000)).flat());
  expect((await readFile(join(cwd, 'dead.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(4);
});
