import type { FieldMode, FieldType } from '../messages/schema/field.ts';
import { nearestName } from './nearest.ts';

/** What a message calls the type of a field. */
export const FIELD_TYPE = 'a type such as string, long or record';

export type Read<T> = { readonly value: T } | { readonly fault: string };

/** The type that a name or one of its other names stands for, in any case. */
export function readFieldType(text: string): Read<FieldType> {
  const wanted = text.trim().toLowerCase();
  const value = TYPES.get(wanted);
  if (value !== undefined) return { value };
  if (wanted === 'array') return { fault: 'is not a type; a list is mode: repeated, with the type of its elements' };
  return { fault: `is not a type; ${hint(wanted, TYPES.keys())}` };
}

export function readFieldMode(text: string): Read<FieldMode> {
  const value = MODES.find((mode) => mode === text.trim().toLowerCase());
  return value === undefined ? { fault: `is not a mode; ${hint(text, MODES)}` } : { value };
}

export function isFieldType(value: unknown): value is FieldType {
  return typeof value === 'string' && Object.hasOwn(ALIASES, value);
}

const MODES: readonly FieldMode[] = ['nullable', 'required', 'repeated'];

/** Other names of each type. */
const ALIASES: Readonly<Record<FieldType, readonly string[]>> = {
  boolean: ['bool'],
  string: ['char'],
  json: [],
  bytes: ['blob'],
  int: ['int32', 'integer'],
  long: ['int64'],
  float: ['float32'],
  double: ['float64'],
  numeric: ['decimal'],
  date: [],
  time: [],
  timestamp: ['datetime'],
  enum: ['enumeration'],
  record: ['row', 'struct', 'element'],
  map: [],
};

const TYPES: ReadonlyMap<string, FieldType> = new Map(
  Object.keys(ALIASES)
    .filter(isFieldType)
    .flatMap((type) => [type, ...ALIASES[type]].map((name) => [name, type] as const)),
);

function hint(name: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const nearest = nearestName(name, all);
  return nearest === undefined ? `expected one of ${all.join(', ')}` : `did you mean "${nearest}"?`;
}
