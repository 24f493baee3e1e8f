const QUOTE = 0x22;
/** What JSON allows before a token: space, tab, line feed, carriage return. */
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Whether JSON text holds a string; only its start is looked at. */
export function isJsonString(payload: Buffer | string): boolean {
  const codeAt = typeof payload === 'string' ? (at: number) => payload.charCodeAt(at) : (at: number) => payload[at];
  let at = 0;
  while (BLANK.has(codeAt(at) ?? 0)) at += 1;
  return codeAt(at) === QUOTE;
}

/** The same JSON text without line breaks: they stand between tokens only, inside a string they are escaped. */
export function oneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replace(/[\r\n]+/g, ' ').trim() : json;
}
