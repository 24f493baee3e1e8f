import { join } from 'node:path';
import type { Files, OpenStore, OverwrittenFile, Store } from '../environment.ts';
import { messageOf, StateError } from '../errors.ts';
import { checksum, formatState, parseState } from './state-file.ts';

export interface BufferFolderOptions {
  readonly folder: string;
  readonly files: Pick<Files, 'readText' | 'replace' | 'lock' | 'list' | 'overwrite'>;
  readonly openStore: OpenStore;
}

/** The files of a buffer on disk: the store, and what says of it that something is missing. */
export interface BufferFolder {
  readonly store: Store;
  /** Up to which position was committed, as a file beside the store says; undefined when that cannot be read. */
  readonly mark: number | undefined;
  /** Everything before `position` is committed. */
  note(position: number): Promise<void>;
  /** Puts aside what is kept at a position and cannot be read. Answers with the file's name. */
  quarantine(position: number, record: Buffer, fault: string): Promise<string>;
  /** Closes and unlocks. */
  close(): Promise<void>;
}

/**
 * Locks a folder and opens what is in it; makes what is missing when there is nothing yet.
 * @throws StateError when another one keeps it, or when it is not whole.
 */
export async function openBufferFolder(options: BufferFolderOptions): Promise<BufferFolder> {
  const { folder, files } = options;
  const unlock = await files.lock(folder).catch((error: unknown) => {
    throw error instanceof StateError ? error : stateError(folder, `cannot be locked: ${messageOf(error)}`, error);
  });
  try {
    return await open(options, unlock);
  } catch (error) {
    await unlock();
    throw error instanceof StateError ? error : stateError(folder, `cannot be opened: ${messageOf(error)}`, error);
  }
}

/** What a marker says: nothing can be missing while the store is being made for the first time. */
type Stage = 'new' | 'ready';

async function open(options: BufferFolderOptions, unlock: () => Promise<void>): Promise<BufferFolder> {
  const { folder, files, openStore } = options;
  const marker = join(folder, 'buffer.json');
  const stage = await readStage(options, marker);
  if (stage === 'new') await files.replace(marker, formatState('buffer', 'new'));
  const store = await openStore(join(folder, 'chunks'), { create: stage === 'new' }).catch((error: unknown) => {
    throw stateError(folder, `cannot be opened: ${messageOf(error)}; ${ADVICE}`, error);
  });
  let written: OverwrittenFile | undefined;
  try {
    const path = join(folder, 'written');
    const mark = stage === 'new' ? 0 : await readMark(files, path);
    written = await files.overwrite(path);
    if (stage === 'new') {
      await written.write(formatMark(0));
      await files.replace(marker, formatState('buffer', 'ready'));
    }
    return new OpenFolder(options, store, written, mark, unlock);
  } catch (error) {
    await written?.close();
    await store.close();
    throw error;
  }
}

async function readStage({ folder, files }: BufferFolderOptions, marker: string): Promise<Stage> {
  const text = await textOf(files, marker);
  if (text === undefined) {
    // A kill may have come while the marker itself was written, before anything else.
    const names = (await files.list(folder)).filter((name) => !DRAFT.test(name));
    if (names.length === 0) return 'new';
    throw stateError(folder, `is not whole: its file buffer.json is missing, and ${names[0]} is there; ${ADVICE}`);
  }
  const read = parseState('buffer', text);
  if (read.value === 'new' || read.value === 'ready') return read.value;
  throw stateError(folder, `cannot be used: its file buffer.json ${read.value ?? read.fault}; ${ADVICE}`);
}

class OpenFolder implements BufferFolder {
  readonly store: Store;
  readonly mark: number | undefined;
  readonly #options: BufferFolderOptions;
  readonly #written: OverwrittenFile;
  readonly #unlock: () => Promise<void>;

  constructor(
    options: BufferFolderOptions,
    store: Store,
    written: OverwrittenFile,
    mark: number | undefined,
    unlock: () => Promise<void>,
  ) {
    this.#options = options;
    this.store = store;
    this.#written = written;
    this.mark = mark;
    this.#unlock = unlock;
  }

  note(position: number): Promise<void> {
    return this.#written.write(formatMark(position));
  }

  async quarantine(position: number, record: Buffer, fault: string): Promise<string> {
    const path = join(this.#options.folder, 'quarantine', `${position}.json`);
    const entry = { position, fault, record: record.toString('base64') };
    await this.#options.files.replace(path, `${JSON.stringify(entry)}\n`);
    return path;
  }

  async close(): Promise<void> {
    try {
      await this.store.close();
      await this.#written.close();
    } finally {
      await this.#unlock();
    }
  }
}

/** What to do with a folder that cannot be used. */
export const ADVICE = 'restore it whole, or move it away to start with an empty buffer';

export function stateError(folder: string, what: string, cause?: unknown): StateError {
  return new StateError(`the buffer ${folder} ${what}`, cause === undefined ? {} : { cause });
}

/** What `Files.replace` leaves of a marker when it is killed. */
const DRAFT = /^buffer\.json\.\d+\.tmp$/;

const DIGITS = 16;

/** Always of the same length, as it is overwritten in place. */
function formatMark(position: number): string {
  const digits = String(position).padStart(DIGITS, '0');
  return `${digits} ${checksum(digits)}\n`;
}

async function readMark(files: Pick<Files, 'readText'>, path: string): Promise<number | undefined> {
  const text = (await textOf(files, path)) ?? '';
  const position = Number(text.slice(0, DIGITS));
  return formatMark(position) === text ? position : undefined;
}

async function textOf(files: Pick<Files, 'readText'>, path: string): Promise<string | undefined> {
  try {
    return await files.readText(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
