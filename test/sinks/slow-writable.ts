import { Writable } from 'node:stream';

/** A stream whose system takes a write only when the test says so. */
export class SlowWritable extends Writable {
  /** What was written, write by write, as soon as the system was asked to take it. */
  readonly written: string[] = [];
  #taken: ((error?: Error) => void) | undefined;

  constructor(highWaterMark = 16_384) {
    super({ highWaterMark, decodeStrings: false });
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, taken: (error?: Error) => void): void {
    this.written.push(chunk.toString());
    this.#taken = taken;
  }

  /** The system takes the write that it was last asked to take, or refuses it. */
  take(error?: Error): Promise<void> {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.(error);
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
