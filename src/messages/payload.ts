import type { Frame } from '../environment.ts';
import { isJson } from '../json/validity.ts';
import { decodeBase64 } from './base64.ts';
import { isJsonString, oneLine } from './json-text.ts';
import type { Message } from './message.ts';
import { PayloadError } from './payload-error.ts';

export { PayloadError } from './payload-error.ts';

/**
 * How a web-socket sink writes an event: as text, as JSON, as bytes, as the bytes of its base64 text, or with the
 * payload and opcode that it came with.
 */
export type PayloadForm = 'text' | 'json' | 'binary' | 'binary-base64' | 'verbatim';

/** The attribute of an event that came in a binary frame: `opcode: binary`. */
export const OPCODE = 'opcode';

/**
 * The frame that an event is written as. Bytes that need no change are passed on unread.
 * @throws PayloadError when the event cannot be written in this form: it goes to failures, the rest goes on.
 */
export function encodePayload(message: Message, form: PayloadForm): Frame {
  refuseFaulty(message);
  return frames[form](message);
}

/** One line for `stdout` and `file`: JSON text verbatim on one line, other text and base64 as a JSON string. */
export function encodeLine(message: Message): string {
  refuseFaulty(message);
  const json = asJson(message);
  return oneLine(typeof json === 'string' ? json : json.toString('utf8'));
}

/** @throws PayloadError when the event cannot be delivered. */
export function refuseFaulty({ fault }: Message): void {
  if (fault) throw new PayloadError(fault.message, fault);
}

/**
 * The value of an event.
 * @throws PayloadError when it has none.
 */
export function readValue(message: Message): unknown {
  refuseFaulty(message);
  try {
    return message.value;
  } catch (error) {
    throw new PayloadError(`event ${message.id} of ${message.source} is not JSON`, { cause: error });
  }
}

const frames: Record<PayloadForm, (message: Message) => Frame> = {
  text: (message) => ({ data: asText(message), binary: false }),
  json: (message) => ({ data: asJson(message), binary: false }),
  binary: (message) => ({ data: asBytes(message), binary: true }),
  'binary-base64': (message) => ({ data: asDecodedBytes(message), binary: true }),
  verbatim: (message) => ({ data: message.payload, binary: message.attributes[OPCODE] === 'binary' }),
};

function asText(message: Message): Buffer | string {
  switch (message.encoding) {
    case 'text':
      return message.payload;
    case 'json':
      return textOfJson(message);
    case 'binary':
      return asJsonString(message);
    case 'binary-base64':
      return base64Of(message);
  }
}

function asJson(message: Message): Buffer | string {
  switch (message.encoding) {
    case 'text':
      return isJson(message.text) ? message.payload : JSON.stringify(message.text);
    case 'json':
      if (!message.isSureJson) readValue(message);
      return message.payload;
    // Base64 is always a string here: of digits alone it would be taken for a number.
    default:
      return asJsonString(message);
  }
}

function asBytes(message: Message): Buffer {
  switch (message.encoding) {
    case 'text':
    case 'binary':
      return message.buffer;
    case 'json':
      return bytesOfJson(message);
    case 'binary-base64':
      return Buffer.from(base64Of(message));
  }
}

function asDecodedBytes(message: Message): Buffer {
  switch (message.encoding) {
    case 'binary':
    case 'binary-base64':
      return message.buffer;
    default: {
      const text = message.encoding === 'text' ? message.text : readValue(message);
      const bytes = typeof text === 'string' ? decodeBase64(text) : undefined;
      if (!bytes) throw new PayloadError(`event ${message.id} of ${message.source} is not base64 text`);
      return bytes;
    }
  }
}

/** Only a JSON string and a record with `_raw` are written otherwise than they came, so only they are parsed. */
function textOfJson(message: Message): Buffer | string {
  const { payload } = message;
  if (!isJsonString(payload) && !mayHaveRaw(payload)) return payload;
  const value = readValue(message);
  if (typeof value === 'string') return value;
  return isRawRecord(value) ? value._raw : payload;
}

function bytesOfJson(message: Message): Buffer {
  const value = isJsonString(message.payload) ? readValue(message) : undefined;
  return typeof value === 'string' ? Buffer.from(value) : message.buffer;
}

/** A key may be escaped in part (`"\u005fraw"`). */
function mayHaveRaw(payload: Buffer | string): boolean {
  return payload.includes('"_raw"') || payload.includes('\\u00');
}

function isRawRecord(value: unknown): value is { _raw: string } {
  return typeof value === 'object' && value !== null && '_raw' in value && typeof value._raw === 'string';
}

function asJsonString(message: Message): string {
  return JSON.stringify(base64Of(message));
}

function base64Of(message: Message): string {
  return message.buffer.toString('base64');
}
