import type { EncodedFrames, Frame, PackedFrames, ReceivedFrame } from '../environment.ts';
import { BINARY, frameSize, headerSize, TEXT, writeHeader } from './frame-header.ts';

/** Encodes frames into one piece of memory, once for any number of accepted sockets. Payloads are copied. */
export function encodeFrames(frames: readonly Frame[] | PackedFrames): EncodedFrames {
  return { encoded: 'memory' in frames ? encodePacked(frames) : encodeEach(frames) };
}

/** Throws a TypeError on a dialled socket: each of its frames needs a masking key of its own (RFC 6455). */
export function checkUnmasked(masked: boolean): void {
  if (masked) throw new TypeError('Encoded frames can only be written to an accepted socket');
}

/** The frames again. Their payloads are views of the encoded bytes. */
export function decodeFrames({ encoded }: EncodedFrames): ReceivedFrame[] {
  const frames: ReceivedFrame[] = [];
  for (let start = 0; start < encoded.length; ) {
    const length = payloadLength(encoded, start);
    const payload = start + headerSize(length, false);
    const binary = (encoded.readUInt8(start) & 0x0f) === BINARY;
    frames.push({ data: encoded.subarray(payload, payload + length), binary });
    start = payload + length;
  }
  return frames;
}

/** Parts of large buffers, so that the frames of one are walked once for all peers. */
const parts = new WeakMap<Buffer, readonly Buffer[]>();

/** Views of whole frames, of at most `limit` bytes each unless one frame alone is larger. Always the same `limit`. */
export function partsOf({ encoded }: EncodedFrames, limit: number): readonly Buffer[] {
  const known = parts.get(encoded);
  if (known !== undefined) return known;
  const found = split(encoded, limit);
  parts.set(encoded, found);
  return found;
}

function split(encoded: Buffer, limit: number): Buffer[] {
  const found: Buffer[] = [];
  let from = 0;
  let end = 0;
  while (end < encoded.length) {
    const next = end + frameSize(payloadLength(encoded, end), false);
    if (next - from > limit && end > from) {
      found.push(encoded.subarray(from, end));
      from = end;
    }
    end = next;
  }
  if (end > from) found.push(encoded.subarray(from, end));
  return found;
}

function payloadLength(encoded: Buffer, start: number): number {
  const short = encoded.readUInt8(start + 1);
  if (short === 126) return encoded.readUInt16BE(start + 2);
  return short === 127 ? encoded.readUIntBE(start + 4, 6) : short;
}

function encodeEach(frames: readonly Frame[]): Buffer {
  const lengths = frames.map(({ data }) => Buffer.byteLength(data));
  const { encoded, view } = allocate(lengths.reduce((size, length) => size + frameSize(length, false), 0));
  let end = 0;
  for (const [at, { data, binary }] of frames.entries()) {
    const length = lengths[at] ?? 0;
    writeHeader(view, end, binary ? BINARY : TEXT, length, false);
    end += headerSize(length, false);
    if (typeof data === 'string') encoded.write(data, end, 'utf8');
    else encoded.set(data, end);
    end += length;
  }
  return encoded;
}

function encodePacked({ memory, ends }: PackedFrames): Buffer {
  const count = ends.length - 1;
  let size = 0;
  for (let at = 0; at < count; at += 1) size += frameSize((ends[at + 1] ?? 0) - (ends[at] ?? 0), false);
  const { encoded, view } = allocate(size);
  let end = 0;
  for (let at = 0; at < count; at += 1) {
    const from = ends[at] ?? 0;
    const until = ends[at + 1] ?? 0;
    writeHeader(view, end, TEXT, until - from, false);
    end += headerSize(until - from, false);
    memory.copy(encoded, end, from, until);
    end += until - from;
  }
  return encoded;
}

/** Memory of its own: a slow peer keeps it for long, and nothing else with it. */
function allocate(size: number) {
  const encoded = Buffer.allocUnsafeSlow(size);
  return { encoded, view: new DataView(encoded.buffer, encoded.byteOffset, size) };
}
