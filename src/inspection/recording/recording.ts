import { open, rm, stat } from 'node:fs/promises';
import { describeFileFault, UsageError } from '../../errors.ts';
import { isRecording } from './head.ts';
import { type RecordedFile, RecordingWriter, type WriterOptions } from './writer.ts';

/** 256 MiB. */
const MAX_BYTES = 256 * 1024 * 1024;
/** A bound below this would leave room for the definitions of the machines and nothing else. */
const LEAST_BYTES = 64 * 1024;

export interface RecordingOptions extends Omit<WriterOptions, 'path' | 'maxBytes'> {
  /** Made anew, readable for its owner alone; what stood there before is lost. */
  readonly path: string;
  /**
   * Largest size of the file, in bytes; 65 536 or more. Default 256 MiB. When it is reached the last line says so, a
   * warning is logged, and nothing more is written.
   */
  readonly maxBytes?: number;
}

/** A file that grows with what a recorder tells: one wire event per line, as JSON, the recorder's backlog first. */
export interface Recording {
  /** How long the file is by now. */
  readonly bytes: number;
  /** Ends the recording; what was told before is on disk when it resolves, or a warning has said why not. */
  close(): Promise<void>;
}

/**
 * Begins to record. A write that fails later ends the recording with a warning; what is recorded goes on.
 * @throws UsageError when the file cannot be made, or the bound is none.
 */
export async function openRecording(options: RecordingOptions): Promise<Recording> {
  const { path, maxBytes = MAX_BYTES } = options;
  if (!Number.isInteger(maxBytes) || maxBytes < LEAST_BYTES) {
    throw new UsageError(`maxBytes: ${maxBytes} is not a whole number of bytes from ${LEAST_BYTES}`);
  }
  return new RecordingWriter(await create(path), { ...options, maxBytes });
}

async function create(path: string): Promise<RecordedFile> {
  try {
    const there = await stat(path).catch(() => undefined);
    // It would wait for its other end, and a stop with it.
    if (there?.isFIFO()) throw new UsageError(`the recording ${path} cannot be written: it is a pipe`);
    if (there && !there.isFile()) return await open(path, 'w');
    // A config, say, is not to be lost to a slip.
    if (there && there.size > 0 && !(await isRecording(path))) {
      throw new UsageError(`${path} is there already and is no recording: choose another name for the recording`);
    }
    // A file of its own: readable for its owner alone, and no other recording writes into it.
    await rm(path, { force: true });
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the recording ${path} cannot be written: ${describeFileFault(error)}`, { cause: error });
  }
}
