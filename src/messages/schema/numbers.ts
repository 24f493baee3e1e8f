import { isJsonNumber, isPlainNumber, LosslessNumber, numberText } from '../../json/lossless-number.ts';
import { refuse } from './misfit.ts';

/** As text a number may also have a plus sign, leading zeros, and nothing on one side of its point. */
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
/** Nothing to be changed and, with eighteen digits, within the range of a long. */
const SHORT_INTEGER = /^(?:0|-?[1-9]\d{0,17})$/;

const NOT_A_NUMBER = 'is not a number';
/** Digits that a numeric may have, those of its exponent too. */
const MOST_DIGITS = 1000;
/** Of the greatest long. */
const LONG_DIGITS = 19;
const LEAST_LONG = -(2n ** 63n);
const GREATEST_LONG = 2n ** 63n - 1n;
const LEAST_INT = -(2n ** 31n);
const GREATEST_INT = 2n ** 31n - 1n;

/** JSON of a whole number of 32 bits; -0 is 0. A double says all of it, whichever way the text was parsed. */
export function writeInt(value: unknown): string {
  const number = value instanceof LosslessNumber ? Number(value) : value;
  if (typeof number === 'number' && (number | 0) === number) return `${number}`;
  return wholeWithin(LEAST_INT, GREATEST_INT, number, 'int');
}

/** JSON of a whole number of 64 bits, with all its digits; -0 is 0. */
export function writeLong(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return `${value}`;
  if (typeof value === 'string' && SHORT_INTEGER.test(value)) return value;
  return wholeWithin(LEAST_LONG, GREATEST_LONG, value, 'long');
}

/** JSON of a number that is finite in 32 bits; it is not rounded to them. */
export function writeFloat(value: unknown): string {
  return finite(value, Math.fround, 'float');
}

/** JSON of a number that is finite in 64 bits; -0 stays -0. */
export function writeDouble(value: unknown): string {
  return finite(value, Number, 'double');
}

/** JSON of a number with the digits that it came with, its exponent as well. */
export function writeNumeric(value: unknown): string {
  return numberOf(value, 'numeric');
}

function finite(value: unknown, rounded: (number: number) => number, type: string): string {
  // Fifteen characters without an exponent are far from any limit.
  if (typeof value === 'string' && isPlainNumber(value)) return value;
  const number = typeof value === 'number' ? value : Number(givenNumber(value) ?? refuse(value, NOT_A_NUMBER, type));
  if (!Number.isFinite(rounded(number))) refuse(value, `is outside the range of a ${type}`, type);
  return numberText(number);
}

function wholeWithin(least: bigint, greatest: bigint, value: unknown, type: string): string {
  const range = `is outside the range of ${type === 'int' ? 'an' : 'a'} ${type}, ${least} to ${greatest}`;
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return refuse(value, range, type);
  const text = numberOf(value, type);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const leading = (whole + fraction).replace(/^0+/, '');
  const digits = leading.replace(/0+$/, '');
  if (digits === '') return '0';
  const zeros = leading.length - digits.length + Number(exponent) - fraction.length;
  if (zeros < 0) refuse(value, 'is not a whole number', type);
  // Counted first: 1e999999999 is not to be written out.
  const number = digits.length + zeros > LONG_DIGITS ? undefined : BigInt(sign + digits + '0'.repeat(zeros));
  return number === undefined || number < least || number > greatest ? refuse(value, range, type) : `${number}`;
}

/** What a number is written as in JSON. */
function numberOf(value: unknown, type: string): string {
  const text = givenNumber(value) ?? refuse(value, NOT_A_NUMBER, type);
  const fits = text.length <= MOST_DIGITS || text.replace(/\D/g, '').length <= MOST_DIGITS;
  return fits ? text : refuse(value, `has more than ${MOST_DIGITS} digits`, type);
}

function givenNumber(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? numberText(value) : undefined;
    case 'string':
      return isPlainNumber(value) || isJsonNumber(value) ? value : asJson(value);
    case 'bigint':
      return `${value}`;
    default:
      return value instanceof LosslessNumber ? value.value : undefined;
  }
}

function asJson(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent] = NUMBER.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const point = fraction === '' ? '' : `.${fraction}`;
  return `${sign === '-' ? '-' : ''}${digits}${point}${exponent === undefined ? '' : `e${exponent}`}`;
}
