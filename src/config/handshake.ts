import { isRecord } from './tree.ts';

/** What a message calls the characters of an HTTP token (RFC 9110, 5.6.2). */
export const TOKEN_CHARACTERS = "letters, digits and !#$%&'*+-.^_`|~";

/** What is wrong with the name of a header, as a sentence that follows its path; undefined when nothing is. */
export function headerNameFault(name: string): string | undefined {
  if (!isToken(name)) return `is not the name of a header, expected ${TOKEN_CHARACTERS}`;
  const lower = name.toLowerCase();
  if (lower === 'sec-websocket-protocol') return `${OWNED}, from subprotocols`;
  return OWN_HEADERS.has(lower) || lower.startsWith('sec-websocket-') ? OWNED : undefined;
}

/** What is wrong with the literal parts of a header's value; never holds any of it. */
export function headerValueFault(literals: readonly string[]): string | undefined {
  // A tab is the one control character that HTTP allows in a value.
  if (literals.some((text) => CONTROL.test(text))) return 'holds a control character, which no header can carry';
  if (literals.some((text) => WIDE.test(text))) return 'holds a character above U+00FF, which no header can carry';
  return undefined;
}

/** What is wrong with each of the subprotocols. The sentences never hold one: some servers take a token as one. */
export function subprotocolFaults(values: readonly unknown[]): { readonly index: number; readonly reason: string }[] {
  return values.flatMap((value, index) => {
    const reason = typeof value === 'string' ? subprotocolFault(value, values.indexOf(value) < index) : undefined;
    return reason === undefined ? [] : [{ index, reason }];
  });
}

/** The name of a header as a path may show it: who takes it for a whole line writes a credential after the colon. */
export function shownHeaderName(name: string): string {
  const start = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]*/.exec(name)?.[0] ?? '';
  return start === name ? name : `${start}…`;
}

/** The names of the headers that a map holds; none when it is no map. */
export function headerNames(headers: unknown): string[] {
  return isRecord(headers) ? Object.keys(headers) : [];
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
const WIDE = /[\u0100-\uffff]/;
const OWNED = 'is set by the handshake itself';
const OWN_HEADERS: ReadonlySet<string> = new Set(['connection', 'upgrade', 'content-length', 'transfer-encoding']);

function isToken(text: string): boolean {
  return TOKEN.test(text);
}

function subprotocolFault(value: string, repeated: boolean): string | undefined {
  if (value === '') return 'is empty, expected the name of a subprotocol';
  if (!isToken(value)) return `is not the name of a subprotocol, expected ${TOKEN_CHARACTERS}`;
  return repeated ? 'is listed twice' : undefined;
}
