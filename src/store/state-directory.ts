import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Files } from '../environment.ts';

export interface BufferPlace {
  /** Holds the state of every pipeline that is run with it. */
  readonly stateDir: string;
  readonly pipeline: string;
  readonly component: string;
}

export interface CursorPlace extends BufferPlace {
  /** Option `persist-to`: the file itself. */
  readonly persistTo?: string | undefined;
  /** Option `state-id`: those that give the same one share a cursor. */
  readonly stateId?: string | undefined;
}

/** The file of a component's cursor. */
export function cursorPath({ stateDir, persistTo, stateId, pipeline, component }: CursorPlace): string {
  if (persistTo !== undefined) return persistTo;
  // An id has no dot left, so none is the key of a component.
  const key = stateId === undefined ? `${fileName(pipeline)}.${fileName(component)}` : fileName(stateId);
  return join(stateDir, 'cursors', `${key}.json`);
}

/** The folder of a sink's buffer on disk. */
export function bufferPath({ stateDir, pipeline, component }: BufferPlace): string {
  return join(stateDir, BUFFERS, `${fileName(pipeline)}.${fileName(component)}`);
}

/** The folders of a pipeline's buffers that none of these sinks has: its events are nobody's. */
export async function unusedBuffers(
  { stateDir, pipeline }: Omit<BufferPlace, 'component'>,
  sinks: readonly string[],
  files: Pick<Files, 'list'>,
): Promise<string[]> {
  const used = new Set(sinks.map((component) => bufferPath({ stateDir, pipeline, component })));
  const names = await files.list(join(stateDir, BUFFERS));
  const own = names.filter((name) => name.startsWith(`${fileName(pipeline)}.`) && !name.endsWith('.lock'));
  return own.map((name) => join(stateDir, BUFFERS, name)).filter((path) => !used.has(path));
}

const BUFFERS = 'buffers';

/** Longest name; room is left for what stands behind it, of the 255 bytes that file systems take. */
const LONGEST = 80;

/** Bytes other than those of `[A-Za-z0-9_-]` as `%2F`; what is too long ends with a digest of the whole. */
function fileName(id: string): string {
  const escaped = Buffer.from(id)
    .toString('latin1')
    .replaceAll(/[^A-Za-z0-9_-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  if (escaped.length <= LONGEST) return escaped;
  return `${escaped.slice(0, LONGEST - 17)}~${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}
