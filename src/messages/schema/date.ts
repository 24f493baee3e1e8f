import { LosslessNumber } from '../../json/lossless.ts';
import { isEightDigits, readDateTime, writeTimestamp } from './timestamp.ts';

const DAY = 86_400_000;
const WHOLE = /^[+-]?\d+$/;
/** Of 0000-01-01 and 9999-12-31. */
const FIRST = -719_528;
const LAST = 2_932_896;

/**
 * `yyyy-MM-dd`, from such a text, `yyyy/MM/dd`, `yyyyMMdd`, a timestamp (its date in UTC) or the number of days since
 * 1970-01-01, as a number or a text of other than eight digits; undefined for anything else.
 */
export function readDate(value: unknown): string | undefined {
  if (typeof value !== 'string') return dateOfDays(value);
  if (!isEightDigits(value) && WHOLE.test(value)) return dateOfDays(Number(value));
  const ms = readDateTime(value);
  return ms === undefined ? undefined : writeTimestamp(ms).slice(0, 10);
}

function dateOfDays(value: unknown): string | undefined {
  const exact = typeof value === 'number' || typeof value === 'bigint' || value instanceof LosslessNumber;
  const days = exact ? Number(value) : Number.NaN;
  return Number.isInteger(days) && days >= FIRST && days <= LAST ? writeTimestamp(days * DAY).slice(0, 10) : undefined;
}
