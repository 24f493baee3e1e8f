import { DurationError } from './error.ts';

/** The longest duration, in milliseconds: 2^31 − 1 (24 days 20 hours), the most that a timer takes. */
export const MAX_DURATION = 2 ** 31 - 1;

/** What a message calls a duration. */
export const DURATION = 'a duration such as 500ms, 2s or 1m30s';

export interface DurationRange {
  /** Whether zero is legal. Default true. */
  readonly zero?: boolean;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]);
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const PARTS = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * Reads `500ms`, `2s`, `1m30s`, `6h30m`, `1d` or a bare number of seconds; gives whole milliseconds, at least 1 unless
 * it is zero. Units come in falling order, each once. Throws a `DurationError` when it is anything else, negative or
 * above `MAX_DURATION`.
 */
export function parseDuration(value: string | number, range: DurationRange = {}): number {
  const milliseconds = typeof value === 'number' ? value * 1000 : fromText(value);
  if (Number.isNaN(milliseconds)) throw new DurationError(value, `is not ${DURATION}`);
  if (milliseconds < 0) throw new DurationError(value, 'is negative, expected a duration above zero');
  if (milliseconds > MAX_DURATION) throw new DurationError(value, 'is too long, expected at most 24d20h');
  if (milliseconds > 0) return Math.max(1, Math.round(milliseconds));
  if (range.zero === false) throw new DurationError(value, 'is zero, expected a duration above zero');
  return 0;
}

function fromText(text: string): number {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return Number(trimmed) * 1000;
  const unsigned = trimmed.replace(/^[+-]/, '');
  if (!PARTS.test(unsigned)) return Number.NaN;
  return (trimmed.startsWith('-') ? -1 : 1) * sum(unsigned);
}

function sum(text: string): number {
  let total = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const [, amount, unit = ''] of text.matchAll(PART)) {
    const factor = UNITS.get(unit) ?? Number.NaN;
    if (factor >= smallest) return Number.NaN;
    smallest = factor;
    total += Number(amount) * factor;
  }
  return total;
}
