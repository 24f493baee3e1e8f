import avro from 'avsc';
import { SchemaError } from './error.ts';
import type { Field } from './field.ts';

/** Keys and indexes from the root of a schema to a part of it. */
export type AvroPath = readonly (string | number)[];
/** What a field is, besides its name and mode. */
export type Kind = Omit<Field, 'name' | 'alias' | 'mode' | 'defaultValue'>;

const TIMESTAMP: Readonly<Record<string, Kind>> = { long: { type: 'timestamp' } };

/** By the type that they refine; on any other they count for nothing, as Avro has it. */
const LOGICAL_TYPES: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  decimal: { bytes: { type: 'numeric' }, fixed: { type: 'numeric' } },
  date: { int: { type: 'date' } },
  'time-millis': { int: { type: 'time', unit: 'milliseconds' } },
  'time-micros': { long: { type: 'time' } },
  'timestamp-millis': TIMESTAMP,
  'timestamp-micros': TIMESTAMP,
  'timestamp-nanos': TIMESTAMP,
  'local-timestamp-millis': TIMESTAMP,
  'local-timestamp-micros': TIMESTAMP,
  'local-timestamp-nanos': TIMESTAMP,
};

/** Nothing is ever encoded by it: it keeps its name, and how many digits of a decimal are behind the point. */
export class LogicalType extends avro.types.LogicalType {
  readonly scale: number;

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    const scale: unknown = Reflect.get(Object(schema), 'scale');
    this.scale = typeof scale === 'number' && scale > 0 ? Math.floor(scale) : 0;
  }

  /** Undefined: what it refines. */
  get kind(): Kind | undefined {
    return LOGICAL_TYPES[this.typeName.replace('logical:', '')]?.[this.underlyingType.typeName];
  }
}

/**
 * A schema as avsc has it, its names resolved. avsc knows no paths, so that its errors are caught where a type begins.
 * @throws SchemaError, or a RangeError for what is nested too deep.
 */
export function readAvroType(text: string): avro.Type {
  const schema = readJson(text);
  const places = placesOf(schema, []);
  let reached = 0;
  let begun: unknown = null;
  let failed: AvroPath | undefined;
  const typeHook: avro.ForSchemaOptions['typeHook'] = (inner, options) => {
    const place = places[reached];
    // The second call for the same one, or a type that stands nowhere, as avsc makes some of its own.
    if (inner === begun || place?.schema !== inner) {
      begun = null;
      return undefined;
    }
    begun = inner;
    reached += 1;
    try {
      return avro.Type.forSchema(inner, options);
    } catch (error) {
      failed ??= place.path;
      throw error;
    }
  };
  const logicalTypes = Object.fromEntries(Object.keys(LOGICAL_TYPES).map((name) => [name, LogicalType]));
  try {
    return avro.Type.forSchema(schema, { logicalTypes, typeHook });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new SchemaError(`is no Avro schema: ${complaint(error)}`, failed, { cause: error });
  }
}

export function isUnion(type: avro.Type): type is avro.types.UnwrappedUnionType | avro.types.WrappedUnionType {
  return type instanceof avro.types.UnwrappedUnionType || type instanceof avro.types.WrappedUnionType;
}

/** As an error calls it. */
export function nameOf(type: avro.Type): string {
  return type.name ?? type.typeName.replace('logical:', '');
}

/** What a value holds itself at these keys, one after the other. */
export function at(value: unknown, ...keys: AvroPath): unknown {
  let found = value;
  for (const key of keys) {
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined;
  }
  return found;
}

/** What avsc did not see coming it fails at, with a `TypeError`. */
function complaint(error: unknown): string {
  if (error instanceof TypeError || !(error instanceof Error)) return 'here is no type as Avro has them';
  return error.message.length > 300 ? `${error.message.slice(0, 300)}…` : error.message;
}

/**
 * Without the defaults, which Avro would have as it encodes them, and of the first type in a union only. Whether it is a
 * schema is for avsc to say.
 */
function readJson(text: string): avro.Schema {
  try {
    return JSON.parse(text, (key, value: unknown) => (key === 'default' ? undefined : value));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SchemaError(`is not JSON, in which an Avro schema is written: ${error.message}`, [], { cause: error });
  }
}

/** Every type in a schema, in the order in which they are read. */
function placesOf(schema: unknown, path: AvroPath): { readonly schema: unknown; readonly path: AvroPath }[] {
  const below = (inner: unknown, ...keys: AvroPath) => placesOf(inner, [...path, ...keys]);
  const place = { schema, path };
  if (Array.isArray(schema)) return [place, ...schema.flatMap((branch: unknown, index) => below(branch, index))];
  switch (at(schema, 'type')) {
    case 'array':
      return [place, ...below(at(schema, 'items'), 'items')];
    case 'map':
      return [place, ...below(at(schema, 'values'), 'values')];
    case 'record':
    case 'error': {
      const fields = at(schema, 'fields');
      if (!Array.isArray(fields)) return [place];
      return [place, ...fields.flatMap((field, index) => below(at(field, 'type'), 'fields', index, 'type'))];
    }
    default:
      return [place];
  }
}
