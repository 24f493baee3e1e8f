import { isToBeKept, type Keep, LosslessNumber } from './lossless-number.ts';

/**
 * JSON text in which each number to keep, 123 say, stands as `["\u0001123"]`: `JSON.parse` reads it several times as
 * fast as a parser written in JavaScript would, and to any depth. An array can stand wherever a number can, and nowhere
 * else, so that what was no JSON before is none now.
 */
export interface MarkedText {
  readonly text: string;
  /** How many were marked, and what looked like one. */
  readonly count: number;
}

/** What a kept number begins with. A list whose first text begins so gets one mark more. */
const MARK = '\u0001';
const MARK_ESCAPE = '\\u0001';
const LOOKALIKE = /\[[ \t\n\r]*"(?=\\u0001)/g;

/** Characters from which on a double may not hold a number, an exponent apart. */
const LONG = 16;
/** Those of `0.0000001`, which a double writes as 1e-7. */
const SMALL = 9;

const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const UPPER_E = 0x45;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;

/** Undefined when there is no number to keep. */
export function markNumbers(text: string, keep: Keep): MarkedText | undefined {
  const found = numbersToKeep(text, keep);
  if (found.length === 0) return undefined;
  if (!text.includes(MARK_ESCAPE)) return { text: marked(text, found), count: found.length };
  let lookalikes = 0;
  const told = text.replace(LOOKALIKE, (opening) => {
    lookalikes += 1;
    return opening + MARK_ESCAPE;
  });
  return { text: marked(told, numbersToKeep(told, keep)), count: found.length + lookalikes };
}

function marked(text: string, found: readonly Span[]): string {
  let result = '';
  let copied = 0;
  for (const [start, end] of found) {
    result += `${text.slice(copied, start)}["${MARK_ESCAPE}${text.slice(start, end)}"]`;
    copied = end;
  }
  return result + text.slice(copied);
}

/** The value of a marked text, its marked numbers replaced. Without recursion: it may be nested deeper than the stack. */
export function takeMarked(value: unknown, { count }: MarkedText): unknown {
  const whole = markedNumber(value);
  if (whole) return whole;
  const open: unknown[] = [value];
  // One of two equal keys is lost with its number: then all is looked at.
  for (let left = count; left > 0 && open.length > 0; ) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next) && takeOff(next)) left -= 1;
    for (const key of Array.isArray(next) ? next.keys() : Object.keys(next)) {
      const part: unknown = Reflect.get(next, key);
      if (typeof part !== 'object' || part === null) continue;
      const number = markedNumber(part);
      if (!number) open.push(part);
      // An own property also when it is named `__proto__`: JSON.parse has made it one.
      else if (Reflect.set(next, key, number)) left -= 1;
    }
  }
  return value;
}

function markedNumber(value: unknown): LosslessNumber | undefined {
  if (!Array.isArray(value) || value.length !== 1) return undefined;
  const text: unknown = value[0];
  if (typeof text !== 'string' || !text.startsWith(MARK) || text.startsWith(MARK, MARK.length)) return undefined;
  return new LosslessNumber(text.slice(MARK.length));
}

/** The mark that a list got because it looked like a number. */
function takeOff(list: unknown[]): boolean {
  const [first] = list;
  if (typeof first !== 'string' || !first.startsWith(MARK)) return false;
  list[0] = first.slice(MARK.length);
  return true;
}

type Span = readonly [start: number, end: number];

/** Where they start and end. A loop over the characters takes half the time of a search for what looks like one. */
function numbersToKeep(text: string, keep: Keep): Span[] {
  const found: Span[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code <= NINE && (code >= ZERO || code === MINUS)) {
      const digits = endOfDigits(text, at + 1);
      const end = endOfExponent(text, digits);
      const suspect = end > digits || end - at >= LONG || (keep === 'text' && isOddlyWritten(text, at, end));
      if (suspect && isToBeKept(text.slice(at, end), keep)) found.push([at, end]);
      at = end;
    } else at += 1;
  }
  return found;
}

/** With a zero at the end, or with so many characters that the number may be too small to be written without exponent. */
function isOddlyWritten(text: string, start: number, end: number): boolean {
  return text.charCodeAt(end - 1) === ZERO || end - start >= SMALL;
}

/** Behind the quote that ends a string: one behind an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (before >= start && text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end + 1;
  }
  return text.length;
}

/** Behind digits and points. */
function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigitOrPoint(text.charCodeAt(end))) end += 1;
  return end;
}

function isDigitOrPoint(code: number): boolean {
  return code <= NINE && (code >= ZERO || code === POINT);
}

/** Where it starts, when there is none. */
function endOfExponent(text: string, start: number): number {
  const mark = text.charCodeAt(start);
  if (mark !== LOWER_E && mark !== UPPER_E) return start;
  const sign = text.charCodeAt(start + 1);
  return endOfDigits(text, sign === PLUS || sign === MINUS ? start + 2 : start + 1);
}
