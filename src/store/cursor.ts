import type { Clock, Files, Logger } from '../environment.ts';
import { messageOf, StateError } from '../errors.ts';
import { formatState, parseState } from './state-file.ts';

/** Least milliseconds between the beginnings of two writes. */
const WRITE_INTERVAL = 100;
/** Least milliseconds between two lines about writes that fail. */
const LOG_INTERVAL = 10_000;

/** Largest value, in bytes of UTF-8: no handshake takes a longer one. */
export const MAX_CURSOR = 64 * 1024;

/** How far a component has got, kept in a file over restarts. */
export interface Cursor {
  /**
   * Locks the file and reads it; a missing one is a first start. May be called again after `close()` or a failure.
   * @throws StateError when another one keeps the file, or when it cannot be read or is not whole.
   */
  open(): Promise<void>;
  /** What was committed last, else `initial-value`. */
  readonly value: string | undefined;
  /** `value` was committed, in this run or an earlier one. */
  readonly committed: boolean;
  /**
   * Commits a value: at once for `value`, on disk at most every 100 ms. One of more than 64 KiB is refused and counted,
   * and the cursor stays. Ignored before `open()` and after `close()`: then nobody keeps the file.
   */
  advance(value: string): void;
  /**
   * Writes what is not written yet, and unlocks.
   * @throws StateError when the last value is not on disk; the file is unlocked all the same.
   */
  close(): Promise<void>;
  counts(): CursorCounts;
}

export interface CursorCounts {
  /** Writes that the disk did not take; the value was tried again. */
  readonly failedWrites: number;
  /** Values that were too large. */
  readonly refused: number;
}

export interface CursorOptions {
  readonly path: string;
  readonly initialValue?: string | undefined;
  /** A missing file is one that `readText` rejects with the code ENOENT. */
  readonly files: Pick<Files, 'readText' | 'replace' | 'lock'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createCursor(options: CursorOptions): Cursor {
  return new FileCursor(options);
}

class FileCursor implements Cursor {
  readonly #options: CursorOptions;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** There while the file is ours. */
  #unlock: (() => Promise<void>) | undefined;
  #committed: string | undefined;
  /** What the file holds. */
  #stored: string | undefined;
  #writing: Promise<void> | undefined;
  #timer: unknown;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #loggedAt = Number.NEGATIVE_INFINITY;
  /** Why the last write failed, until one succeeds. */
  #fault: unknown;
  #failedWrites = 0;
  #refused = 0;

  constructor(options: CursorOptions) {
    this.#options = options;
  }

  get value(): string | undefined {
    return this.#committed ?? this.#options.initialValue;
  }

  get committed(): boolean {
    return this.#committed !== undefined;
  }

  counts(): CursorCounts {
    return { failedWrites: this.#failedWrites, refused: this.#refused };
  }

  open(): Promise<void> {
    if (this.#opening) return this.#opening;
    const opening = this.#open(this.#closing);
    this.#opening = opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening;
  }

  advance(value: string): void {
    if (!this.#unlock || this.#closing || value === this.#committed) return;
    if (Buffer.byteLength(value) > MAX_CURSOR) {
      this.#refuse(value);
      return;
    }
    this.#committed = value;
    this.#plan();
  }

  close(): Promise<void> {
    const opening = this.#opening;
    if (this.#closing && !opening) return this.#closing;
    this.#opening = undefined;
    this.#closing = this.#close(opening);
    return this.#closing;
  }

  async #open(closing: Promise<void> | undefined): Promise<void> {
    await closing?.catch(() => {});
    if (this.#closing === closing) this.#closing = undefined;
    const unlock = await this.#lock();
    this.#stored = await this.#read().catch(async (error: unknown) => {
      await unlock();
      throw error;
    });
    this.#committed = this.#stored;
    this.#unlock = unlock;
  }

  async #lock(): Promise<() => Promise<void>> {
    const { path, files } = this.#options;
    try {
      return await files.lock(path);
    } catch (error) {
      throw error instanceof StateError ? error : this.#stateError(`cannot be locked: ${messageOf(error)}`, error);
    }
  }

  async #read(): Promise<string | undefined> {
    const { path, files, initialValue } = this.#options;
    let text: string;
    try {
      text = await files.readText(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw this.#stateError(`cannot be read: ${messageOf(error)}`, error);
    }
    const read = parseState('cursor', text);
    if (read.value !== undefined) return read.value;
    const start = initialValue === undefined ? 'without a cursor' : 'from initial-value';
    throw this.#stateError(`${read.fault}; restore it, or delete it to start ${start}`);
  }

  /** The next write: at once when the last one began long enough ago. */
  #plan(): void {
    if (this.#timer !== undefined || this.#writing || this.#closing || this.#committed === this.#stored) return;
    const { clock } = this.#options;
    const wait = this.#writtenAt + WRITE_INTERVAL - clock.now();
    if (wait <= 0) this.#write();
    else {
      this.#timer = clock.setTimeout(() => {
        this.#timer = undefined;
        this.#write();
      }, wait);
    }
  }

  #write(): void {
    this.#writtenAt = this.#options.clock.now();
    this.#writing = this.#store().then(() => {
      this.#writing = undefined;
      this.#plan();
    });
  }

  /** Never rejects: a value that could not be written is written with the next one. */
  async #store(): Promise<void> {
    const value = this.#committed;
    if (value === undefined) return;
    const { path, files } = this.#options;
    try {
      await files.replace(path, formatState('cursor', value));
      this.#stored = value;
      this.#fault = undefined;
    } catch (error) {
      this.#fault = error;
      this.#failedWrites += 1;
      this.#logFault(error);
    }
  }

  async #close(opening: Promise<void> | undefined): Promise<void> {
    const { clock, logger, path } = this.#options;
    await opening?.catch(() => {});
    clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    if (this.#committed !== this.#stored) await this.#store();
    await this.#unlock?.().catch((error: unknown) => {
      logger.warn({ cursor: path, err: error }, `the lock of the cursor ${path} stays`);
    });
    this.#unlock = undefined;
    if (this.#committed === this.#stored) return;
    throw this.#stateError(`cannot be written: ${messageOf(this.#fault)}; the next start is behind`, this.#fault);
  }

  #refuse(value: string): void {
    this.#refused += 1;
    if (this.#refused > 1) return;
    const { logger, path } = this.#options;
    const size = `${Buffer.byteLength(value)} bytes, at most ${MAX_CURSOR}`;
    logger.error({ cursor: path }, `a value is too large for the cursor ${path}, which stays: ${size}`);
  }

  #logFault(error: unknown): void {
    const { clock, logger, path } = this.#options;
    if (clock.now() - this.#loggedAt < LOG_INTERVAL) return;
    this.#loggedAt = clock.now();
    const fields = { cursor: path, failedWrites: this.#failedWrites };
    logger.error(fields, `the cursor ${path} cannot be written: ${messageOf(error)}; tried again`);
  }

  #stateError(what: string, cause?: unknown): StateError {
    return new StateError(`the cursor ${this.#options.path} ${what}`, cause === undefined ? {} : { cause });
  }
}
