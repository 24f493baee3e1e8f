import { readPointer } from '../messages/pointer.ts';

/** Digits that may be lost when a number is parsed. */
const LONG_NUMBER = /[\d.]{16}/;
const TOKEN = /\\.|"|-?[\d.]{16,}(?:[eE][+-]?\d+)?/gs;

/** What says that two messages are about the same, as text. Undefined when a payload is no JSON or has no such value. */
export function conflationKey(payload: Buffer, pointer: string): string | undefined {
  const value = readPointer(parsed(payload.toString('utf8')), pointer);
  return value === undefined ? undefined : JSON.stringify(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(LONG_NUMBER.test(text) ? marked(text) : text);
  } catch {
    return undefined;
  }
}

/** Long numbers become texts that no other value is: two of them could be parsed to one. */
function marked(json: string): string {
  let inString = false;
  return json.replaceAll(TOKEN, (token) => {
    if (token === '"') inString = !inString;
    return inString || token === '"' || token.startsWith('\\') ? token : `"\\u0000${token}"`;
  });
}
