import { Subject } from 'rxjs';
import { messageOf } from '../errors.ts';
import { type Chunk, chunkBytes, chunkCount } from '../messages/chunk.ts';
import { writeChunk } from '../messages/chunk-record.ts';
import { ADVICE, type BufferFolder, openBufferFolder, stateError } from './buffer-folder.ts';
import { type BufferMeta, formatMeta, META_KEY, parseMeta } from './buffer-meta.ts';
import { chunkKey, FIRST_KEY, keyAfter, LAST_KEY, readChunkKey } from './chunk-key.ts';
import type { Amount, ChunkLog, ChunkLogOptions, DurableRange } from './chunk-log.ts';
import { ChunkPlaces } from './chunk-places.ts';
import { ChunkReader } from './chunk-reader.ts';

export function createChunkLog(options: ChunkLogOptions): ChunkLog {
  return new FolderLog(options);
}

/** Of a group, when the options do not say. */
const GROUP_BYTES = 8 * 1024 * 1024;

/** Not durable. Without events it only says how far its source is. */
interface Append {
  readonly chunk: Chunk;
  readonly position: number;
  readonly end: number;
  /** Bytes of all payloads up to its end. */
  readonly bytes: number;
  readonly key: string;
}

class FolderLog implements ChunkLog {
  readonly sources = new Map<string, number>();
  readonly opened$ = new Subject<void>();
  readonly durable$ = new Subject<DurableRange>();
  readonly failed$ = new Subject<Error>();
  readonly #options: ChunkLogOptions;
  readonly #reader: ChunkReader;
  readonly #places = new ChunkPlaces();
  #opening: Promise<void> | undefined;
  /** There while it is open. */
  #folder: BufferFolder | undefined;
  /** Not durable, in order. */
  #appends: Append[] = [];
  /** Records that are settled. */
  #removals: string[] = [];
  #end: Amount = NOTHING;
  #durable: Amount = NOTHING;
  #loaded: Amount = NOTHING;
  /** Position that the disk knows as settled. */
  #noted = 0;
  #lost = 0;
  #committing: Promise<void> | undefined;
  #loading: Promise<unknown> = Promise.resolve();
  #fault: Error | undefined;

  constructor(options: ChunkLogOptions) {
    this.#options = options;
    this.#reader = new ChunkReader(options);
  }

  get waiting(): Amount {
    return difference(this.#end, this.#loaded);
  }

  get unwritten(): Amount {
    return difference(this.#end, this.#durable);
  }

  get kept(): number {
    const unsettled = this.#places.events + this.waiting.events;
    return Math.max(0, unsettled - (this.#end.events - Math.max(this.#durable.events, this.#settled)));
  }

  get lost(): number {
    return this.#lost;
  }

  open(): Promise<void> {
    this.#opening = this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    const folder = await openBufferFolder(this.#options);
    try {
      await this.#restore(folder);
    } catch (error) {
      await folder.close();
      throw error;
    }
    this.#folder = folder;
    this.opened$.next();
  }

  async close(): Promise<void> {
    // Who stops a start must not leave the lock behind.
    await this.#opening?.catch(() => {});
    const folder = this.#folder;
    this.#folder = undefined;
    if (!folder) return;
    await this.#loading;
    await this.#committing;
    await this.#commit(folder);
    await folder.close();
    if (this.#fault) throw this.#fault;
  }

  append(chunk: Chunk, room: boolean): boolean {
    const before = this.#end;
    const { events, bytes } = sum(before, { events: chunkCount(chunk), bytes: chunkBytes(chunk) });
    const append = { chunk, position: before.events, end: events, bytes, key: chunkKey(before) };
    const loads = room && this.#loaded.events === before.events;
    this.#end = { events, bytes };
    this.#appends.push(append);
    if (loads) this.#loadAppend(append, NOBODY);
    this.#plan();
    return loads;
  }

  load(take: (chunk: Chunk) => void): Promise<boolean> {
    const onDisk = this.#loaded.events < this.#durable.events;
    const loading = onDisk ? this.#read(take) : this.#loadUnwritten(take);
    this.#loading = loading;
    return loading;
  }

  settle(count: number): void {
    this.#removals.push(...this.#places.settle(count));
    this.#plan();
  }

  get #groupBytes(): number {
    return this.#options.groupBytes ?? GROUP_BYTES;
  }

  get #settled(): number {
    return this.#places.position ?? this.#loaded.events;
  }

  async #restore({ store, mark }: BufferFolder): Promise<void> {
    const { folder, logger } = this.#options;
    const [first] = await store.read(FIRST_KEY, LAST_KEY, 1);
    const meta = await this.#readMeta(store);
    if (!meta && first) throw stateError(folder, `is not whole: what it says of itself is missing; ${ADVICE}`);
    const { settled, events, bytes, sources } = meta ?? NEW;
    for (const [source, through] of sources) this.sources.set(source, through);
    if (mark === undefined) logger.warn({ buffer: folder }, `the buffer ${folder} ${UNMARKED}`);
    // What was durable once and is not known any more is a gap that the reader finds: the end of a log was cut off.
    this.#durable = { events: Math.max(events, mark ?? 0), bytes };
    this.#end = this.#durable;
    this.#loaded = { events: settled, bytes: (first && readChunkKey(first.key)?.bytes) ?? bytes };
    this.#noted = settled;
  }

  async #readMeta(store: BufferFolder['store']): Promise<BufferMeta | undefined> {
    const [entry] = await store.read(META_KEY, keyAfter(META_KEY), 1);
    if (!entry) return undefined;
    const meta = parseMeta(entry.value);
    if (typeof meta !== 'string') return meta;
    throw stateError(this.#options.folder, `cannot be used: what it says of itself ${meta}; ${ADVICE}`);
  }

  /** Commits, unless it does so already. */
  #plan(): void {
    const folder = this.#folder;
    if (!folder || this.#committing || !this.#isBehind) return;
    this.#committing = this.#commit(folder).then(() => {
      this.#committing = undefined;
      // Something may have come between the last look and now.
      this.#plan();
    });
  }

  /** The disk does not know all yet, and still takes it. */
  get #isBehind(): boolean {
    if (this.#fault) return false;
    return this.#appends.length > 0 || this.#removals.length > 0 || this.#settled > this.#noted;
  }

  /** Group commit: what comes during a write is in the next one. Never rejects. */
  async #commit(folder: BufferFolder): Promise<void> {
    try {
      while (this.#isBehind) await this.#write(folder);
    } catch (error) {
      this.#fail('cannot be written', error);
    }
  }

  async #write(folder: BufferFolder): Promise<void> {
    const group = this.#appends.slice(0, this.#groupSize());
    const { end: events, bytes } = group.at(-1) ?? { end: this.#durable.events, bytes: this.#durable.bytes };
    // What is settled may be ahead of this group; a kill before the next write must not leave it ahead of the end.
    const settled = Math.min(this.#settled, events);
    const sources = new Map(group.map(({ chunk }) => [chunk.source, chunk.through]));
    const removals = this.#removals.splice(0).map((key) => ({ key }));
    // What was acknowledged faster than the disk could take it need not be kept.
    const puts = group
      .filter(({ position, end }) => end > position && end > settled)
      .map(({ key, chunk, position }) => ({ key, value: writeChunk(chunk, position) }));
    const meta = formatMeta({ settled, events, bytes, sources: [...this.sources, ...sources] });
    const sync = this.#options.durability === 'commit' && puts.length > 0;
    await folder.store.write([...removals, ...puts, { key: META_KEY, value: meta }], sync);
    if (puts.length > 0) await folder.note(events);
    this.#noted = settled;
    this.#durable = { events, bytes };
    this.#appends.splice(0, group.length);
    for (const [source, through] of sources) {
      this.sources.set(source, through);
      this.durable$.next({ source, through });
    }
  }

  #groupSize(): number {
    const limit = this.#durable.bytes + this.#groupBytes;
    const beyond = this.#appends.findIndex(({ bytes }) => bytes > limit);
    return beyond < 0 ? this.#appends.length : beyond + 1;
  }

  async #read(take: (chunk: Chunk) => void): Promise<boolean> {
    const folder = this.#folder;
    if (!folder) return false;
    try {
      const from = this.#loaded.events;
      const { found, end, missing, useless } = await this.#reader.read(folder, from, this.#durable.events);
      this.#lost += missing;
      this.#removals.push(...useless);
      for (const each of found) this.#load(each, take);
      // Behind the last one something may be missing.
      const bytes = end === this.#end.events ? this.#end.bytes : this.#loaded.bytes;
      if (end > this.#loaded.events) this.#loaded = { events: end, bytes };
      this.#plan();
      return true;
    } catch (error) {
      this.#fail('cannot be read', error);
      return false;
    }
  }

  async #loadUnwritten(take: (chunk: Chunk) => void): Promise<boolean> {
    const limit = this.#loaded.bytes + this.#groupBytes;
    const waiting = this.#appends.filter(({ end }) => end > this.#loaded.events);
    const loaded = waiting.filter(({ bytes }, at) => at === 0 || bytes <= limit);
    for (const append of loaded) this.#loadAppend(append, take);
    return true;
  }

  /** From memory. One without events has no record, and the key of the next one. */
  #loadAppend(append: Append, take: (chunk: Chunk) => void): void {
    if (append.end === append.position) return;
    this.#reader.skip(append.key);
    this.#load(append, take);
  }

  /** Whoever takes it may settle it at once, and append more. */
  #load({ chunk, position, end, key, bytes }: Append, take: (chunk: Chunk) => void): void {
    this.#places.add({ position, end, key });
    this.#loaded = { events: end, bytes };
    take(chunk);
  }

  #fail(what: string, cause: unknown): void {
    if (this.#fault) return;
    const { folder, logger } = this.#options;
    this.#fault = stateError(folder, `${what}: ${messageOf(cause)}`, cause);
    logger.error({ buffer: folder }, `${this.#fault.message}; nothing more is settled, what can be read is delivered`);
    this.failed$.next(this.#fault);
  }
}

/** The caller has the chunk already. */
const NOBODY = (): void => {};

const NOTHING: Amount = { events: 0, bytes: 0 };

const NEW: BufferMeta = { settled: 0, events: 0, bytes: 0, sources: [] };

/** Behind the name of the buffer. */
const UNMARKED = 'has lost its file `written`: whether its last events are there cannot be told';

function sum(left: Amount, right: Amount): Amount {
  return { events: left.events + right.events, bytes: left.bytes + right.bytes };
}

function difference(left: Amount, right: Amount): Amount {
  return { events: left.events - right.events, bytes: Math.max(0, left.bytes - right.bytes) };
}
