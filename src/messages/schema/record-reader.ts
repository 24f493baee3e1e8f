import { LosslessNumber, numberText } from '../../json/lossless-number.ts';
import type { Field, FieldType } from './field.ts';

/** Gives a part of a record as an app sees it; of a list, a map or a record it is the same one, changed. */
export type Read = (value: unknown) => unknown;

/** Types whose numbers a double may not hold. */
const WIDE: ReadonlySet<FieldType> = new Set(['long', 'numeric']);

/** Whether a field of one of these types is anywhere in a graph of fields. */
export function hasType(fields: readonly Field[], types: ReadonlySet<FieldType>, seen = new Set<unknown>()): boolean {
  if (seen.has(fields)) return false;
  seen.add(fields);
  return fields.some(({ type, fields: inner, value }) => {
    return (
      types.has(type) || hasType(inner ?? [], types, seen) || (value !== undefined && hasType([value], types, seen))
    );
  });
}

/** What reads the records of a schema; undefined when they have no wide numbers, and `JSON.parse` says it all. */
export function recordReader(fields: readonly Field[], known = new Map<readonly Field[], Read>()): Read | undefined {
  if (!hasType(fields, WIDE)) return undefined;
  const before = known.get(fields);
  if (before) return before;
  const parts: [name: string, read: Read][] = [];
  const read: Read = (record) => {
    if (isObject(record)) for (const [name, readPart] of parts) readKey(record, name, readPart);
    return record;
  };
  // Known before its parts are: one of them may lead back to it.
  known.set(fields, read);
  for (const field of fields) {
    const readPart = fieldReader(field, known);
    if (readPart) parts.push([field.name, readPart]);
  }
  return read;
}

function fieldReader(field: Field, known: Map<readonly Field[], Read>): Read | undefined {
  const read = singleReader(field, known);
  return read && field.mode === 'repeated' ? everyReader(read) : read;
}

function singleReader({ type, fields, value }: Field, known: Map<readonly Field[], Read>): Read | undefined {
  switch (type) {
    case 'long':
      return readLong;
    case 'numeric':
      return readNumeric;
    case 'record':
      return fields && recordReader(fields, known);
    case 'map': {
      const read = value && fieldReader(value, known);
      return read && everyReader(read);
    }
    default:
      return undefined;
  }
}

/** Of a list or a map. */
function everyReader(read: Read): Read {
  return (all) => {
    if (isObject(all)) for (const key of Object.keys(all)) readKey(all, key, read);
    return all;
  };
}

function readKey(holder: object, key: string, read: Read): void {
  const value: unknown = Object.hasOwn(holder, key) ? Reflect.get(holder, key) : undefined;
  if (value !== undefined && value !== null) Reflect.set(holder, key, read(value));
}

function readLong(value: unknown): unknown {
  if (Number.isSafeInteger(value)) return value;
  return typeof value === 'number' || value instanceof LosslessNumber ? BigInt(`${value}`) : value;
}

function readNumeric(value: unknown): unknown {
  if (typeof value === 'number') return numberText(value);
  return value instanceof LosslessNumber ? value.value : value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof LosslessNumber);
}
