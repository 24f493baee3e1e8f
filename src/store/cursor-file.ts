import { crc32 } from 'node:zlib';

const KIND = 'cursor';
const VERSION = 1;

/** What a cursor's file holds: one line of JSON with a checksum of the value. */
export function formatCursor(value: string): string {
  return `${JSON.stringify({ hawser: KIND, version: VERSION, value, crc: checksum(value) })}\n`;
}

/** The value, or what is wrong with the text, as the end of a sentence that begins with the file's name. */
export function parseCursor(text: string): { readonly value: string } | { readonly fault: string } {
  if (text === '') return { fault: 'is empty' };
  const entry = parse(text);
  if (entry === undefined) return { fault: 'is cut or garbled' };
  if (entry.hawser !== KIND) return { fault: 'is no cursor of hawser' };
  const { version, value, crc } = entry;
  if (typeof version === 'number' && version > VERSION) return { fault: `was written by a newer hawser (${version})` };
  if (version !== VERSION || typeof value !== 'string' || crc !== checksum(value)) {
    return { fault: 'does not match its checksum' };
  }
  return { value };
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

function checksum(value: string): string {
  return crc32(value).toString(16).padStart(8, '0');
}
