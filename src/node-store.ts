import type { ClassicLevel } from 'classic-level';
import type { OpenStore, Store, StoreChange, StoreEntry } from './environment.ts';
import { StateError } from './errors.ts';
import { makeFolder, nodeFiles, syncFolder } from './node-files.ts';
import { findBrokenTable } from './node-tables.ts';

/**
 * Opens a LevelDB store. It notices that files of it are missing or that what joins them is garbled. It does not notice
 * a changed value, nor that a part of the last writes is gone: checksums and numbers without holes are the caller's.
 */
export const openNodeStore: OpenStore = async (folder, { create }) => {
  const level = await prepared(folder, create);
  try {
    await level.open();
    // Its own file CURRENT has been put in place by a rename, and so are its logs' names new.
    await syncFolder(folder);
  } catch (error) {
    await level.close();
    throw openFault(folder, error);
  }
  return new LevelStore(folder, level);
};

type Level = ClassicLevel<string, Buffer>;

/** Most entries that are asked for at once. */
const PAGE = 1000;

/** What a read holds at once counts in 32 bits. */
const LARGEST_READ = 2 ** 32 - 1;

class LevelStore implements Store {
  readonly #folder: string;
  readonly #level: Level;
  #writing: Promise<void> = Promise.resolve();
  #fault: StateError | undefined;

  constructor(folder: string, level: Level) {
    this.#folder = folder;
    this.#level = level;
  }

  async read(from: string, to: string, bytes: number): Promise<StoreEntry[]> {
    try {
      return await this.#read(from, to, bytes);
    } catch (error) {
      throw new StateError(`the store ${this.#folder} cannot be read: ${textOf(error)}`, { cause: error });
    }
  }

  /** One at a time: the threads that write would not keep the order. */
  write(changes: readonly StoreChange[], sync: boolean): Promise<void> {
    const written = this.#writing.then(() => this.#write(changes, sync));
    this.#writing = written.catch(() => {});
    return written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#level.close();
  }

  async #read(from: string, to: string, bytes: number): Promise<StoreEntry[]> {
    const iterator = this.#level.iterator({ gte: from, lt: to, highWaterMarkBytes: Math.min(bytes, LARGEST_READ) });
    try {
      const entries: StoreEntry[] = [];
      let left = bytes;
      for (;;) {
        const page = await iterator.nextv(PAGE);
        for (const [key, value] of page) {
          left -= value.length;
          if (left < 0 && entries.length > 0) return entries;
          entries.push({ key, value });
        }
        if (left <= 0 || page.length === 0) return entries;
      }
    } finally {
      await iterator.close();
    }
  }

  async #write(changes: readonly StoreChange[], sync: boolean): Promise<void> {
    // A write that failed may be in the log in part. LevelDB takes more writes behind it, and when it is opened again
    // all of them are gone.
    if (this.#fault) throw this.#fault;
    try {
      await this.#level.batch(
        changes.map(({ key, value }) => (value ? { type: 'put', key, value } : { type: 'del', key })),
        { sync },
      );
    } catch (error) {
      this.#fault = new StateError(`the store ${this.#folder} cannot be written: ${textOf(error)}`, { cause: error });
      throw this.#fault;
    }
  }
}

/** LevelDB itself would make a new store where only CURRENT is missing, beside what is left of the old one. */
async function prepared(folder: string, create: boolean): Promise<Level> {
  const names = await nodeFiles.list(folder).catch((error: unknown) => {
    throw openFault(folder, error);
  });
  if (!names.includes('CURRENT')) {
    if (names.some((name) => /\.(ldb|log)$/.test(name))) throw broken(folder, 'its file CURRENT is missing');
    if (!create) throw new StateError(`the store ${folder} is missing`);
    await makeFolder(folder).catch((error: unknown) => {
      throw openFault(folder, error);
    });
  }
  const table = await findBrokenTable(folder);
  if (table !== undefined) throw broken(folder, `its file ${table} is cut or garbled`);
  const { ClassicLevel } = await import('classic-level');
  return new ClassicLevel<string, Buffer>(folder, {
    createIfMissing: create,
    compression: false,
    keyEncoding: 'utf8',
    valueEncoding: 'buffer',
  });
}

function broken(folder: string, fault: string, cause?: unknown): StateError {
  return new StateError(`the store ${folder} is not whole: ${fault}`, cause === undefined ? {} : { cause });
}

function openFault(folder: string, error: unknown): StateError {
  const cause = innermost(error);
  const text = textOf(error);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'LEVEL_LOCKED') {
    const who = text.includes('already held by process') ? 'this process already' : 'another process';
    return new StateError(`the store ${folder} is in use by ${who}`, { cause });
  }
  const missing =
    /(MANIFEST-\d+): No such file/.exec(text)?.[1] ?? /missing files; e\.g\.: .*?([^/\\]+)$/.exec(text)?.[1];
  if (missing !== undefined) return broken(folder, `its file ${missing} is missing`, cause);
  if (code === 'LEVEL_CORRUPTION') {
    const name = text.includes('CURRENT') ? 'CURRENT' : 'MANIFEST, the list of the others,';
    return broken(folder, `its file ${name} is cut or garbled (${text})`, cause);
  }
  return new StateError(`the store ${folder} cannot be opened: ${text}`, { cause });
}

/** What LevelDB said, without its word for the kind of error; a garbled file name in it may hold control characters. */
function textOf(error: unknown): string {
  const cause = innermost(error);
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replace(/^(Corruption|IO error|Invalid argument): /, '').replaceAll(/\p{Cc}/gu, '?');
}

/** `classic-level` wraps the error that says why. */
function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}
