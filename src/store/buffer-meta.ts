import { z } from 'zod';
import { formatState, parseState } from './state-file.ts';

/** What a buffer says of itself, with every write. */
export interface BufferMeta {
  /** Events before this position are settled. */
  readonly settled: number;
  /** Position behind the last event. */
  readonly events: number;
  /** Bytes of all payloads that were ever appended. */
  readonly bytes: number;
  /** Up to which sequence each source has come. */
  readonly sources: readonly (readonly [source: string, through: number])[];
}

export const META_KEY = 'meta';

export function formatMeta(meta: BufferMeta): Buffer {
  return Buffer.from(formatState('buffer', JSON.stringify(meta)));
}

/** Or what is wrong with it, as the end of a sentence. */
export function parseMeta(record: Buffer): BufferMeta | string {
  const read = parseState('buffer', record.toString());
  if (read.value === undefined) return read.fault;
  const meta = SCHEMA.safeParse(JSON.parse(read.value));
  return meta.success ? meta.data : 'is of another kind';
}

const count = z.int().min(0);
const SCHEMA = z.object({
  settled: count,
  events: count,
  bytes: count,
  sources: z.array(z.tuple([z.string(), count])),
});
