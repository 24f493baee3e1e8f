import type { Message } from './message.ts';

/** How a web-socket sink writes an event (row `payload` of the output reference). Binary forms come with servers. */
export type PayloadForm = 'text' | 'json';

/** An event that cannot be written in the form that the sink asks for. It goes to failures, the rest goes on. */
export class PayloadError extends Error {
  readonly code = 'payload';
}

/** What a web-socket sink puts into a frame. Bytes that need no change are passed on unread. */
export function encodePayload(message: Message, form: PayloadForm): Buffer | string {
  return form === 'text' ? asText(message) : asJson(message);
}

/** One line for `stdout` and `file`: JSON text verbatim on one line, other text as a JSON string. */
export function encodeLine(message: Message): string {
  const json = asJson(message);
  const text = typeof json === 'string' ? json : json.toString('utf8');
  // JSON allows line breaks between tokens only; inside a string they are escaped already.
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ').trim() : text;
}

function asText(message: Message): Buffer | string {
  if (message.encoding === 'text' || !needsReading(message.payload)) return message.payload;
  const value = readJson(message);
  if (typeof value === 'string') return value;
  if (isRawRecord(value)) return value._raw;
  return message.payload;
}

function asJson(message: Message): Buffer | string {
  if (message.encoding === 'json') {
    readJson(message);
    return message.payload;
  }
  return isJson(message.text) ? message.payload : JSON.stringify(message.text);
}

/** Only a JSON string and a record with `_raw` are written otherwise than they came, so only they are parsed. */
function needsReading(payload: Buffer | string): boolean {
  const start = typeof payload === 'string' ? payload.slice(0, 64) : payload.toString('latin1', 0, 64);
  return /^\s*"/.test(start) || payload.includes('"_raw"');
}

function isRawRecord(value: unknown): value is { _raw: string } {
  return typeof value === 'object' && value !== null && '_raw' in value && typeof value._raw === 'string';
}

function readJson(message: Message): unknown {
  try {
    return message.value;
  } catch (error) {
    throw new PayloadError(`event ${message.id} of ${message.source} is not JSON`, { cause: error });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
