import type { Frame, PackedFrames } from '../environment.ts';
import { borrowChunk } from './chunk-pool.ts';
import { headerSize, LONGEST_HEADER, TEXT, writeHeader } from './frame-header.ts';
import { maskCopy, maskInPlace } from './frame-mask.ts';

/** Chunks grow to this many bytes; only a frame that is larger by itself gets a larger chunk. */
export const CHUNK_LIMIT = 256 * 1024;

/** Encoded frames of up to this many bytes are copied behind others: many small buffers cost more than the copies. */
const COPY_LIMIT = 4 * 1024;

const NOTHING = Buffer.alloc(0);
const NO_VIEW = new DataView(NOTHING.buffer, 0, 0);

/** Throws a RangeError when `payload` does not fit into a control frame (RFC 6455, section 5.5: 125 bytes). */
export function checkPingPayload(payload: string): void {
  if (Buffer.byteLength(payload) > 125) throw new RangeError('A ping payload may not be longer than 125 bytes');
}

/**
 * Encodes whole, unfragmented frames one behind the other into few large chunks. A payload is copied, so its owner
 * may use it again at once. No chunk ends within a frame.
 */
export class FrameEncoder {
  readonly #masked: boolean;
  #sealed: Buffer[] = [];
  #target = NOTHING;
  #view = NO_VIEW;
  #end = 0;
  #expected = 0;

  constructor(masked: boolean) {
    this.#masked = masked;
  }

  get empty(): boolean {
    return this.#end === 0 && this.#sealed.length === 0;
  }

  /** Tells how much comes next, so that the chunk for it is made once, at the right size. */
  expect(frames: readonly Frame[]): void {
    let bytes = 0;
    for (const frame of frames) bytes += frame.data.length + LONGEST_HEADER;
    this.#expected = bytes;
  }

  /** Adds one frame and answers with its size in bytes, header included. */
  add(opcode: number, data: Buffer | string): number {
    const size = typeof data === 'string' ? this.#addText(opcode, data) : this.#addBytes(opcode, data);
    this.#expected -= data.length + LONGEST_HEADER;
    return size;
  }

  /** Adds text frames and answers with their size in bytes, headers included. */
  addPacked({ memory, ends }: PackedFrames): number {
    const source = new DataView(memory.buffer, memory.byteOffset, memory.length);
    const count = ends.length - 1;
    let left = (ends[count] ?? 0) - (ends[0] ?? 0) + count * LONGEST_HEADER;
    let size = 0;
    for (let at = 0; at < count; at += 1) {
      const from = ends[at] ?? 0;
      const length = (ends[at + 1] ?? 0) - from;
      const header = headerSize(length, this.#masked);
      this.#expected = left;
      this.#makeRoom(header + length);
      left -= length + LONGEST_HEADER;
      writeHeader(this.#view, this.#end, TEXT, length, this.#masked);
      const payload = this.#end + header;
      if (this.#masked) maskCopy(source, from, from + length, this.#view, payload);
      else memory.copy(this.#target, payload, from, from + length);
      this.#end = payload + length;
      size += header + length;
    }
    return size;
  }

  /** Adds whole frames as they are and answers with their size. They are sent from where they lie, unless small. */
  addEncoded(frames: Buffer): number {
    const size = frames.length;
    if (size === 0) return 0;
    if (this.empty || size > COPY_LIMIT) {
      this.#seal();
      this.#sealed.push(frames);
    } else {
      this.#makeRoom(size);
      this.#target.set(frames, this.#end);
      this.#end += size;
    }
    return size;
  }

  /** Hands out the oldest chunks: as many as stay within `limit` bytes together, and one at the least. */
  take(limit: number): Buffer[] {
    this.#seal();
    let bytes = 0;
    let count = 0;
    for (const chunk of this.#sealed) {
      bytes += chunk.length;
      if (count > 0 && bytes > limit) break;
      count += 1;
    }
    return this.#sealed.splice(0, count);
  }

  clear(): void {
    this.#sealed = [];
    this.#release();
  }

  #addText(opcode: number, text: string): number {
    // UTF-8 needs 1 to 3 bytes per UTF-16 unit. When the header has one size for that whole range and there is room
    // for the longest case, the text is encoded in place and never measured, which would cost as much again.
    const longest = text.length * 3;
    const header = headerSize(longest, this.#masked);
    if (headerSize(text.length, this.#masked) === header && this.#target.length - this.#end >= header + longest) {
      const start = this.#end + header;
      return this.#finish(opcode, header, this.#target.write(text, start, 'utf8'));
    }
    const length = Buffer.byteLength(text);
    const exact = headerSize(length, this.#masked);
    this.#makeRoom(exact + length);
    this.#target.write(text, this.#end + exact, 'utf8');
    return this.#finish(opcode, exact, length);
  }

  #addBytes(opcode: number, bytes: Buffer): number {
    const header = headerSize(bytes.length, this.#masked);
    this.#makeRoom(header + bytes.length);
    this.#target.set(bytes, this.#end + header);
    return this.#finish(opcode, header, bytes.length);
  }

  /** Puts the header before a payload that is in place already, masks it, and moves on. */
  #finish(opcode: number, header: number, length: number): number {
    const start = this.#end;
    writeHeader(this.#view, start, opcode, length, this.#masked);
    const end = start + header + length;
    if (this.#masked) maskInPlace(this.#view, start + header - 4, end);
    this.#end = end;
    return end - start;
  }

  #makeRoom(bytes: number): void {
    const previous = this.#target.length;
    if (previous - this.#end >= bytes) return;
    this.#seal();
    // Doubling within a turn keeps many small writes to few chunks; one frame alone gets a chunk of its own size.
    const size = Math.max(bytes, Math.min(Math.max(this.#expected, previous * 2), CHUNK_LIMIT));
    this.#target = borrowChunk(size);
    this.#view = new DataView(this.#target.buffer, this.#target.byteOffset, this.#target.length);
  }

  #seal(): void {
    if (this.#end > 0) this.#sealed.push(this.#target.subarray(0, this.#end));
    this.#release();
  }

  /** An idle connection holds no memory for sending. */
  #release(): void {
    this.#target = NOTHING;
    this.#view = NO_VIEW;
    this.#end = 0;
  }
}
