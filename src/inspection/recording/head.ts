import { type FileHandle, open, stat } from 'node:fs/promises';
import { describeFileFault, UsageError } from '../../errors.ts';
import { WIRE_VERSION, type WireEvent } from '../wire.ts';

/** Bytes of a recording that are looked at to see whether it is one; its first line may hold a sample of each component. */
const HEAD = 8 * 1024 * 1024;
/** Lines that are looked at, at most. */
const LINES = 10;

/** What a recording is known by before it is played. */
export interface RecordingHead {
  /** When its first event was told: ISO 8601. */
  readonly from: string;
}

/**
 * Looks whether a file is a recording that can be played.
 * @throws UsageError that begins with the file, and with the line where one is wrong.
 */
export async function readRecordingHead(path: string): Promise<RecordingHead> {
  const lines = linesOf(await readHead(path));
  const times = lines.map((line, index) => readLine(line, `${path}:${index + 1}`));
  const [first] = times;
  if (first === undefined) throw new UsageError(`${path}:1: is empty; ${EXPECTED}`);
  return { from: new Date(first).toISOString() };
}

/** Whether a file was written as a recording, of whatever version. */
export async function isRecording(path: string): Promise<boolean> {
  const [first = ''] = (await readHead(path)).split('\n', 1);
  return /^\{"type":"@(xstate|hawser)\.\w+",.*"_version":"hawser-/.test(first);
}

const EXPECTED = 'expected a recording, as `hawser run FILE --record RECORDING` writes one';

async function readHead(path: string): Promise<string> {
  try {
    // Before it is opened: a pipe would wait for its other end.
    const found = await stat(path);
    if (!found.isFile()) throw new UsageError(`${path}: is no file; ${EXPECTED}`);
    const file = await open(path);
    try {
      return await readFrom(file, Math.min(found.size, HEAD));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: cannot be read: ${describeFileFault(error)}`, { cause: error });
  }
}

async function readFrom(file: FileHandle, size: number): Promise<string> {
  const memory = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await file.read(memory, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return memory.toString('utf8', 0, length);
}

/** The last line of a recording that was cut short, by a crash or by the end of the head, is none. */
function linesOf(head: string): string[] {
  const lines = head.split('\n');
  const whole = lines.slice(0, -1);
  return (whole.length > 0 || head === '' ? whole : lines).slice(0, LINES);
}

/** Gives the time of an event, in milliseconds. */
function readLine(line: string, place: string): number {
  const value = parse(line);
  if (!isRecord(value)) throw new UsageError(`${place}: is not a JSON object; ${EXPECTED}`);
  const { _version: version, type, createdAt } = value;
  if (version === undefined || !isType(type)) throw new UsageError(`${place}: is no event; ${EXPECTED}`);
  if (version !== WIRE_VERSION) throw new UsageError(`${place}: ${versionText(version)}`);
  const time = typeof createdAt === 'string' && /^\d{1,15}(\.\d+)?$/.test(createdAt) ? Number(createdAt) : Number.NaN;
  if (Number.isNaN(time)) throw new UsageError(`${place}: its createdAt is no time; ${EXPECTED}`);
  return time;
}

function versionText(version: unknown): string {
  const said = JSON.stringify(version).slice(0, 40);
  return `is an event of the form ${said}, and this hawser reads ${JSON.stringify(WIRE_VERSION)} only: play it with the hawser that recorded it`;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TYPES: Readonly<Record<WireEvent['type'], true>> = {
  '@xstate.actor': true,
  '@xstate.event': true,
  '@xstate.snapshot': true,
  '@hawser.stop': true,
  '@hawser.samples': true,
  '@hawser.gap': true,
};

function isType(type: unknown): type is WireEvent['type'] {
  return typeof type === 'string' && Object.hasOwn(TYPES, type);
}
