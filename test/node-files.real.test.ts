import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StateError } from '../src/errors.ts';
import { nodeFiles } from '../src/node-files.ts';

const HOLDER = fileURLToPath(new URL('lock-holder.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');
const LINUX = process.platform === 'linux';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hawser-files-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** A process of its own that locks a path. */
class Locker {
  readonly #lines: AsyncIterator<string>;
  readonly #child: ReturnType<typeof startHolder>;
  pid = 0;

  constructor(path: string, wrap: readonly string[] = []) {
    const child = startHolder([...wrap, process.execPath, '--import', TSX, HOLDER, path]);
    onTestFinished(() => void child.kill('SIGKILL'));
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async ready(): Promise<this> {
    this.pid = Number((await this.#line()).replace('ready ', ''));
    return this;
  }

  /** `locked`, or `refused` with the error. */
  lock(): Promise<string> {
    this.#child.stdin.write('lock\n');
    return this.#line();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the locker has ended');
    return value;
  }
}

function startHolder([command = '', ...args]: readonly string[]) {
  return spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function locker(path: string, wrap: readonly string[] = []): Promise<Locker> {
  return new Locker(path, wrap).ready();
}

/** Resolves once a process has ended and nobody has noticed. */
async function zombie(pid: number): Promise<void> {
  while (!/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8')));
}

/** The lock of a process that has ended. */
async function staleLock(path: string): Promise<string> {
  const dead = await locker(path);
  await dead.lock();
  await dead.kill();
  return readFile(`${path}.lock`, 'utf8');
}

describe('a file that is read', () => {
  test('gives its bytes as they are', async () => {
    const path = join(await folder(), 'it.bin');
    await writeFile(path, Buffer.from([0xff, 0x00]));
    expect(await nodeFiles.readBytes(path)).toEqual(Buffer.from([0xff, 0x00]));
  });
});

describe('a file that is replaced', () => {
  test('holds the new text', async () => {
    const path = join(await folder(), 'it.json');
    await nodeFiles.replace(path, 'one');
    await nodeFiles.replace(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
  });

  test('gets its folders', async () => {
    const path = join(await folder(), 'a', 'b', 'it.json');
    await nodeFiles.replace(path, 'one');
    expect(await readFile(path, 'utf8')).toBe('one');
  });

  test('is for its owner alone, and so are new folders', async () => {
    const top = await folder();
    await nodeFiles.replace(join(top, 'a', 'it.json'), 'one');
    const modes = await Promise.all([join(top, 'a', 'it.json'), join(top, 'a')].map((path) => stat(path)));
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['600', '700']);
  });

  test('leaves nothing beside it', async () => {
    const top = await folder();
    await nodeFiles.replace(join(top, 'it.json'), 'one');
    expect(await readdir(top)).toEqual(['it.json']);
  });

  test('holds the text that was asked for last', async () => {
    const path = join(await folder(), 'it.json');
    await Promise.all(Array.from({ length: 50 }, (_, at) => nodeFiles.replace(path, 'x'.repeat(at * 100))));
    expect((await readFile(path, 'utf8')).length).toBe(4900);
  });

  test('is whole for whoever reads it meanwhile', async () => {
    const path = join(await folder(), 'it.json');
    const texts = ['a', 'b'].map((letter) => letter.repeat(100_000));
    await nodeFiles.replace(path, texts[0] ?? '');
    const broken: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      const replaced = nodeFiles.replace(path, texts[round % 2] ?? '');
      for (let look = 0; look < 5; look += 1) {
        const text = await readFile(path, 'utf8');
        if (!texts.includes(text)) broken.push(text);
      }
      await replaced;
    }
    expect(broken).toEqual([]);
  });

  test('is not written through a link where its temporary file belongs', async () => {
    const top = await folder();
    await writeFile(join(top, 'other'), 'theirs');
    await symlink(join(top, 'other'), join(top, `it.json.${process.pid}.tmp`));
    await nodeFiles.replace(join(top, 'it.json'), 'one');
    expect(await readFile(join(top, 'other'), 'utf8')).toBe('theirs');
  });

  test('is as it was when the new text cannot take its place, and nothing is left beside it', async () => {
    const top = await folder();
    await mkdir(join(top, 'it.json', 'inside'), { recursive: true });
    await expect(nodeFiles.replace(join(top, 'it.json'), 'one')).rejects.toThrow();
    expect(await readdir(top)).toEqual(['it.json']);
  });

  test('can be replaced again after a failure', async () => {
    const top = await folder();
    const path = join(top, 'it.json');
    await mkdir(path);
    const failed = nodeFiles.replace(path, 'one').catch(() => rm(path, { recursive: true }));
    await failed;
    await nodeFiles.replace(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
  });
});

describe('a folder', () => {
  test('is listed by the names in it', async () => {
    const top = await folder();
    await nodeFiles.replace(join(top, 'a', 'it.json'), 'one');
    await nodeFiles.replace(join(top, 'b.json'), 'two');
    expect((await nodeFiles.list(top)).sort()).toEqual(['a', 'b.json']);
  });

  test('that is missing has none', async () => {
    expect(await nodeFiles.list(join(await folder(), 'none'))).toEqual([]);
  });

  test('that is none is an error', async () => {
    const path = join(await folder(), 'it.json');
    await writeFile(path, 'one');
    await expect(nodeFiles.list(path)).rejects.toThrow('ENOTDIR');
  });
});

describe('a file that is overwritten', () => {
  test('holds the last text', async () => {
    const path = join(await folder(), 'it');
    const file = await nodeFiles.overwrite(path);
    for (const text of ['0001', '0002', '0003']) await file.write(text);
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('0003');
  });

  test('holds what it held when it is opened again', async () => {
    const path = join(await folder(), 'it');
    await writeFile(path, '0001');
    await (await nodeFiles.overwrite(path)).close();
    expect(await readFile(path, 'utf8')).toBe('0001');
  });

  test('is made, with its folders, for its owner alone', async () => {
    const top = await folder();
    await (await nodeFiles.overwrite(join(top, 'a', 'it'))).close();
    const modes = await Promise.all([join(top, 'a', 'it'), join(top, 'a')].map((path) => stat(path)));
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['600', '700']);
  });

  test.runIf(LINUX)('is not written through a link', async () => {
    const top = await folder();
    await writeFile(join(top, 'other'), 'theirs');
    await symlink(join(top, 'other'), join(top, 'it'));
    await expect(nodeFiles.overwrite(join(top, 'it'))).rejects.toThrow('ELOOP');
  });

  test.runIf(LINUX)('tells of a disk that is full', async () => {
    const file = await nodeFiles.overwrite('/dev/full');
    await expect(file.write('0001')).rejects.toThrow('ENOSPC');
    await file.close();
  });
});

describe('a lock', () => {
  test('of this process refuses this process', async () => {
    const path = join(await folder(), 'it.json');
    await nodeFiles.lock(path);
    const sentence = `${path} is in use by this process already (${process.pid}); its lock is ${path}.lock`;
    await expect(nodeFiles.lock(path)).rejects.toEqual(new StateError(sentence));
  });

  test('is gone when it is given back', async () => {
    const top = await folder();
    const unlock = await nodeFiles.lock(join(top, 'it.json'));
    await unlock();
    expect(await readdir(top)).toEqual([]);
  });

  test('gets its folders', async () => {
    const path = join(await folder(), 'a', 'b', 'it.json');
    await nodeFiles.lock(path);
    expect(await readdir(join(path, '..'))).toEqual(['it.json.lock']);
  });

  test.runIf(LINUX)('fails where no folder can be made', async () => {
    await expect(nodeFiles.lock('/proc/hawser/cursors/cursor.json')).rejects.toThrow('ENOENT');
  });

  test('that is not ours any more stays when ours is given back', async () => {
    const path = join(await folder(), 'it.json');
    const unlock = await nodeFiles.lock(path);
    await writeFile(`${path}.lock`, 'of somebody else');
    await unlock();
    expect(await readFile(`${path}.lock`, 'utf8')).toBe('of somebody else');
  });

  test('of a living process is an error that names process and path', async () => {
    const path = join(await folder(), 'it.json');
    const holder = await locker(path);
    expect(await holder.lock()).toBe('locked');
    const sentence = `${path} is in use by process ${holder.pid}; its lock is ${path}.lock`;
    await expect(nodeFiles.lock(path)).rejects.toEqual(new StateError(sentence));
  });

  test('of a living process stays when it is asked for', async () => {
    const path = join(await folder(), 'it.json');
    const holder = await locker(path);
    await holder.lock();
    const before = await readFile(`${path}.lock`, 'utf8');
    await nodeFiles.lock(path).catch(() => {});
    expect(await readFile(`${path}.lock`, 'utf8')).toBe(before);
  });

  test('of a killed process is taken over', async () => {
    const path = join(await folder(), 'it.json');
    await staleLock(path);
    await expect(nodeFiles.lock(path)).resolves.toBeTypeOf('function');
  });

  test('that was taken over leaves nothing else behind', async () => {
    const top = await folder();
    await staleLock(join(top, 'it.json'));
    await nodeFiles.lock(join(top, 'it.json'));
    expect(await readdir(top)).toEqual(['it.json.lock']);
  });

  test.runIf(LINUX)('of a killed process whose parent has not noticed is taken over', async () => {
    const path = join(await folder(), 'it.json');
    // The shell becomes a process that waits for no child.
    const holder = await locker(path, ['/bin/sh', '-c', 'exec 3<&0; "$@" <&3 & exec sleep 600', 'sh']);
    await holder.lock();
    process.kill(holder.pid, 'SIGKILL');
    await zombie(holder.pid);
    await expect(nodeFiles.lock(path)).resolves.toBeTypeOf('function');
  });

  test.runIf(LINUX).each([
    ['boot', 'of an earlier start of the machine'],
    ['start', 'of a process that had the same number'],
  ])('whose %s is another one is taken over: it is %s', async (field) => {
    const top = await folder();
    await nodeFiles.lock(join(top, 'mine'));
    const mine: object = JSON.parse(await readFile(join(top, 'mine.lock'), 'utf8'));
    await writeFile(join(top, 'it.lock'), JSON.stringify({ ...mine, [field]: 'other' }));
    await expect(nodeFiles.lock(join(top, 'it'))).resolves.toBeTypeOf('function');
  });

  test('that a crash of the machine has emptied is taken over', async () => {
    const path = join(await folder(), 'it.json');
    await writeFile(`${path}.lock`, '\0\0\0');
    await expect(nodeFiles.lock(path)).resolves.toBeTypeOf('function');
  });

  test.each(['# yarn lockfile v1', '{"pid":-1}', '{"pid":"1"}', 'null'])(
    'that reads %j is not ours to take',
    async (text) => {
      const path = join(await folder(), 'it.json');
      await writeFile(`${path}.lock`, text);
      const sentence = `${path} cannot be locked: ${path}.lock is no lock of hawser; move it away`;
      await expect(nodeFiles.lock(path)).rejects.toEqual(new StateError(sentence));
    },
  );

  test('is taken over also when the one before died while it took over', async () => {
    const path = join(await folder(), 'it.json');
    const stale = await staleLock(path);
    const digest = createHash('sha256').update(stale).digest('hex').slice(0, 16);
    await writeFile(`${path}.lock.${digest}`, stale);
    await expect(nodeFiles.lock(path)).resolves.toBeTypeOf('function');
  });

  test('is not taken over while a living process takes it over', async () => {
    const path = join(await folder(), 'it.json');
    const stale = await staleLock(path);
    const digest = createHash('sha256').update(stale).digest('hex').slice(0, 16);
    const other = await locker(join(path, '..', 'other'));
    await other.lock();
    await writeFile(`${path}.lock.${digest}`, await readFile(join(path, '..', 'other.lock'), 'utf8'));
    await expect(nodeFiles.lock(path)).rejects.toThrow(`in use by process ${other.pid}`);
  });
});

describe('many at once', () => {
  test.each(['free', 'stale'])('exactly one of ten processes gets a %s lock', async (kind) => {
    const path = join(await folder(), 'it.json');
    if (kind === 'stale') await staleLock(path);
    const lockers = await Promise.all(Array.from({ length: 10 }, () => locker(path)));
    const answers = await Promise.all(lockers.map((each) => each.lock()));
    expect([answers.filter((answer) => answer === 'locked').length, answers.length]).toEqual([1, 10]);
  });

  test('the lock is that of the winner', async () => {
    const path = join(await folder(), 'it.json');
    await staleLock(path);
    const lockers = await Promise.all(Array.from({ length: 4 }, () => locker(path)));
    const answers = await Promise.all(lockers.map((each) => each.lock()));
    const winner = lockers[answers.indexOf('locked')];
    expect(JSON.parse(await readFile(`${path}.lock`, 'utf8'))).toMatchObject({ pid: winner?.pid });
  });

  test('exactly one call of a hundred gets a stale lock, each time', async () => {
    const top = await folder();
    const stale = await staleLock(join(top, 'dead'));
    const winners: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const path = join(top, `it${round}`);
      await writeFile(`${path}.lock`, stale);
      const calls = await Promise.allSettled(Array.from({ length: 100 }, () => nodeFiles.lock(path)));
      winners.push(calls.filter(({ status }) => status === 'fulfilled').length);
    }
    expect(winners).toEqual(Array.from(winners, () => 1));
  });
});
