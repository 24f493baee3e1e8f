import { crc32 } from 'node:zlib';
import type { Chunk } from './chunk.ts';
import { ChunkColumns, type ColumnsHeader, readColumns } from './chunk-columns.ts';
import type { Decode } from './message.ts';
import { type Origin, PackedChunk } from './packed-chunk.ts';

// A record begins with 24 bytes that stand where they are in every version, so that one of a later version is told from
// a damaged one: the checksum of all that follows it, the length of the whole, the position, the version, the kind, two
// zeros, and the length of the header, which is JSON. Then come the header and the body. Numbers are little-endian.
const AT = { checksum: 0, length: 4, position: 8, version: 16, kind: 17, zeros: 18, header: 20 };
const PREFIX = 24;

const VERSION = 1;
const PACKED = 1;
const COLUMNS = 2;

/** A record that cannot be read. Its message says which one, and why. */
export class RecordError extends Error {
  /** `damaged`: its bytes are not those that were written here; `newer`: they are, but a later version wrote them. */
  readonly reason: 'damaged' | 'newer';

  constructor(reason: 'damaged' | 'newer', message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * A chunk as bytes, with a checksum over them and its position, a whole number. Of each message all is kept but its
 * value, which is read from the payload again.
 */
export function writeChunk(chunk: Chunk, position: number): Buffer {
  if (chunk instanceof PackedChunk) return writePacked(chunk, position);
  const columns = new ChunkColumns(chunk);
  const { record, body } = blank(COLUMNS, columns.header, columns.bytes, position);
  columns.write(body);
  return sealed(record);
}

/**
 * The chunk that was written. Payloads that were bytes share the record's memory. `decode` is asked once for each
 * source that has messages which had one, and gives theirs.
 * @throws RecordError when it is not whole, was written at another position, or by a later version.
 */
export function readChunk(record: Buffer, position: number, decode: (source: string) => Decode | undefined): Chunk {
  const { kind, header, body } = open(record, position);
  try {
    if (kind === PACKED) return readPacked(JSON.parse(header), body);
    if (kind === COLUMNS) return readColumns(JSON.parse(header), body, decode);
  } catch (error) {
    throw damaged(position, 'cannot be read', error);
  }
  throw damaged(position, `is of the unknown kind ${kind}`);
}

interface PackedHeader {
  readonly origin: Origin;
  readonly first: number;
  readonly count: number;
}

function writePacked({ origin, first, count, bytes, frames: { memory, ends } }: PackedChunk, position: number): Buffer {
  const { source, epoch, receivedAt, encoding, attributes } = origin;
  const header: PackedHeader = { origin: { source, epoch, receivedAt, encoding, attributes }, first, count };
  const { record, body } = blank(PACKED, header, count * 4 + bytes, position);
  const start = ends[0] ?? 0;
  const numbers = viewOf(body);
  for (let at = 0; at < count; at += 1) numbers.setUint32(at * 4, (ends[at + 1] ?? 0) - start, true);
  memory.copy(body, count * 4, start, start + bytes);
  return sealed(record);
}

function readPacked({ origin, first, count }: PackedHeader, body: Buffer): PackedChunk {
  const ends = new Uint32Array(count + 1);
  const numbers = viewOf(body);
  for (let at = 0; at < count; at += 1) ends[at + 1] = numbers.getUint32(at * 4, true);
  return new PackedChunk(origin, first, { memory: body.subarray(count * 4), ends });
}

function blank(kind: number, header: PackedHeader | ColumnsHeader, bytes: number, position: number) {
  const text = Buffer.from(JSON.stringify(header));
  const record = Buffer.allocUnsafe(PREFIX + text.length + bytes);
  record.writeUInt32LE(record.length, AT.length);
  record.writeBigUInt64LE(BigInt(position), AT.position);
  record[AT.version] = VERSION;
  record[AT.kind] = kind;
  record.writeUInt16LE(0, AT.zeros);
  record.writeUInt32LE(text.length, AT.header);
  text.copy(record, PREFIX);
  return { record, body: record.subarray(PREFIX + text.length) };
}

function sealed(record: Buffer): Buffer {
  record.writeUInt32LE(checksum(record), AT.checksum);
  return record;
}

function open(record: Buffer, position: number) {
  if (record.length < PREFIX || record.readUInt32LE(AT.length) !== record.length) {
    throw damaged(position, 'is cut or garbled');
  }
  if (record.readUInt32LE(AT.checksum) !== checksum(record)) throw damaged(position, 'does not match its checksum');
  const written = record.readBigUInt64LE(AT.position);
  if (written !== BigInt(position)) throw damaged(position, `was written for position ${written}`);
  const version = record[AT.version];
  if (version !== VERSION) {
    throw new RecordError('newer', `the record at ${position} was written by a newer hawser (${version})`);
  }
  const start = PREFIX + record.readUInt32LE(AT.header);
  return { kind: record[AT.kind], header: record.toString('utf8', PREFIX, start), body: record.subarray(start) };
}

function checksum(record: Buffer): number {
  return crc32(record.subarray(AT.length));
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

function damaged(position: number, fault: string, cause?: unknown): RecordError {
  const error = new RecordError('damaged', `the record at ${position} ${fault}`);
  if (cause !== undefined) error.cause = cause;
  return error;
}
