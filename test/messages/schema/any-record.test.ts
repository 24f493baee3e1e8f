import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LosslessNumber, parseJson } from '../../../src/json/lossless.ts';
import { RecordError } from '../../../src/messages/schema/error.ts';
import type { Field, FieldType } from '../../../src/messages/schema/field.ts';
import { compileFields } from '../../../src/messages/schema/record-schema.ts';
import { anySchema, textFor } from './any-json.ts';

const cases = anySchema.chain((fields) => fc.tuple(fc.constant(fields), textFor(fields)));

describe('any JSON against any schema', () => {
  test('gives a record that satisfies the schema, or a failure that names a place in what came in', () => {
    const counts = { records: 0, failures: 0 };
    fc.assert(
      fc.property(cases, ([fields, text]) => {
        const result = convert(fields, text);
        if (result instanceof RecordError) {
          counts.failures += 1;
          expect(holderOf(JSON.parse(text), result.path)).toBe(true);
          expect(isFieldOf(fields, result.field)).toBe(true);
        } else {
          counts.records += 1;
          expect(faultIn(parseJson(result, 'text'), fields)).toBeUndefined();
        }
      }),
      { numRuns: 1_000 },
    );
    // Else it would show one half only.
    expect(Math.min(counts.records, counts.failures)).toBeGreaterThan(100);
  });

  test('gives a record that is converted to itself', () => {
    fc.assert(
      fc.property(cases, ([fields, text]) => {
        const result = convert(fields, text);
        if (typeof result === 'string') expect(convert(fields, result)).toBe(result);
      }),
    );
  });

  test('gives a record whose value has the numbers of its text', () => {
    fc.assert(
      fc.property(cases, ([fields, text]) => {
        const result = convert(fields, text);
        if (typeof result === 'string') {
          expect(unbound(compileFields(fields).read(result))).toEqual(unbound(parseJson(result, 'text')));
        }
      }),
    );
  });
});

function convert(fields: readonly Field[], text: string): string | RecordError {
  const schema = compileFields(fields);
  const value = schema.parse(text);
  try {
    return schema.write(value);
  } catch (error) {
    if (error instanceof RecordError) return error;
    throw error;
  }
}

/** Whether there is something for the last key of a JSON pointer to be in, or to be missing from. */
function holderOf(value: unknown, pointer: string): boolean {
  const keys = pointer.split('/').slice(1);
  let holder = value;
  for (const key of keys) {
    if (typeof holder !== 'object' || holder === null) return false;
    const plain = key.replaceAll('~1', '/').replaceAll('~0', '~');
    holder = Object.hasOwn(holder, plain) ? Reflect.get(holder, plain) : undefined;
  }
  return true;
}

/** Names have no dots here. */
function isFieldOf(fields: readonly Field[], path: string): boolean {
  const [name = '', ...rest] = path.split('.');
  if (path === '') return true;
  const inner = insideOf(fields.find((each) => each.name === name));
  return inner !== undefined && isFieldOf(inner, rest.join('.'));
}

/** Those of a record, or of the records in a map. */
function insideOf(field: Field | undefined): readonly Field[] | undefined {
  return field?.type === 'map' ? insideOf(field.value) : field && (field.fields ?? []);
}

/** What is wrong with a record, by other means than those that wrote it. */
function faultIn(value: unknown, fields: readonly Field[]): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no object';
  const names = fields.map(({ name }) => name);
  if (JSON.stringify(Object.keys(value)) !== JSON.stringify(names)) return `keys ${Object.keys(value)}`;
  return firstFault(fields, (field) => faultOf(Reflect.get(value, field.name), field));
}

function faultOf(value: unknown, field: Field): string | undefined {
  if (value === null) return field.mode === 'nullable' ? undefined : `null in ${field.name}`;
  if (field.mode !== 'repeated') return faultOfSingle(value, field);
  if (!Array.isArray(value)) return `no array in ${field.name}`;
  return firstFault(value, (item) => (item === null ? undefined : faultOfSingle(item, field)));
}

function faultOfSingle(value: unknown, field: Field): string | undefined {
  if (field.type === 'record') return faultIn(value, field.fields ?? []);
  if (field.type !== 'map')
    return FITS[field.type](value) ? undefined : `${field.name} (${field.type}): ${String(value)}`;
  const { value: inner } = field;
  if (!inner || typeof value !== 'object' || value === null || Array.isArray(value)) return `no map in ${field.name}`;
  return firstFault(Object.values(value), (item) => faultOf(item, inner));
}

function firstFault<Item>(items: readonly Item[], faultOfItem: (item: Item) => string | undefined): string | undefined {
  return items.map(faultOfItem).find((fault) => fault !== undefined);
}

const FITS: Record<Exclude<FieldType, 'record' | 'map'>, (value: unknown) => boolean> = {
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  json: (value) => typeof value === 'string',
  bytes: (value) => typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value,
  int: (value) => Number.isInteger(value) && Number(value) === (Number(value) | 0) && !Object.is(value, -0),
  long: (value) => isNumber(value) && BigInt.asIntN(64, BigInt(String(value))) === BigInt(String(value)),
  float: (value) => typeof value === 'number' && Number.isFinite(Math.fround(value)),
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  numeric: isNumber,
  date: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
  time: (value) => typeof value === 'string' && /^\d\d:\d\d:\d\d(\.\d+)?$/.test(value),
  timestamp: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  enum: (value) => value === 'buy' || value === 'sell',
};

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || value instanceof LosslessNumber;
}

/** All numbers as text, whatever holds them. */
function unbound(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unbound);
  if (typeof value === 'object' && value !== null && !(value instanceof LosslessNumber)) {
    return Object.entries(value).map(([key, item]) => [key, unbound(item)]);
  }
  if (typeof value === 'number' && Object.is(value, -0)) return '-0';
  return value === null || typeof value === 'boolean' ? value : String(value);
}
