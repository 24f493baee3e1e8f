import type { Frame, PackedFrames } from '../../src/environment.ts';
import { unpackFrames } from '../../src/messages/packed-chunk.ts';
import type { Wire } from '../../src/transport/traffic.ts';

/** A live connection that keeps what is written to it, and takes it when the test says so. */
export class RecordedWire implements Wire {
  queuedBytes = 0;
  takenBytes = 0;
  /** The payload of each frame, write by write. */
  readonly writes: string[][] = [];
  readonly pings: string[] = [];
  readonly #taken: (() => void)[] = [];
  readonly #pingTaken: (() => void)[] = [];

  get frames(): string[] {
    return this.writes.flat();
  }

  get lastPing(): string {
    return this.pings.at(-1) ?? '';
  }

  write(frames: readonly Frame[] | PackedFrames, taken?: () => void): void {
    const each = 'memory' in frames ? unpackFrames(frames) : frames;
    this.writes.push(each.map(({ data, binary }) => (binary ? `binary ${data}` : data.toString())));
    if (taken) this.#taken.push(taken);
  }

  ping(payload: string, taken?: () => void): void {
    this.pings.push(payload);
    if (taken) this.#pingTaken.push(taken);
  }

  /** The system takes the first of the writes that it has not taken. */
  take(): void {
    this.#taken.shift()?.();
  }

  /** The system takes the first of the pings that it has not taken. */
  takePing(): void {
    this.#pingTaken.shift()?.();
  }
}
