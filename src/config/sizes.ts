import { SizeError } from './error.ts';

/** What a message calls a size. */
export const SIZE = 'a size in bytes such as 4096, 64KiB or 16MiB';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);
const FORM = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/;

/**
 * Reads a number of bytes, `64KiB`, `16MiB` or `1GiB`; gives whole bytes, at least 1. Throws a `SizeError` for
 * anything else.
 */
export function parseSize(value: string | number): number {
  const bytes = typeof value === 'number' ? value : fromText(value);
  if (Number.isNaN(bytes)) throw new SizeError(value, `is not ${SIZE}`);
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new SizeError(value, `is not a whole number of bytes from 1 to ${Number.MAX_SAFE_INTEGER}`);
  }
  return bytes;
}

function fromText(text: string): number {
  const match = FORM.exec(text.trim());
  if (match === null) return Number.NaN;
  const [, amount, unit = ''] = match;
  const factor = UNITS.get(unit);
  if (factor === undefined) throw new SizeError(text, `has an unknown unit, expected ${SIZE}`);
  return Number(amount) * factor;
}
