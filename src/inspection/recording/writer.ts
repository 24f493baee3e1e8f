import type { FileHandle } from 'node:fs/promises';
import type { Subscription } from 'rxjs';
import type { Logger } from '../../environment.ts';
import { describeFileFault } from '../../errors.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { WIRE_VERSION, type WireEvent } from '../wire.ts';
import { RecordingProgress } from './progress.ts';

export type RecordedFile = Pick<FileHandle, 'appendFile' | 'sync' | 'close'>;

/** Events that may wait for a slow disk. More are taken from the recorder's backlog later, as far as it has them. */
export const MOST_WAITING = 20_000;
/** Events that are written in one go. */
const PIECE = 1000;
/** Bytes that are left for the line that says that the bound is reached. */
const LAST_LINE = 512;

export interface WriterOptions {
  /** For what it says of the file. */
  readonly path: string;
  readonly recorder: Recorder;
  readonly logger: Pick<Logger, 'warn'>;
  /** Wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly maxBytes: number;
  /** Nothing more will be written: the bound is reached, or a write has failed. */
  readonly ended?: () => void;
}

/** Writes behind the actors' backs: in the turn in which something happens nothing is encoded and nothing is awaited. */
export class RecordingWriter {
  readonly #file: RecordedFile;
  readonly #options: WriterOptions;
  readonly #following: Subscription;
  readonly #progress: RecordingProgress;
  #waiting: WireEvent[];
  /** Something was told while too much waited. */
  #behind = false;
  #bytes = 0;
  #ended = false;
  #failed = false;
  #writing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(file: RecordedFile, options: WriterOptions) {
    this.#file = file;
    this.#options = options;
    this.#progress = new RecordingProgress(options.now);
    this.#waiting = this.#progress.resume(options.recorder.backlog());
    this.#following = options.recorder.events$.subscribe((event) => this.#take(event));
    this.#wake();
  }

  get bytes(): number {
    return this.#bytes;
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  #take(event: WireEvent): void {
    if (this.#ended) return;
    if (this.#behind || this.#waiting.length >= MOST_WAITING) this.#behind = true;
    else if (this.#progress.isNew(event)) this.#waiting.push(this.#progress.note(event));
    this.#wake();
  }

  #wake(): void {
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    try {
      // What else this turn tells is written with it.
      await Promise.resolve();
      while (!this.#ended) {
        if (this.#behind && this.#waiting.length === 0) this.#catchUp();
        const piece = this.#waiting.splice(0, PIECE);
        if (piece.length === 0) return;
        await this.#append(piece);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      // With the last look, not a microtask later: what is told in between has to begin another write.
      this.#writing = undefined;
    }
  }

  #catchUp(): void {
    this.#behind = false;
    const { path, recorder, logger } = this.#options;
    this.#waiting = this.#progress.resume(recorder.backlog());
    const gap = this.#waiting.find((event) => event.type === '@hawser.gap');
    if (gap) logger.warn({ recording: path }, `${gap.events} events are missing in the recording: ${gap.reason}`);
  }

  async #append(events: readonly WireEvent[]): Promise<void> {
    const { maxBytes } = this.#options;
    let text = '';
    let bytes = this.#bytes;
    for (const [at, event] of events.entries()) {
      const line = `${JSON.stringify(event)}\n`;
      const length = Buffer.byteLength(line);
      if (bytes + length > maxBytes - LAST_LINE) {
        text += this.#lastLine(event, events.length - at + this.#waiting.length);
        break;
      }
      text += line;
      bytes += length;
    }
    await this.#file.appendFile(text);
    this.#bytes += Buffer.byteLength(text);
  }

  /** In the place of the first event that there is no room for. */
  #lastLine({ id }: WireEvent, events: number): string {
    const { path, maxBytes, now, logger } = this.#options;
    this.#end();
    logger.warn({ recording: path, maxBytes }, `the recording has reached ${maxBytes} bytes: nothing more is recorded`);
    const reason = `the recording has reached ${maxBytes} bytes`;
    return `${JSON.stringify({ type: '@hawser.gap', id, createdAt: String(now()), _version: WIRE_VERSION, events, reason } satisfies WireEvent)}\n`;
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#end();
    const { path, logger } = this.#options;
    logger.warn({ recording: path }, `the recording ends here: ${path} cannot be written: ${describeFileFault(error)}`);
  }

  #end(): void {
    this.#ended = true;
    this.#waiting = [];
    this.#following.unsubscribe();
    this.#options.ended?.();
  }

  async #finish(): Promise<void> {
    this.#following.unsubscribe();
    await this.#writing;
    try {
      await this.#file.sync();
    } catch (error) {
      this.#fail(error);
    }
    await this.#file.close().catch((error: unknown) => this.#fail(error));
  }
}
