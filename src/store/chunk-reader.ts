import type { Logger, StoreEntry } from '../environment.ts';
import { messageOf } from '../errors.ts';
import { type Chunk, chunkBytes, chunkCount, splitChunk } from '../messages/chunk.ts';
import { RecordError, readChunk } from '../messages/chunk-record.ts';
import type { Decode } from '../messages/message.ts';
import type { BufferFolder } from './buffer-folder.ts';
import { FIRST_KEY, keyAfter, LAST_KEY, readChunkKey } from './chunk-key.ts';

export interface ChunkReaderOptions {
  readonly folder: string;
  readonly logger: Pick<Logger, 'error'>;
  /** Reads the records of a source again, if that has a schema. */
  readonly decode: (source: string) => Decode | undefined;
}

/** A chunk as it was found, or what is left of it. */
export interface Found {
  readonly chunk: Chunk;
  readonly position: number;
  readonly end: number;
  /** Bytes of all payloads up to its end. */
  readonly bytes: number;
  readonly key: string;
}

export interface Finding {
  readonly found: readonly Found[];
  /** Position up to which was looked. */
  readonly end: number;
  /** Events that should have been there. */
  readonly missing: number;
  /** Keys of records that nobody needs. */
  readonly useless: readonly string[];
}

/** Bytes of records that are read at once. */
const READ_BYTES = 1024 * 1024;

/** Reads chunks in order. Whether something is missing, their positions tell. */
export class ChunkReader {
  readonly #options: ChunkReaderOptions;
  #from = FIRST_KEY;

  constructor(options: ChunkReaderOptions) {
    this.#options = options;
  }

  /** It goes on behind this record. */
  skip(key: string): void {
    this.#from = keyAfter(key);
  }

  /** The next ones, from the position `from` on; all before `to` should be there. */
  async read(folder: BufferFolder, from: number, to: number): Promise<Finding> {
    const entries = await folder.store.read(this.#from, LAST_KEY, READ_BYTES);
    const found: Found[] = [];
    const useless: string[] = [];
    let end = from;
    let missing = 0;
    for (const entry of entries) {
      const next = await this.#find(folder, entry, end);
      if (!next) {
        useless.push(entry.key);
        continue;
      }
      missing += this.#countMissing(end, next.position);
      found.push(next);
      end = next.end;
    }
    const last = entries.at(-1);
    if (last) this.skip(last.key);
    else {
      missing += this.#countMissing(end, to);
      end = Math.max(end, to);
    }
    return { found, end, missing, useless };
  }

  /** Undefined when there is nothing in it that is still to be delivered. */
  async #find(folder: BufferFolder, entry: StoreEntry, from: number): Promise<Found | undefined> {
    const { key } = entry;
    const place = readChunkKey(key);
    const whole = await this.#parse(folder, entry, place?.events ?? from);
    if (!whole || !place) return undefined;
    const end = place.events + chunkCount(whole);
    if (end <= from) return undefined;
    const settled = Math.max(0, from - place.events);
    const chunk = settled > 0 ? splitChunk(whole, settled)[1] : whole;
    return { chunk, position: place.events + settled, end, bytes: place.bytes + chunkBytes(whole), key };
  }

  async #parse(folder: BufferFolder, { key, value }: StoreEntry, position: number): Promise<Chunk | undefined> {
    try {
      return readChunk(value, position, this.#options.decode);
    } catch (error) {
      if (!(error instanceof RecordError) || error.reason === 'newer') throw error;
      const path = await folder.quarantine(position, value, messageOf(error));
      const fields = { buffer: this.#options.folder, key, quarantine: path };
      this.#options.logger.error(
        fields,
        `a record of the buffer ${this.#options.folder} is put aside: ${messageOf(error)}`,
      );
      return undefined;
    }
  }

  #countMissing(expected: number, position: number): number {
    const missing = Math.max(0, position - expected);
    if (missing > 0) {
      const { folder, logger } = this.#options;
      const fields = { buffer: folder, missing, position: expected };
      const events = missing === 1 ? '1 event is' : `${missing} events are`;
      logger.error(fields, `a gap in the buffer ${folder}: ${events} missing, from position ${expected} on`);
    }
    return missing;
  }
}
