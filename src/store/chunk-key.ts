/** Position of a chunk's first event, and the bytes of all payloads before it. */
export interface ChunkPosition {
  readonly events: number;
  readonly bytes: number;
}

const DIGITS = 16;

/** Chunks lie between these, in the order of their positions. */
export const FIRST_KEY = 'c';
export const LAST_KEY = 'd';

export function chunkKey({ events, bytes }: ChunkPosition): string {
  return `${FIRST_KEY}${digits(events)}/${digits(bytes)}`;
}

/** Undefined when it is none. */
export function readChunkKey(key: string): ChunkPosition | undefined {
  const position = { events: Number(key.slice(1, 1 + DIGITS)), bytes: Number(key.slice(2 + DIGITS)) };
  return chunkKey(position) === key ? position : undefined;
}

/** The first key that may follow. */
export function keyAfter(key: string): string {
  return `${key}\0`;
}

function digits(count: number): string {
  return String(count).padStart(DIGITS, '0');
}
