import { crc32 } from 'node:zlib';

/** What a file of hawser's own is: a component's cursor, a buffer on disk. */
export type StateKind = 'cursor' | 'buffer';

const VERSION = 1;

/** What such a file holds: one line of JSON with a checksum of the value. */
export function formatState(kind: StateKind, value: string): string {
  return `${JSON.stringify({ hawser: kind, version: VERSION, value, crc: checksum(value) })}\n`;
}

/** The value, or what is wrong with the text, as the end of a sentence that begins with the file's name. */
export function parseState(
  kind: StateKind,
  text: string,
): { readonly value: string } | { readonly value?: undefined; readonly fault: string } {
  if (text === '') return { fault: 'is empty' };
  const entry = parse(text);
  if (entry === undefined) return { fault: 'is cut or garbled' };
  if (entry.hawser !== kind) return { fault: `is no ${kind} of hawser` };
  const { version, value, crc } = entry;
  if (typeof version === 'number' && version > VERSION) return { fault: `was written by a newer hawser (${version})` };
  if (version !== VERSION || typeof value !== 'string' || crc !== checksum(value)) {
    return { fault: 'does not match its checksum' };
  }
  return { value };
}

/** Eight hexadecimal digits. */
export function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
