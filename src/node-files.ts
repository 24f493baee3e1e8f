import { constants, createReadStream, createWriteStream } from 'node:fs';
import { access, type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Files, OverwrittenFile } from './environment.ts';
import { lockPath } from './node-lock.ts';

/** The real disk. Files that `replace`, `overwrite` and `lock` make are readable for their owner alone. */
export const nodeFiles: Files = {
  readText: (path) => readFile(path, 'utf8'),
  readBytes: (path) => readFile(path),
  read: (path) => createReadStream(path),
  append: (path) => createWriteStream(path, { flags: 'a' }),
  replace: replaceInOrder,
  list,
  overwrite,
  lock: async (path) => {
    await makeFolder(dirname(path));
    return lockPath(path);
  },
};

/**
 * Makes a folder for its owner alone, and those above it, durably. One by one: Node's own recursion never ends where a
 * file system answers ENOENT to what it does not allow (/proc).
 */
export async function makeFolder(path: string): Promise<void> {
  const whole = resolve(path);
  try {
    await mkdir(whole, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || (await exists(dirname(whole)))) throw error;
    await makeFolder(dirname(whole));
    await mkdir(whole, { mode: 0o700 }).catch(unlessExists);
  }
  // A new folder is durable once the one above it is written.
  await syncFolder(dirname(whole));
}

/** Makes durable which names stand in a folder. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders; there a rename is durable with its file.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Per path, the replacement that was asked for last, while it is under way. */
const replacing = new Map<string, Promise<void>>();

/** One at a time for a path: they share a temporary file, and the last one asked for is the one that stays. */
function replaceInOrder(path: string, text: string): Promise<void> {
  const run = () => replace(path, text);
  const replaced = replacing.get(path)?.then(run, run) ?? run();
  replacing.set(path, replaced);
  const forget = () => {
    if (replacing.get(path) === replaced) replacing.delete(path);
  };
  replaced.then(forget, forget);
  return replaced;
}

async function replace(path: string, text: string): Promise<void> {
  // One name per process: what a killed one leaves behind is used again by the next of its pid.
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeDurably(draft, text);
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await create(path);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Never opens what is there already: a link that somebody else has put there would be followed. */
async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') await makeFolder(dirname(path));
    else if (codeOf(error) === 'EEXIST') await rm(path, { force: true });
    else throw error;
    return open(path, 'wx', 0o600);
  }
}

function unlessExists(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

async function list(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Windows has no such flag. */
const NO_LINKS = constants.O_NOFOLLOW ?? 0;

async function overwrite(path: string): Promise<OverwrittenFile> {
  await makeFolder(dirname(path));
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | NO_LINKS, 0o600);
  return { write: (text) => writeFromStart(file, Buffer.from(text)), close: () => file.close() };
}

async function writeFromStart(file: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, written);
    written += bytesWritten;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
