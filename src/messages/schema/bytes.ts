import { refuse } from './misfit.ts';

/** What is of neither alphabet. Searched for, not matched: a match of megabytes exhausts the stack. */
const NOT_STANDARD = /[^A-Za-z0-9+/]/;
const NOT_URL_SAFE = /[^A-Za-z0-9_-]/;

/** JSON of bytes, as standard base64 with padding; from base64 in the standard or the URL-safe alphabet, padded or not. */
export function writeBytes(value: unknown): string {
  if (typeof value !== 'string') return refuse(value, 'is not a base64 text', 'bytes');
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  const digits = padding === 0 ? value : value.slice(0, -padding);
  const whole = padding === 0 ? digits.length % 4 !== 1 : value.length % 4 === 0;
  if (!whole) return refuse(value, 'is not base64: a part of it is missing', 'bytes');
  if (!NOT_STANDARD.test(digits)) return `"${digits.length % 4 === 0 ? digits : padded(digits)}"`;
  return NOT_URL_SAFE.test(digits) ? refuse(value, 'is not base64', 'bytes') : `"${padded(digits)}"`;
}

function padded(digits: string): string {
  return Buffer.from(digits, 'base64').toString('base64');
}
