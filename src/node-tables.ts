import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

// LevelDB does not look at the checksums of its tables, and where the keys or lengths in one are garbled an assertion
// of its ends the process: one flipped bit of 400 did that, measured. So the frame of each table is looked through
// before LevelDB is let near it. Values are not: a changed one is for whoever reads it to notice.
// https://github.com/google/leveldb/blob/v1.20/doc/table_format.md and log_format.md say what is read here.

/**
 * The name of a table, of those that the LevelDB store in a folder uses, that LevelDB could not survive. Undefined when
 * there is none, or when the store lacks what LevelDB itself will miss.
 */
export async function findBrokenTable(folder: string): Promise<string | undefined> {
  for (const table of await listTables(folder)) {
    const name = `${String(table.number).padStart(6, '0')}.ldb`;
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes && !holds(() => checkTable(bytes, table))) return name;
  }
  return undefined;
}

interface Table {
  readonly number: number;
  readonly size: number;
  readonly smallest: Buffer;
  readonly largest: Buffer;
}

/** What is read beyond its end is a RangeError, Node's or one of these. */
function insist(holds: boolean): asserts holds {
  if (!holds) throw new RangeError('not as LevelDB writes it');
}

function holds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

class Bytes {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.at === this.#bytes.length;
  }

  number(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.#bytes.readUInt8(this.at);
      this.at += 1;
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
  }

  take(length: number): Buffer {
    insist(length <= this.#bytes.length - this.at);
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  sized(): Buffer {
    return this.take(this.number());
  }
}

/** None when the list cannot be read: it has checksums that LevelDB looks at. */
async function listTables(folder: string): Promise<Iterable<Table>> {
  const tables = new Map<number, Table>();
  try {
    const name = await readFile(join(folder, 'CURRENT'), 'latin1');
    const manifest = await readFile(join(folder, name.trimEnd()));
    for (const record of recordsOf(manifest)) applyEdit(new Bytes(record), tables);
  } catch {
    return [];
  }
  return tables.values();
}

const LOG_BLOCK = 32 * 1024;
const LOG_HEADER = 7;
const [FULL, FIRST, LAST] = [1, 2, 4];

function* recordsOf(log: Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  let at = 0;
  while (at + LOG_HEADER <= log.length) {
    const room = LOG_BLOCK - (at % LOG_BLOCK);
    if (room < LOG_HEADER) {
      at += room;
      continue;
    }
    const length = log.readUInt16LE(at + 4);
    const type = log[at + 6];
    at += LOG_HEADER;
    if (at + length > log.length) return;
    if (type === FULL || type === FIRST) parts = [];
    parts.push(log.subarray(at, at + length));
    if (type === FULL || type === LAST) yield Buffer.concat(parts);
    at += length;
  }
}

const EDIT = { comparator: 1, log: 2, nextFile: 3, sequence: 4, compacted: 5, removed: 6, added: 7, earlierLog: 9 };

function applyEdit(edit: Bytes, tables: Map<number, Table>): void {
  while (!edit.ended) {
    const tag = edit.number();
    if (tag === EDIT.comparator) edit.sized();
    else if (tag === EDIT.compacted) {
      edit.number();
      edit.sized();
    } else if (tag === EDIT.removed) {
      edit.number();
      tables.delete(edit.number());
    } else if (tag === EDIT.added) {
      edit.number();
      const [number, size] = [edit.number(), edit.number()];
      // A table may move: it is removed from one level and added to another one, in this order.
      tables.set(number, { number, size, smallest: edit.sized(), largest: edit.sized() });
    } else {
      insist(tag === EDIT.log || tag === EDIT.nextFile || tag === EDIT.sequence || tag === EDIT.earlierLog);
      edit.number();
    }
  }
}

const FOOTER = 48;
const MAGIC = 0xdb4775248b80fb57n;

/** Keys end with a number and a type, in 8 bytes. */
const KEY_TRAILER = 8;

function checkTable(bytes: Buffer, { size, smallest, largest }: Table): void {
  insist(bytes.readBigUInt64LE(size - 8) === MAGIC);
  const body = bytes.subarray(0, size - FOOTER);
  const footer = new Bytes(bytes.subarray(size - FOOTER, size - 8));
  for (const [, place] of entriesOf(blockAt(body, footer))) blockAt(body, new Bytes(place));
  let last: Buffer | undefined;
  for (const [bound, place] of entriesOf(blockAt(body, footer))) {
    for (const [key] of entriesOf(blockAt(body, new Bytes(place)))) {
      insist(last ? compareKeys(last, key) < 0 : compareKeys(smallest, key) <= 0);
      last = key;
    }
    insist(last !== undefined && compareKeys(last, bound) <= 0);
  }
  insist(last !== undefined && compareKeys(last, largest) <= 0);
}

function blockAt(body: Buffer, place: Bytes): Buffer {
  const [start, length] = [place.number(), place.number()];
  // Behind it stands its compression: nothing of ours has one.
  insist(body[start + length] === 0);
  return body.subarray(start, start + length);
}

/** Keys are written without what they share with the one before, except at the restarts, which stand at the end. */
function* entriesOf(block: Buffer): Generator<readonly [key: Buffer, value: Buffer]> {
  const count = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - count * 4;
  insist(count > 0 && end >= 0);
  const restarts = new Set(Array.from({ length: count }, (_, at) => block.readUInt32LE(end + at * 4)));
  const entries = new Bytes(block.subarray(0, end));
  let key = Buffer.alloc(0);
  while (!entries.ended) {
    const restarted = restarts.delete(entries.at);
    const [shared, own, length] = [entries.number(), entries.number(), entries.number()];
    insist(shared <= key.length && (shared === 0 || !restarted));
    key = Buffer.concat([key.subarray(0, shared), entries.take(own)]);
    yield [key, entries.take(length)];
  }
  // The only one of a block without entries.
  restarts.delete(0);
  insist(restarts.size === 0);
}

/** In the order of LevelDB: of two with the same name, the later one comes first. A key that is too short is an error. */
function compareKeys(one: Buffer, other: Buffer): number {
  const [end, otherEnd] = [one.length - KEY_TRAILER, other.length - KEY_TRAILER];
  const [number, otherNumber] = [one.readBigUInt64LE(end), other.readBigUInt64LE(otherEnd)];
  const order = Buffer.compare(one.subarray(0, end), other.subarray(0, otherEnd));
  if (order !== 0 || number === otherNumber) return order;
  return number > otherNumber ? -1 : 1;
}
