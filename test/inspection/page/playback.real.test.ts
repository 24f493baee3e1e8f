import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { readRecordingHead } from '../../../src/inspection/recording/head.ts';
import { ask, openPage, openStream, wireEvent } from './page-bench.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function recordingOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-playback-'));
  folders.push(folder);
  const path = join(folder, 'it.jsonl');
  await writeFile(path, text);
  return path;
}

const line = (id: number, size = 0) => `${JSON.stringify(wireEvent(id, size))}\n`;
const TEXT = line(1) + line(2);

describe('a page that plays a recording', () => {
  async function playing(text = TEXT) {
    const recording = await recordingOf(text);
    const page = await openPage({ recording });
    return {
      recording,
      ...page,
      get: (path: string, method = 'GET') => ask(page.port, `/${page.token}${path}`, { method }),
    };
  }

  test('gives its text', async () => {
    const { get } = await playing();
    const { headers, body } = await get('/recording');
    expect({ type: headers['content-type'], length: headers['content-length'], body }).toEqual({
      type: 'application/x-ndjson; charset=utf-8',
      length: String(TEXT.length),
      body: TEXT,
    });
  });

  test('gives a large one whole', async () => {
    const text = Array.from({ length: 5000 }, (_, index) => line(index + 1, 1000)).join('');
    const { get } = await playing(text);
    const { body } = await get('/recording');
    expect(body === text).toBe(true);
  });

  test('gives what was added to it since', async () => {
    const { recording, get } = await playing();
    await appendFile(recording, line(3));
    expect(await get('/recording')).toMatchObject({ body: TEXT + line(3) });
  });

  test('gives its length to HEAD', async () => {
    const { get } = await playing();
    const { headers, body } = await get('/recording', 'HEAD');
    expect({ length: headers['content-length'], body }).toEqual({ length: String(TEXT.length), body: '' });
  });

  test('says so, and of when it is', async () => {
    const { get } = await playing();
    const { body } = await get('/session');
    expect(JSON.parse(body)).toEqual({
      mode: 'playback',
      control: false,
      version: expect.any(String),
      title: 'it.jsonl',
      recordedFrom: '1970-01-01T00:00:01.001Z',
    });
  });

  test('has no feed', async () => {
    const { get } = await playing();
    expect(await get('/feed')).toMatchObject({ status: 404 });
  });

  test('controls nothing, and says why', async () => {
    const { get } = await playing();
    const { status, body } = await get('/stop', 'POST');
    expect({ status, body }).toEqual({
      status: 403,
      body: 'this inspector plays a recording: there is nothing to control\n',
    });
  });

  test('says what became of a recording that is gone', async () => {
    const { recording, get } = await playing();
    await rm(recording);
    const { status, body } = await get('/recording');
    expect({ status, body }).toEqual({ status: 500, body: expect.stringContaining('ENOENT') });
  });

  test('does not mind a reader that leaves', async () => {
    const { get, port, token, warnings } = await playing(Array.from({ length: 5000 }, () => line(1, 1000)).join(''));
    const stream = await openStream(port, `GET /${token}/recording HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await new Promise((resolve) => stream.once('data', resolve));
    stream.destroy();
    await get('/session');
    expect(warnings).toEqual([]);
  });

  test('is not opened for what is no recording', async () => {
    const recording = await recordingOf('hello\n');
    await expect(openPage({ recording })).rejects.toThrow(UsageError);
  });
});

describe('a live page', () => {
  test('has no recording', async () => {
    const { port, token } = await openPage();
    expect(await ask(port, `/${token}/recording`)).toMatchObject({ status: 404 });
  });
});

describe('a recording', () => {
  test('may have been cut in its last line', async () => {
    await expect(readRecordingHead(await recordingOf(TEXT + line(3).slice(0, 20)))).resolves.toEqual({
      from: '1970-01-01T00:00:01.001Z',
    });
  });

  test('may consist of one line without its end', async () => {
    await expect(readRecordingHead(await recordingOf(line(1).trimEnd()))).resolves.toEqual({
      from: '1970-01-01T00:00:01.001Z',
    });
  });

  test('may be longer than what is looked at', async () => {
    const text = line(1) + line(2, 2 * 1024 * 1024) + line(3);
    await expect(readRecordingHead(await recordingOf(text))).resolves.toEqual({ from: '1970-01-01T00:00:01.001Z' });
  });

  const EXPECTED = 'expected a recording, as `hawser run FILE --record RECORDING` writes one';
  const changed = (members: object) => `${JSON.stringify({ ...wireEvent(2), ...members })}\n`;

  test.each<[string, string, string]>([
    ['is empty', '', `:1: is empty; ${EXPECTED}`],
    ['is some text', 'hello\n', `:1: is not a JSON object; ${EXPECTED}`],
    ['is some JSON', '{\n  "a": 1\n}\n', `:1: is not a JSON object; ${EXPECTED}`],
    ['has lines of JSON', '{"a":1}\n', `:1: is no event; ${EXPECTED}`],
    ['has a line that is none', `${line(1)}[]\n`, `:2: is not a JSON object; ${EXPECTED}`],
    ['has an empty line', `${line(1)}\n${line(2)}`, `:2: is not a JSON object; ${EXPECTED}`],
    ['has events of another kind', line(1) + changed({ type: '@xstate.other' }), `:2: is no event; ${EXPECTED}`],
    ['has the name of a member for a kind', line(1) + changed({ type: 'toString' }), `:2: is no event; ${EXPECTED}`],
    ['has events without a time', line(1) + changed({ createdAt: 'x' }), `:2: its createdAt is no time; ${EXPECTED}`],
    [
      'is of another hawser',
      changed({ _version: 'hawser-2' }),
      ':1: is an event of the form "hawser-2", and this hawser reads "hawser-1" only: play it with the hawser that recorded it',
    ],
    [
      'is one of Stately',
      changed({ type: '@xstate.actor', _version: '5.33.3' }),
      ':1: is an event of the form "5.33.3", and this hawser reads "hawser-1" only: play it with the hawser that recorded it',
    ],
  ])('that %s is refused with its line', async (_, text, message) => {
    const path = await recordingOf(text);
    await expect(readRecordingHead(path)).rejects.toThrow(new UsageError(path + message));
  });

  test.each<[string, (path: string) => string, string]>([
    ['is missing', (path) => `${path}x`, 'cannot be read: no such file'],
    ['is a folder', (path) => join(path, '..'), `is no file; ${EXPECTED}`],
  ])('that %s is refused', async (_, pathOf, message) => {
    const path = pathOf(await recordingOf(TEXT));
    await expect(readRecordingHead(path)).rejects.toThrow(new UsageError(`${path}: ${message}`));
  });
});
