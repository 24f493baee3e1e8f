import type { EncodedFrames, Frame, FrameSocket, PackedFrames } from '../../src/environment.ts';
import { decodeFrames, encodeFrames } from '../../src/transport/encoded-frames.ts';

/** An accepted socket that keeps what is written to it, and takes it when the test says so. */
export class RecordedSocket implements FrameSocket {
  queuedBytes = 0;
  takenBytes = 0;
  /** What each write was given. */
  readonly writes: EncodedFrames[] = [];
  /** How it was ended: `1001 going away`, `terminated`. */
  readonly ends: string[] = [];
  readonly #taken: (() => void)[] = [];

  /** The payload of each message, of all writes. */
  get messages(): string[] {
    return this.writes.flatMap((write) => decodeFrames(write).map(({ data }) => data.toString()));
  }

  /** Writes whose callback is due. */
  get waiting(): number {
    return this.#taken.length;
  }

  write(frames: readonly Frame[] | PackedFrames | EncodedFrames, taken?: () => void): void {
    this.writes.push('encoded' in frames ? frames : encodeFrames(frames));
    if (taken) this.#taken.push(taken);
  }

  /** The system takes all that was written up to now. */
  take(): void {
    for (const taken of this.#taken.splice(0)) taken();
  }

  /** The system takes what was written and what that makes room for. */
  takeAll(): void {
    while (this.#taken.length > 0) this.take();
  }

  ping(): void {}
  pause(): void {}
  resume(): void {}

  close(code: number, reason: string): void {
    this.ends.push(`${code} ${reason}`);
  }

  terminate(): void {
    this.ends.push('terminated');
  }
}
