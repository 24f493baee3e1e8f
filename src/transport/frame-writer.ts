import { DRAIN_MARK, type EncodedFrames, type Frame, type PackedFrames } from '../environment.ts';
import { returnChunk } from './chunk-pool.ts';
import { checkUnmasked, partsOf } from './encoded-frames.ts';
import { CHUNK_LIMIT, checkPingPayload, FrameEncoder } from './frame-encoder.ts';
import { BINARY, PING, TEXT } from './frame-header.ts';

/** The part of a `net.Socket` that the writer needs. */
export interface ByteStream {
  write(bytes: Uint8Array, written: (error?: Error | null) => void): boolean;
  cork(): void;
  uncork(): void;
}

/** A `taken` callback, due when the system has taken the first `at` bytes of the connection. */
interface Mark {
  readonly at: number;
  readonly taken: () => void;
}

/**
 * Sends frames in few writes: all that is queued within one turn is encoded into one buffer, which leaves in one write
 * at the end of the turn. While the system has not taken a write of up to 256 KiB, the next ones wait here, so
 * `takenBytes` shows the progress of a slow peer, and another writer's control frames (ws answers pings and closes by
 * itself) go between two of ours, never within one.
 */
export class FrameWriter {
  readonly #masked: boolean;
  readonly #encoder: FrameEncoder;
  readonly #drained: () => void;
  #stream: ByteStream | undefined;
  #encoded = 0;
  #taken = 0;
  #writes = 0;
  #marks: Mark[] = [];
  #flushDue = false;
  #aboveMark = false;
  #finished = false;
  #ended = false;

  /** `masked`: true on the client's side (RFC 6455, section 5.1). `drained` as in `SocketEvents`. */
  constructor(masked: boolean, drained: () => void) {
    this.#masked = masked;
    this.#encoder = new FrameEncoder(masked);
    this.#drained = drained;
  }

  get queuedBytes(): number {
    return this.#ended ? 0 : this.#encoded - this.#taken;
  }

  get takenBytes(): number {
    return this.#taken;
  }

  /** Gives the stream to write to. What was queued before leaves first. */
  attach(stream: ByteStream): void {
    this.#stream = stream;
    this.#flushSoon();
  }

  /** Throws a TypeError for encoded frames on the client's side, which must mask them. */
  write(frames: readonly Frame[] | PackedFrames | EncodedFrames, taken?: () => void): void {
    if ('encoded' in frames) {
      checkUnmasked(this.#masked);
      if (!this.#finished) this.#queued(this.#addEncoded(frames), taken);
      return;
    }
    if (this.#finished) return;
    if ('memory' in frames) this.#queued(this.#encoder.addPacked(frames), taken);
    else this.#queued(this.#addEach(frames), taken);
  }

  /** Throws a RangeError for a payload above 125 bytes (RFC 6455, section 5.5). */
  ping(payload: string, taken?: () => void): void {
    checkPingPayload(payload);
    if (this.#finished) return;
    this.#queued(this.#encoder.add(PING, payload), taken);
  }

  /** Writes all that is queued at once and takes no more: a close frame is next, and nothing may follow it. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    while (this.#stream !== undefined && !this.#encoder.empty) this.#writeNext(this.#stream);
  }

  /** Forgets all that is queued. No callback runs any more. */
  end(): void {
    this.#finished = true;
    this.#ended = true;
    this.#encoder.clear();
    this.#marks = [];
  }

  #addEach(frames: readonly Frame[]): number {
    if (frames.length > 1) this.#encoder.expect(frames);
    let bytes = 0;
    for (const frame of frames) bytes += this.#encoder.add(frame.binary ? BINARY : TEXT, frame.data);
    return bytes;
  }

  /** What is larger than one write is cut between frames, where another writer's control frames may go. */
  #addEncoded(frames: EncodedFrames): number {
    if (frames.encoded.length <= CHUNK_LIMIT) return this.#encoder.addEncoded(frames.encoded);
    for (const part of partsOf(frames, CHUNK_LIMIT)) this.#encoder.addEncoded(part);
    return frames.encoded.length;
  }

  #queued(bytes: number, taken: (() => void) | undefined): void {
    this.#encoded += bytes;
    if (taken !== undefined) this.#marks.push({ at: this.#encoded, taken });
    if (this.queuedBytes > DRAIN_MARK) this.#aboveMark = true;
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#flushDue) return;
    this.#flushDue = true;
    queueMicrotask(() => {
      this.#flushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#ended || this.#stream === undefined || this.#writes > 0) return;
    if (this.#encoder.empty) this.#runMarks();
    else this.#writeNext(this.#stream);
  }

  #writeNext(stream: ByteStream): void {
    const chunks = this.#encoder.take(CHUNK_LIMIT);
    const last = chunks.length - 1;
    let bytes = 0;
    this.#writes += 1;
    if (last > 0) stream.cork();
    for (const [index, chunk] of chunks.entries()) {
      bytes += chunk.length;
      stream.write(chunk, index === last ? (error) => this.#written(chunks, bytes, error) : ignore);
    }
    if (last > 0) stream.uncork();
  }

  #written(chunks: readonly Buffer[], bytes: number, error: Error | null | undefined): void {
    // A failed write is followed by the stream's end, which the owner of the stream reports.
    if (this.#ended || error) return;
    for (const chunk of chunks) returnChunk(chunk);
    this.#writes -= 1;
    this.#taken += bytes;
    this.#runMarks();
    if (this.#aboveMark && !this.#ended && this.queuedBytes < DRAIN_MARK) {
      this.#aboveMark = false;
      this.#drained();
    }
    if (!this.#flushDue) this.#flush();
  }

  #runMarks(): void {
    let due = 0;
    for (const mark of this.#marks) {
      if (mark.at > this.#taken) break;
      due += 1;
    }
    for (const mark of this.#marks.splice(0, due)) {
      if (this.#ended) return;
      mark.taken();
    }
  }
}

function ignore(): void {}
