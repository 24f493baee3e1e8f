/** Which numbers keep the text they came in: those that a double would change, or all that it would write otherwise. */
export type Keep = 'value' | 'text';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?\d+$/;
/** What a double holds and writes just so, if it has no more than fifteen characters. */
const PLAIN = /^-?(?!0\.0{6})(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;
/** Digits that a double holds, however they are spread. */
const PRECISION = 15;
const ZERO = 0x30;

/** A number as JSON has it, with the digits that a double would lose. */
export class LosslessNumber {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }

  toString(): string {
    return this.value;
  }

  /** The nearest double. */
  valueOf(): number {
    return Number(this.value);
  }
}

export function isJsonNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** JSON of a finite number; minus zero keeps its sign, which `JSON.stringify` drops. */
export function numberText(number: number): string {
  return number === 0 && Object.is(number, -0) ? '-0' : `${number}`;
}

/** Whether `numberText` of the number gives this text again; only of up to 15 characters, which is cheaper than trying. */
export function isPlainNumber(text: string): boolean {
  return text.length <= PRECISION && PLAIN.test(text);
}

/** Whether this is a number in JSON that has to be kept as text. */
export function isToBeKept(text: string, keep: Keep): boolean {
  if (isPlainNumber(text) || !NUMBER.test(text)) return false;
  const number = Number(text);
  return keep === 'value' ? changes(number, text) : numberText(number) !== text;
}

function changes(number: number, text: string): boolean {
  // Above 2^53 a double may stand for several integers, even one that happens to be written alike.
  if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number))) return true;
  return !INTEGER.test(text) && significantDigits(`${number}`) !== significantDigits(text);
}

/** Without sign, point, exponent and the zeros around. By hand: a search for zeros at the end takes quadratic time. */
function significantDigits(text: string): string {
  const exponent = text.search(/[eE]/);
  const digits = (exponent === -1 ? text : text.slice(0, exponent)).replace(/[-.]/g, '');
  let from = 0;
  let to = digits.length;
  while (from < to && digits.charCodeAt(from) === ZERO) from += 1;
  while (to > from && digits.charCodeAt(to - 1) === ZERO) to -= 1;
  return digits.slice(from, to);
}
