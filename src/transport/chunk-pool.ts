/** Chunks of this size are used again: room for a whole 64 KiB read with longer headers. */
const POOLED_BYTES = 128 * 1024;

/** A smaller turn gets memory of its own size. */
const WORTH_POOLING = 16 * 1024;

/** Free chunks that are kept for all connections together: 2 MiB. */
const FREE_LIMIT = 16;

const free: Buffer<ArrayBuffer>[] = [];

/** Memory of this pool: other memory of the same size may be read by somebody else for longer. */
const own = new WeakSet<object>();

/**
 * Memory for at least `bytes`. A busy connection fills a chunk per turn: fresh ones would cost a page fault per 4 KiB
 * and wait for the garbage collector, 40 MB of them under a flood, measured.
 */
export function borrowChunk(bytes: number): Buffer<ArrayBuffer> {
  if (bytes < WORTH_POOLING || bytes > POOLED_BYTES) return Buffer.allocUnsafe(bytes);
  return free.pop() ?? makeChunk();
}

/** Gives back a chunk, or the used part of one, that nobody reads any more. Other memory is left alone. */
export function returnChunk(chunk: Buffer): void {
  const { buffer } = chunk;
  if (buffer.byteLength !== POOLED_BYTES || free.length >= FREE_LIMIT) return;
  if (buffer instanceof ArrayBuffer && own.has(buffer)) free.push(Buffer.from(buffer));
}

function makeChunk(): Buffer<ArrayBuffer> {
  const chunk = Buffer.allocUnsafeSlow(POOLED_BYTES);
  own.add(chunk.buffer);
  return chunk;
}
