import { LosslessNumber } from '../../json/lossless.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?$/;
const WHOLE = /^\d+$/;

/**
 * `HH:mm:ss[.fraction]`, the fraction without zeros at its end, from `HH:mm[:ss[.fraction]]` with up to nine digits or
 * a whole number of these units since midnight, also as a text; undefined for anything else.
 */
export function readTime(value: unknown, unit: 'microseconds' | 'milliseconds' = 'microseconds'): string | undefined {
  if (typeof value === 'string' && !WHOLE.test(value)) return timeOfClock(value);
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || value instanceof LosslessNumber;
  if (!isNumber && typeof value !== 'string') return undefined;
  const count = Number(value);
  return Number.isInteger(count) ? timeOfMicroseconds(unit === 'milliseconds' ? count * 1000 : count) : undefined;
}

function timeOfClock(text: string): string | undefined {
  const [, hour, minute, second = '00', fraction = ''] = CLOCK.exec(text) ?? [];
  return hour === undefined ? undefined : `${hour}:${minute}:${second}${withPoint(fraction)}`;
}

function timeOfMicroseconds(value: number): string | undefined {
  if (value < 0 || value >= DAY) return undefined;
  const seconds = Math.floor(value / SECOND);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = clock.map((part) => String(part).padStart(2, '0')).join(':');
  return text + withPoint(String(value % SECOND).padStart(6, '0'));
}

function withPoint(fraction: string): string {
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
}
