import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { startPeer } from './peer.ts';
import { numbered, run } from './running.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lines-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

test('a file flows to a peer line by line, and the supervisor is done once the last line is delivered', async () => {
  const lines = numbered(20_000, 'line');
  const path = join(folder, 'lines.txt');
  await writeFile(path, lines.join('\n'));
  const peer = await startPeer();
  const { supervisor, pipeline } = await run({
    sources: [{ name: 'lines', file: { path } }],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
  });
  expect(await supervisor.done).toEqual({ failures: [], undelivered: 0 });
  expect(peer.texts).toEqual(lines);
  expect(pipeline.status).toMatchObject({ state: 'stopped', sinks: [{ delivered: 20_000, owed: 0 }] });
});

test('an ended file is drained without a deadline: a peer that comes late gets everything', async () => {
  const path = join(folder, 'lines.txt');
  await writeFile(path, 'a\nb\nc\n');
  const gone = await startPeer();
  await gone.close();
  const running = await run({
    sources: [{ name: 'lines', file: { path } }],
    sinks: [{ name: 'out', 'web-socket': { url: gone.url, reconnect: { 'max-backoff': '50ms' } } }],
  });
  await running.connection('out', ({ attempt }) => attempt >= 3);
  const late = await startPeer({ port: gone.port });
  expect(await running.supervisor.done).toEqual({ failures: [], undelivered: 0 });
  expect(late.texts).toEqual(['a', 'b', 'c']);
});

test('standard input flows to a peer and on to the end', async () => {
  const stdin = new PassThrough();
  const peer = await startPeer();
  const { supervisor } = await run(
    {
      sources: [{ name: 'in', stdin: {} }],
      sinks: [{ name: 'out', 'web-socket': { url: peer.url } }],
    },
    { stdio: { stdin, stdout: new PassThrough(), stderr: new PassThrough() } },
  );
  stdin.write('first\r\nsec');
  await peer.receives(1);
  stdin.write('ond\n\nlast without an end');
  stdin.end();
  expect(await supervisor.done).toEqual({ failures: [], undelivered: 0 });
  expect(peer.texts).toEqual(['first', 'second', '', 'last without an end']);
});

test('messages of a server become lines of the standard output and of a file', async () => {
  const server = await startPeer({
    greet: (socket) => {
      for (const message of ['plain', '{"n": 1.0}', 'two\nlines']) socket.send(message);
    },
  });
  const path = join(folder, 'out.txt');
  const stdout = new PassThrough();
  const running = await run(
    {
      sources: [{ name: 'feed', 'web-socket': { url: server.url } }],
      sinks: [
        { name: 'screen', stdout: {} },
        { name: 'disk', file: { path } },
      ],
    },
    { stdio: { stdin: new PassThrough(), stdout, stderr: new PassThrough() } },
  );
  const { sinks } = await running.until((status) => status.sources[0]?.settled === 3);
  expect(sinks.map(({ delivered }) => delivered)).toEqual([3, 3]);
  await running.supervisor.stop();
  const lines = '"plain"\n{"n": 1.0}\n"two\\nlines"\n';
  expect(stdout.read()?.toString()).toBe(lines);
  expect(await readFile(path, 'utf8')).toBe(lines);
});

test('a file that is not there fails the pipeline, naming it', async () => {
  const path = join(folder, 'missing.txt');
  const { supervisor } = await run({
    sources: [{ name: 'lines', file: { path } }],
    sinks: [{ name: 'out', file: { path: join(folder, 'out.txt') } }],
  });
  const { failures } = await supervisor.done;
  expect(failures).toEqual([
    { pipeline: 'under-test', cause: `lines: ${path}: ENOENT: no such file or directory, open '${path}'` },
  ]);
});
