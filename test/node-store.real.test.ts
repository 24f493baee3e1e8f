import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { ClassicLevel } from 'classic-level';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Store, StoreEntry } from '../src/environment.ts';
import { StateError } from '../src/errors.ts';
import { openNodeStore } from '../src/node-store.ts';
import { seededRandom } from '../src/testing/scripted-random.ts';

const WRITER = fileURLToPath(new URL('store-writer.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');
const POSIX = process.platform !== 'win32';
const LINUX = process.platform === 'linux';

const execute = promisify(execFile);

/** The path of a store that is not there yet. */
async function place(): Promise<string> {
  const top = await mkdtemp(join(tmpdir(), 'hawser-store-'));
  onTestFinished(() => rm(top, { recursive: true }));
  return join(top, 'a', 'chunks');
}

async function opened(folder: string, create = true): Promise<Store> {
  const store = await openNodeStore(folder, { create });
  onTestFinished(() => store.close());
  return store;
}

const key = (at: number) => `c${String(at).padStart(6, '0')}`;

function entries(from: number, to: number, bytes: number): StoreEntry[] {
  return Array.from({ length: to - from }, (_, at) => ({ key: key(from + at), value: Buffer.alloc(bytes, from + at) }));
}

const keys = (found: readonly StoreEntry[]) => found.map((each) => each.key);

const all = (store: Store) => store.read('', '~', 1e9);

/** The folder of a store with 6 000 entries of 1 000 bytes, all of them in tables. */
async function filled(): Promise<string> {
  const folder = await place();
  const store = await openNodeStore(folder, { create: true });
  for (let from = 0; from < 6000; from += 500) await store.write(entries(from, from + 500, 1000), false);
  await store.close();
  // What a log holds is put into tables by the next who opens the store.
  await (await openNodeStore(folder, { create: false })).close();
  return folder;
}

async function fileOf(folder: string, kind: RegExp): Promise<string> {
  const name = (await readdir(folder)).find((each) => kind.test(each));
  if (name === undefined) throw new Error(`no ${kind} in ${folder}`);
  return name;
}

/** What opening says. */
function opening(folder: string, create = false): Promise<unknown> {
  return openNodeStore(folder, { create }).then(
    async (store) => {
      await store.close();
      return 'open';
    },
    (error: unknown) => error,
  );
}

/** A process of its own that writes to a store. */
class Writer {
  readonly #child: ReturnType<typeof startWriter>;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: string, shell: string) {
    this.#child = startWriter(folder, shell);
    onTestFinished(() => void this.#child.kill('SIGKILL'));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the writer has ended');
    return value;
  }

  write(at: number): Promise<string> {
    this.#child.stdin.write(`${key(at)}\n`);
    return this.line();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

function startWriter(folder: string, shell: string) {
  const args = ['-c', `${shell} exec "$@"`, 'sh', process.execPath, '--import', TSX, WRITER, folder];
  return spawn('/bin/sh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
}

describe('a store', () => {
  test('has what was written when it is opened again', async () => {
    const folder = await place();
    const first = await openNodeStore(folder, { create: true });
    await first.write([{ key: 'a', value: Buffer.from([0xff, 0]) }], true);
    await first.close();
    expect(await all(await opened(folder, false))).toEqual([{ key: 'a', value: Buffer.from([0xff, 0]) }]);
  });

  test('reads in the order of keys, whatever the order they were written in', async () => {
    const store = await opened(await place());
    await store.write(
      [3, 1, 2].map((at) => ({ key: key(at), value: Buffer.alloc(1) })),
      false,
    );
    expect(keys(await all(store))).toEqual([key(1), key(2), key(3)]);
  });

  test('reads from the first key on, up to the last one excluded', async () => {
    const store = await opened(await place());
    await store.write(entries(0, 9, 1), false);
    expect(keys(await store.read(key(2), key(5), 1e9))).toEqual([key(2), key(3), key(4)]);
  });

  test.each([
    [0, 1],
    [99, 1],
    [100, 1],
    [399, 3],
    [400, 4],
    [250_000, 2500],
    [1e12, 3000],
  ])('reads %d bytes of values at most, one entry at least', async (bytes, count) => {
    const store = await opened(await place());
    await store.write(entries(0, 3000, 100), false);
    expect(keys(await store.read('', '~', bytes))).toEqual(keys(entries(0, count, 0)));
  });

  test('reads nothing where nothing is', async () => {
    const store = await opened(await place());
    expect(await all(store)).toEqual([]);
  });

  test('removes what is written without a value', async () => {
    const store = await opened(await place());
    await store.write(entries(0, 3, 1), false);
    await store.write([{ key: key(1) }, { key: key(9) }], false);
    expect(keys(await all(store))).toEqual([key(0), key(2)]);
  });

  test('keeps an empty value', async () => {
    const store = await opened(await place());
    await store.write([{ key: 'a', value: Buffer.alloc(0) }], false);
    expect(await all(store)).toEqual([{ key: 'a', value: Buffer.alloc(0) }]);
  });

  test('writes in the order of calls', async () => {
    const store = await opened(await place());
    const writes = Array.from({ length: 200 }, (_, at) => [{ key: 'a', value: Buffer.from(String(at)) }]);
    await Promise.all(writes.map((changes) => store.write(changes, false)));
    expect(String((await all(store))[0]?.value)).toBe('199');
  });

  test('has been closed only when what was under way is written', async () => {
    const folder = await place();
    const first = await openNodeStore(folder, { create: true });
    const writes = Promise.all(entries(0, 100, 1).map((entry) => first.write([entry], false)));
    await first.close();
    await writes;
    expect((await all(await opened(folder, false))).length).toBe(100);
  });

  test('that is closed can be closed again', async () => {
    const store = await opened(await place());
    await store.close();
    await expect(store.close()).resolves.toBeUndefined();
  });

  test('that is closed is neither written nor read', async () => {
    const store = await opened(await place());
    await store.close();
    await expect(store.write(entries(0, 1, 1), false)).rejects.toThrow(StateError);
    await expect(all(store)).rejects.toThrow(StateError);
  });

  test.runIf(POSIX)('is for its owner alone', async () => {
    const folder = await place();
    await opened(folder);
    const modes = await Promise.all([folder, join(folder, '..')].map((path) => stat(path)));
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['700', '700']);
  });
});

describe('what was written without a sync', () => {
  test('survives a SIGKILL', async () => {
    const folder = await place();
    const writer = new Writer(folder, '');
    await writer.line();
    await writer.write(1);
    await writer.write(2);
    await writer.kill();
    expect(keys(await all(await opened(folder, false)))).toEqual([key(1), key(2)]);
  });
});

describe('a second opener', () => {
  test('in the same process is told so', async () => {
    const folder = await place();
    await opened(folder);
    expect(await opening(folder)).toEqual(new StateError(`the store ${folder} is in use by this process already`));
  });

  test('in another process is told so', async () => {
    const folder = await place();
    await opened(folder);
    const sentence = `refused StateError: the store ${folder} is in use by another process`;
    expect(await new Writer(folder, '').line()).toBe(sentence);
  });

  test('comes in once the first one has closed', async () => {
    const folder = await place();
    await (await opened(folder)).close();
    expect(await opening(folder)).toBe('open');
  });

  test('comes in once the first one was killed', async () => {
    const folder = await place();
    const writer = new Writer(folder, '');
    await writer.line();
    await writer.kill();
    expect(await opening(folder)).toBe('open');
  });

  test('leaves the first one as it is', async () => {
    const folder = await place();
    const store = await opened(folder);
    await opening(folder);
    await store.write(entries(0, 1, 1), true);
    expect(keys(await all(store))).toEqual([key(0)]);
  });
});

describe('a store that is not there', () => {
  test('is an error, and nothing is made', async () => {
    const folder = await place();
    expect(await opening(folder)).toEqual(new StateError(`the store ${folder} is missing`));
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  test('is made in a folder that a crash has left empty', async () => {
    const folder = await place();
    await (await opened(folder)).close();
    for (const name of await readdir(folder)) await rm(join(folder, name));
    expect(await opening(folder, true)).toBe('open');
  });

  test('is not made where a file is', async () => {
    const folder = join(await place(), '..', '..', 'file');
    await writeFile(folder, 'theirs');
    const error = await opening(folder, true);
    expect(error).toBeInstanceOf(StateError);
    expect(String(error)).toMatch(`the store ${folder} cannot be opened: ENOTDIR`);
  });
});

describe('a store that is not whole is an error that says what is wrong', () => {
  const cases: [string, string, (folder: string) => Promise<unknown>][] = [
    ['without CURRENT', 'its file CURRENT is missing', (folder) => rm(join(folder, 'CURRENT'))],
    [
      'with an empty CURRENT',
      'its file CURRENT is cut or garbled (CURRENT file does not end with newline)',
      (folder) => truncate(join(folder, 'CURRENT')),
    ],
    [
      'with a CURRENT that names nothing',
      'its file MANIFEST-999999 is missing',
      (folder) => writeFile(join(folder, 'CURRENT'), 'MANIFEST-999999\n'),
    ],
    [
      'with a garbled MANIFEST',
      'its file MANIFEST, the list of the others, is cut or garbled (no meta-nextfile entry in descriptor)',
      async (folder) => writeFile(join(folder, await fileOf(folder, /MANIFEST/)), 'garbage '.repeat(10)),
    ],
  ];

  test.each(cases)('%s', async (_, fault, damage) => {
    const folder = await filled();
    await damage(folder);
    expect(await opening(folder)).toEqual(new StateError(`the store ${folder} is not whole: ${fault}`));
  });

  test('without one of its tables', async () => {
    const folder = await filled();
    const name = await fileOf(folder, /\.ldb$/);
    await rm(join(folder, name));
    const sentence = `the store ${folder} is not whole: its file ${name} is missing`;
    expect(await opening(folder)).toEqual(new StateError(sentence));
  });

  test('without CURRENT, also for whoever would make a new one', async () => {
    const folder = await filled();
    await rm(join(folder, 'CURRENT'));
    const sentence = `the store ${folder} is not whole: its file CURRENT is missing`;
    expect(await opening(folder, true)).toEqual(new StateError(sentence));
  });

  test('and is as it was afterwards', async () => {
    const folder = await filled();
    const manifest = join(folder, await fileOf(folder, /MANIFEST/));
    const whole = await readFile(manifest);
    await writeFile(manifest, 'garbage '.repeat(10));
    await opening(folder);
    await writeFile(manifest, whole);
    expect((await all(await opened(folder, false))).length).toBe(6000);
  });
});

describe('a table', () => {
  // A table begins with an entry: what its key shares with the one before, the lengths of key and value, both, the next.
  const KEY_LENGTH = 1;
  const SECOND_KEY = 1023;
  // A block ends with the place of its first entry, the number of such places, its compression and its checksum.
  const BLOCK_END = 13;

  /** Where it begins: its key is the second one that is written in full. */
  const secondBlock = (table: Buffer) => table.indexOf('c000', 10) - 4;

  /** A store of which one table was changed. */
  async function changed(change: (table: Buffer) => Buffer): Promise<{ folder: string; name: string }> {
    const folder = await filled();
    const name = await fileOf(folder, /\.ldb$/);
    await writeFile(join(folder, name), change(await readFile(join(folder, name))));
    return { folder, name };
  }

  test.each<[string, (table: Buffer) => Buffer]>([
    ['that was cut', (table) => table.subarray(0, 10_000)],
    ['that LevelDB would crash on', (table) => withBit(table, KEY_LENGTH * 8 + 3)],
    ['of zeros at its end', (table) => table.fill(0, table.length - 100)],
    ['of zeros in the middle', (table) => table.fill(0, 1_000_000, 1_010_000)],
    ['with another last byte', (table) => withBit(table, table.length * 8 - 1)],
    ['with a garbled index', (table) => withBit(table, (table.lastIndexOf('c00') + 1) * 8 + 4)],
    ['with a garbled end of a block', (table) => withBit(table, (secondBlock(table) - BLOCK_END) * 8)],
    ['with keys out of order', (table) => withBit(table, SECOND_KEY * 8 + 3)],
  ])('%s is an error of whoever opens the store', async (_, change) => {
    const { folder, name } = await changed(change);
    const sentence = `the store ${folder} is not whole: its file ${name} is cut or garbled`;
    expect(await opening(folder)).toEqual(new StateError(sentence));
  });

  test('with a changed value is read, with that value', async () => {
    const { folder } = await changed((table) => withBit(table, 500 * 8));
    const [first] = await (await opened(folder, false)).read('', '~', 1);
    expect(first?.value.filter((byte) => byte !== 0).length).toBe(1);
  });

  test('that a crash has left half-written is not missed', async () => {
    const folder = await filled();
    await writeFile(join(folder, '000999.ldb'), 'half');
    expect(await opening(folder)).toBe('open');
  });

  test('that is no longer used is not missed, whatever is in it', async () => {
    const { folder } = await manyTables();
    await rewritten(folder);
    const names = await readdir(folder);
    const gone = Array.from({ length: 30 }, (_, at) => `${String(at).padStart(6, '0')}.ldb`);
    for (const name of gone) if (!names.includes(name)) await writeFile(join(folder, name), 'garbled');
    expect(await opening(folder)).toBe('open');
  });

  test('with any bit flipped ends no process: it is refused, or the rest is read', async () => {
    const { folder, files } = await manyTables();
    const random = seededRandom(11);
    const tables = files.filter(([name]) => name.endsWith('.ldb'));
    const said = new Set<unknown>();
    for (let round = 0; round < 60; round += 1) {
      const [name, bytes] = tables[round % tables.length] ?? ['', Buffer.alloc(0)];
      await layOut(folder, files);
      // Half of them where the first keys are.
      const reach = round % 2 === 0 ? bytes.length : 64;
      await writeFile(join(folder, name), withBit(Buffer.from(bytes), Math.floor(random() * reach * 8)));
      said.add(await throughAndThrough(folder));
    }
    expect([...said].sort()).toEqual(['read', 'refused']);
  });
});

function withBit(bytes: Buffer, bit: number): Buffer {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes;
}

type LaidOut = readonly (readonly [name: string, bytes: Buffer])[];

async function filesOf(folder: string): Promise<LaidOut> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('LO'));
  return Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const));
}

async function layOut(folder: string, files: LaidOut): Promise<void> {
  await rm(folder, { recursive: true });
  await mkdir(folder);
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
}

const SMALL = { keyEncoding: 'utf8', valueEncoding: 'buffer', compression: false, writeBufferSize: 64 * 1024 } as const;

/** A store of several small tables: with what was removed, and a key that was written again and again. */
async function manyTables(): Promise<{ folder: string; files: LaidOut }> {
  const folder = await place();
  const level = new ClassicLevel<string, Buffer>(folder, SMALL);
  for (let at = 0; at < 2000; at += 1) {
    const removed = at < 500 ? [] : [{ type: 'del', key: key(at - 500) } as const];
    const meta = { type: 'put', key: 'meta', value: Buffer.from(String(at)) } as const;
    await level.batch([{ type: 'put', key: key(at), value: Buffer.alloc(at % 120, at) }, meta, ...removed]);
  }
  await level.close();
  return { folder, files: await filesOf(folder) };
}

/** Opens a store, then reads and rewrites all of it, which is when LevelDB looks at every entry. */
async function throughAndThrough(folder: string): Promise<string> {
  if ((await opening(folder)) !== 'open') return 'refused';
  await rewritten(folder);
  return 'read';
}

async function rewritten(folder: string): Promise<void> {
  const level = new ClassicLevel<string, Buffer>(folder, SMALL);
  await level.open();
  await level
    .values()
    .all()
    .catch(() => {});
  await level.compactRange('', '~').catch(() => {});
  await level.close();
}

describe('a log that was cut', () => {
  /** A store of which everything is in its log, written entry by entry, and all its files. */
  async function logged() {
    const folder = await place();
    const store = await openNodeStore(folder, { create: true });
    for (const entry of entries(0, 100, 1000)) await store.write([entry], false);
    await store.close();
    return { folder, files: await filesOf(folder) };
  }

  /** The entries of a store that is laid out anew, with so many bytes of its log. */
  async function cutTo(left: number, { folder, files }: Awaited<ReturnType<typeof logged>>): Promise<StoreEntry[]> {
    await layOut(
      folder,
      files.map(([name, bytes]) => [name, name.endsWith('.log') ? bytes.subarray(0, left) : bytes]),
    );
    const store = await openNodeStore(folder, { create: false });
    const found = await all(store);
    await store.close();
    return found;
  }

  test('anywhere leaves the writes before the cut, each whole', async () => {
    const store = await logged();
    const wrong: number[] = [];
    for (let left = 0; left < 100_000; left += 4999) {
      const found = await cutTo(left, store);
      // Around each entry of 1 000 bytes stand some 40.
      const least = Math.floor(left / 1040) - 1;
      if (found.length < least || !isDeepStrictEqual(found, entries(0, found.length, 1000))) wrong.push(left);
    }
    expect(wrong).toEqual([]);
  });
});

describe.runIf(POSIX)('a write that the disk refuses', () => {
  // The shell allows files of 16 KiB; a write beyond that fails in the middle, as on a full disk.
  const LIMIT = 'ulimit -S -f 32;';

  async function refused() {
    const folder = await place();
    const writer = new Writer(folder, LIMIT);
    await writer.line();
    let written = 0;
    for (;;) {
      const said = await writer.write(written);
      if (!said.startsWith('written')) return { folder, writer, written, said };
      written += 1;
    }
  }

  test('is an error that says why', async () => {
    const { folder, said } = await refused();
    expect(said).toBe(
      `refused StateError: the store ${folder} cannot be written: ${join(folder, '000003.log')}: File too large`,
    );
  });

  test.runIf(LINUX)('is followed by no other one, even when there is room again', async () => {
    const { writer, written, said } = await refused();
    await execute('prlimit', ['--pid', String(writer.pid), '--fsize=unlimited']);
    expect(await writer.write(written + 1)).toBe(said);
  });

  test('takes nothing with it that was written before', async () => {
    const { folder, writer, written } = await refused();
    await writer.kill();
    expect(keys(await all(await opened(folder, false)))).toEqual(keys(entries(0, written, 0)));
  });
});
