const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** With the bit that `[` and `{`, `]` and `}` differ in. */
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BRACE_BIT = 0x20;
const SPACE = 0x20;

/**
 * The text of each element of a JSON array, or of each member of an object (`"a":1`), verbatim. The text must be JSON,
 * as UTF-8; what is given shares its memory.
 */
export function jsonItems(json: Buffer): Buffer[] {
  const items: Buffer[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json[at] ?? 0;
    if (code === QUOTE) at = endOfString(json, at) - 1;
    else if (code === COMMA && depth === 1) {
      items.push(trimmed(json, start, at));
      start = at + 1;
    } else if ((code | BRACE_BIT) === OPEN) {
      depth += 1;
      if (depth === 1) start = at + 1;
    } else if ((code | BRACE_BIT) === CLOSE) {
      depth -= 1;
      if (depth === 0) items.push(trimmed(json, start, at));
    }
  }
  // Between its brackets there is nothing when it is empty, and never nothing when it is not.
  return items.length === 1 && items[0]?.length === 0 ? [] : items;
}

/** Where the string that begins at `start` has ended: behind its closing quote. */
export function endOfString(json: Buffer, start: number): number {
  let end = json.indexOf(QUOTE, start + 1);
  while (end >= 0 && isEscaped(json, end)) end = json.indexOf(QUOTE, end + 1);
  return end < 0 ? json.length : end + 1;
}

/** Behind an odd number of backslashes. */
function isEscaped(json: Buffer, at: number): boolean {
  let before = at;
  while (json[before - 1] === BACKSLASH) before -= 1;
  return (at - before) % 2 === 1;
}

/** Below a space JSON has only other blanks, outside of strings. */
function trimmed(json: Buffer, start: number, end: number): Buffer {
  let [from, to] = [start, end];
  while (from < to && (json[from] ?? 0) <= SPACE) from += 1;
  while (to > from && (json[to - 1] ?? 0) <= SPACE) to -= 1;
  return json.subarray(from, to);
}
