import { LosslessNumber } from '../../json/lossless.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The calendar repeats after 400 years. */
const CYCLE = 146_097 * DAY;
/** 0000-01-01, and the last millisecond of 9999: a year has four digits. */
const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What an epoch counts when its absolute value is above this. */
const NANOSECONDS = 5e16;
const MICROSECONDS = 5e13;
const MILLISECONDS = 5e9;

const NUMBER = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** With the name that Java puts behind an offset: it says nothing more about the instant. */
const ZONE = /^ ?(?:[Zz]|UTC|GMT|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)(?:\[[^\]]+\])?$/;

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** Character codes. */
const BLANK = 0x20;
const COMMA = 0x2c;
const DASH = 0x2d;
const POINT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;
const LOWER_T = 0x74;

/**
 * Milliseconds since the epoch, cut down to a whole one; undefined for what is no timestamp from the year 0 to 9999.
 * It is a date with or without a time, or an epoch, as a number or as the text of one: above 5e16 in nanoseconds, above
 * 5e13 in microseconds, above 5e9 in milliseconds, else in seconds. Eight digits as a text are a date.
 */
export function readTimestamp(value: unknown): number | undefined {
  if (typeof value === 'string') return isEpoch(value) ? epochOf(value) : readDateTime(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? wholeEpoch(value) : epochOf(String(value));
  if (typeof value === 'bigint' || value instanceof LosslessNumber) return epochOf(value.toString());
  return undefined;
}

function isEpoch(text: string): boolean {
  return !isEightDigits(text) && NUMBER.test(text);
}

/** `20260131`, not `-1234567`. */
export function isEightDigits(text: string): boolean {
  return text.length === 8 && digits(text, 0, 8) >= 0;
}

/** `2026-01-31T14:42:02.132Z`, for whole milliseconds that `readTimestamp` or a clock gave. */
export function writeTimestamp(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const clock = `${TWO_DIGITS[hours - days * 24]}:${TWO_DIGITS[minutes - hours * 60]}:${TWO_DIGITS[seconds - minutes * 60]}`;
  return `${dateOf(days)}T${clock}.${String(ms - seconds * 1000).padStart(3, '0')}Z`;
}

/**
 * As `readTimestamp`, of texts that are no epochs: `yyyy-MM-dd`, `yyyy/MM/dd` or `yyyyMMdd`, alone (midnight) or with a
 * `T` or blank and `HH:mm[:ss[.fraction]]` (or `HHmm[ss[.fraction]]`) behind it, and then nothing (UTC) or a zone: `Z`,
 * `UTC`, `GMT`, `+09:00`, `+0900`, `+09`. A leap second is read as the first second of the day after it.
 */
export function readDateTime(text: string): number | undefined {
  const separator = text.charCodeAt(4);
  const separated = separator === DASH || separator === SLASH;
  if (separated && text.charCodeAt(7) !== separator) return undefined;
  const [month, day, behind] = separated ? [5, 8, 10] : [4, 6, 8];
  const midnight = midnightOf(digits(text, 0, 4), digits(text, month, 2), digits(text, day, 2));
  if (midnight === undefined || text.length === behind) return midnight;
  const mark = text.charCodeAt(behind);
  return mark === UPPER_T || mark === BLANK || mark === LOWER_T ? atClock(text, behind + 1, midnight) : undefined;
}

/** Timestamps are of a few days nearly always, but not of one: a record may tell of yesterday and be received today. */
const dates = new Map<number, string>();
const MOST_DATES = 1000;

function dateOf(days: number): string {
  const known = dates.get(days);
  if (known !== undefined) return known;
  if (dates.size === MOST_DATES) dates.clear();
  const date = new Date(days * DAY).toISOString().slice(0, 10);
  dates.set(days, date);
  return date;
}

function midnightOf(year: number, month: number, day: number): number | undefined {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  const length = MONTH_LENGTHS[month - 1];
  if (year < 0 || length === undefined || day < 1 || day > length + leap) return undefined;
  // `Date.UTC` takes the years before 100 for those of the 20th century.
  return Date.UTC(year + 400, month - 1, day) - CYCLE;
}

/** The instant at which a clock, that begins there in the text, shows this after midnight. */
function atClock(text: string, start: number, midnight: number): number | undefined {
  const colons = text.charCodeAt(start + 2) === COLON ? 1 : 0;
  const hour = digits(text, start, 2);
  const minute = digits(text, start + 2 + colons, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
  const behind = start + 4 + colons;
  const minutes = midnight + hour * HOUR + minute * MINUTE;
  const hasSeconds = colons === 1 ? text.charCodeAt(behind) === COLON : digits(text, behind, 1) >= 0;
  return hasSeconds ? withSeconds(text, behind + colons, minutes) : shifted(text, behind, minutes);
}

function withSeconds(text: string, start: number, minutes: number): number | undefined {
  const second = digits(text, start, 2);
  if (second < 0 || second > 60) return undefined;
  let behind = start + 2;
  let ms = 0;
  if (text.charCodeAt(behind) === POINT || text.charCodeAt(behind) === COMMA) {
    const first = behind + 1;
    behind = endOfDigits(text, first);
    if (behind === first) return undefined;
    ms = Number(text.slice(first, Math.min(behind, first + 3)).padEnd(3, '0'));
  }
  const instant = shifted(text, behind, minutes + second * 1000);
  if (instant === undefined || (second === 60 && instant % DAY !== 0)) return undefined;
  return inYears(instant + ms);
}

/** The instant of a local time, by the zone that the text ends with. */
function shifted(text: string, start: number, local: number): number | undefined {
  if (text.length === start || (text.length === start + 1 && text.charCodeAt(start) === UPPER_Z)) return local;
  const zone = ZONE.exec(text.slice(start));
  if (zone === null) return undefined;
  const [, sign, hours = '0', minutes = '0'] = zone;
  const offset = Number(hours) * HOUR + Number(minutes) * MINUTE;
  return inYears(sign === '-' ? local + offset : local - offset);
}

/** The number that these digits are; -1 when one of them is none. */
function digits(text: string, start: number, count: number): number {
  let number = 0;
  for (let index = start; index < start + count; index += 1) {
    const digit = text.charCodeAt(index) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (digits(text, end, 1) >= 0) end += 1;
  return end;
}

/** Dividing by a power of ten takes nothing up to the next whole number as long as the number is a safe one. */
function wholeEpoch(value: number): number | undefined {
  const size = Math.abs(value);
  if (size > MICROSECONDS) return inYears(Math.floor(value / 1000));
  return inYears(size > MILLISECONDS ? value : value * 1000);
}

/** By its digits: 1769870522.132 has no exact double, so that its product with 1000 could be cut to 131. */
function epochOf(text: string): number | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const size = Math.abs(Number(text));
  if (sign === undefined || !(size < 1e21)) return undefined;
  const shift = size > NANOSECONDS ? -6 : size > MICROSECONDS ? -3 : size > MILLISECONDS ? 0 : 3;
  const point = Math.max(0, whole.length + Number(exponent) + shift);
  const all = (whole + fraction).padEnd(point, '0');
  const ms = Number(all.slice(0, point));
  if (sign !== '-') return inYears(ms);
  return inYears(/[1-9]/.test(all.slice(point)) ? -ms - 1 : -ms);
}

function inYears(ms: number): number | undefined {
  if (!(ms >= FIRST && ms <= LAST)) return undefined;
  // Not −0, which a negative number of seconds cut to nothing would be.
  return ms === 0 ? 0 : ms;
}
