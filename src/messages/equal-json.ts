import { LosslessNumber } from '../json/lossless.ts';

/** Whether two JSON values are the same: numbers by what they are, not by how they are written or kept. */
export function equalJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (isNumber(one)) return isNumber(other) && equalNumbers(one, other);
  if (!isObject(one) || !isObject(other) || isNumber(other) || Array.isArray(one) !== Array.isArray(other))
    return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => equalMember(one, other, key));
}

const ZERO = 0x30;

type JsonNumber = number | bigint | LosslessNumber;

function equalMember(one: object, other: object, key: string): boolean {
  return Object.hasOwn(other, key) && equalJson(Reflect.get(one, key), Reflect.get(other, key));
}

/** A fraction that a double holds may have lost digits before it came here, so it is compared as a double. */
function equalNumbers(one: JsonNumber, other: JsonNumber): boolean {
  if (isFraction(one) || isFraction(other)) return Number(one.toString()) === Number(other.toString());
  return canonical(one) === canonical(other);
}

function isFraction(value: JsonNumber): boolean {
  return typeof value === 'number' && !Number.isInteger(value);
}

/** Its digits without zeros at either end, and the power of ten that they are multiplied by: `12e3` for 12000. */
function canonical(value: JsonNumber): string {
  // As text the double 1e21 has an exponent, and its integer has all digits that it stands for.
  const text = typeof value === 'number' ? BigInt(value).toString() : value.toString();
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = withoutLastZeros(digits);
  if (kept === '') return '0';
  return `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

/** By hand: a search for zeros at the end takes quadratic time, and the number may be as long as a message. */
function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  return digits.slice(0, end);
}

function isNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof LosslessNumber;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
