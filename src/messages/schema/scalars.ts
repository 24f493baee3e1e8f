import { jsonText } from '../../json/lossless.ts';
import { quoted } from '../../json/quoted.ts';
import { writeBytes } from './bytes.ts';
import { readDate } from './date.ts';
import type { Field, FieldType } from './field.ts';
import { refuse } from './misfit.ts';
import { writeDouble, writeFloat, writeInt, writeLong, writeNumeric } from './numbers.ts';
import { readTime } from './time.ts';

/** JSON of a value that is neither null nor missing. @throws Misfit */
export type WriteScalar = (value: unknown) => string;

/** Arrays and objects in each other, in what is kept as JSON text. */
const MOST_LEVELS = 512;
/** An enum's symbols that an error lists. */
const LISTED = 10;

/** The types that are written the same in every field. */
export const SCALARS: Readonly<
  Record<Exclude<FieldType, 'time' | 'timestamp' | 'enum' | 'record' | 'map'>, WriteScalar>
> = {
  boolean: writeBoolean,
  string: (value) => writeText(value, 'string'),
  json: (value) => writeText(value, 'json'),
  bytes: writeBytes,
  int: writeInt,
  long: writeLong,
  float: writeFloat,
  double: writeDouble,
  numeric: writeNumeric,
  date: (value) => `"${readDate(value) ?? refuse(value, 'is not a date', 'date')}"`,
};

/** What writes times of day; `unit` is that of a number. */
export function timeWriter(unit: Field['unit']): WriteScalar {
  return (value) => `"${readTime(value, unit) ?? refuse(value, 'is not a time of day', 'time')}"`;
}

/** What writes one of the symbols. */
export function enumWriter(symbols: readonly string[]): WriteScalar {
  const texts = new Map(symbols.map((symbol) => [symbol, quoted(symbol)]));
  const more = symbols.length > LISTED ? `, and ${symbols.length - LISTED} more` : '';
  const problem = `is not one of ${symbols.slice(0, LISTED).join(', ')}${more}`;
  return (value) => {
    const symbol = symbolOf(value);
    return (symbol === undefined ? undefined : texts.get(symbol)) ?? refuse(value, problem, 'enum');
  };
}

/** Symbols may be numbers. */
function symbolOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : jsonText(value, 0);
}

function writeBoolean(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return value === 'true' || value === 'false' ? value : refuse(value, 'is neither true nor false', 'boolean');
}

/** A text as it is, anything else as its JSON text. */
function writeText(value: unknown, type: string): string {
  if (typeof value === 'string') return quoted(value);
  return quoted(jsonText(value, MOST_LEVELS) ?? refuse(value, `is not JSON of at most ${MOST_LEVELS} levels`, type));
}
