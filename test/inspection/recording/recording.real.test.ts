import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { openRecording } from '../../../src/inspection/recording/recording.ts';
import { createRecorded } from '../recorder/recorded-world.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hawser-recording-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function open(path: string, maxBytes?: number) {
  const { recorded } = await createRecorded();
  await recorded.start();
  const { logger, now } = recorded.world.environment;
  const bound = maxBytes === undefined ? {} : { maxBytes };
  const recording = await openRecording({ path, recorder: recorded.recorder, logger, now, ...bound });
  return { recorded, recording };
}

describe('a recording file', () => {
  test('holds all that was told once it is closed', async () => {
    const path = join(folder, 'ticks.jsonl');
    const { recorded, recording } = await open(path);
    await recording.close();
    const text = await readFile(path, 'utf8');
    expect(text.trimEnd().split('\n')).toEqual(recorded.told.map((event) => JSON.stringify(event)));
    expect(recording.bytes).toBe(text.length);
  });

  test('is readable for its owner alone', async () => {
    const path = join(folder, 'ticks.jsonl');
    const { recording } = await open(path);
    await recording.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('takes the place of one that was there', async () => {
    const path = join(folder, 'ticks.jsonl');
    const first = await open(path);
    await first.recording.close();
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.repeat(9));
    const { recording } = await open(path);
    await recording.close();
    expect((await readFile(path, 'utf8')).length).toBe(before.length);
  });

  test('leaves a file that is no recording as it is, and says so', async () => {
    const path = join(folder, 'ticks.yaml');
    await writeFile(path, 'sources: []\n');
    const refused = await open(path).then(() => 'opened', String);
    expect([refused, await readFile(path, 'utf8')]).toEqual([
      `UsageError: ${path} is there already and is no recording: choose another name for the recording`,
      'sources: []\n',
    ]);
  });

  test('is readable for its owner alone, also where one was there that was not', async () => {
    const path = join(folder, 'ticks.jsonl');
    await writeFile(path, '', { mode: 0o644 });
    const { recording } = await open(path);
    await recording.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('has its file to itself: a second one of the same name leaves the first one whole', async () => {
    const path = join(folder, 'ticks.jsonl');
    const first = await open(path);
    const second = await open(path);
    await first.recording.close();
    await second.recording.close();
    const broken = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .filter((line) => !line.endsWith('}'));
    expect(broken).toEqual([]);
  });

  test('is refused a pipe, which would keep a stop waiting', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    await expect(open(path)).rejects.toThrow(`the recording ${path} cannot be written: it is a pipe`);
  });

  test.each([
    ['a folder', () => folder, 'it is a directory'],
    ['in no folder', () => join(folder, 'none', 'ticks.jsonl'), 'no such file'],
  ])('that is %s is refused by name', async (_, pathOf, why) => {
    const opened = open(pathOf());
    await expect(opened).rejects.toThrow(UsageError);
    await expect(opened).rejects.toThrow(`the recording ${pathOf()} cannot be written: ${why}`);
  });

  test.each([0, 1_000, 1.5e5 + 0.5, Number.POSITIVE_INFINITY])('with a bound of %d bytes is refused', async (bytes) => {
    await expect(open(join(folder, 'ticks.jsonl'), bytes)).rejects.toThrow(`maxBytes: ${bytes} is not`);
  });

  test.runIf(process.platform === 'linux')('on a disk that is full ends with a warning', async () => {
    const { recorded, recording } = await open('/dev/full');
    await recording.close();
    const warned = recorded.world.log.filter((line) => line.includes('the recording ends here'));
    expect(warned).toEqual([expect.stringContaining('/dev/full cannot be written: ENOSPC')]);
  });
});
