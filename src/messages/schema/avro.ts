import avro from 'avsc';
import { parseJson } from '../../json/lossless.ts';
import { type AvroPath, at, isUnion, type Kind, LogicalType, nameOf, readAvroType } from './avro-type.ts';
import { SchemaError } from './error.ts';
import type { Field, FieldType } from './field.ts';

/** What is known while one schema is read. */
interface Reading {
  /** As it was written, with the digits of its numbers. */
  readonly written: unknown;
  /** Of the records that have been met: one may be used again, also within itself. */
  readonly records: Map<avro.Type, readonly Field[]>;
}

const TYPES: Readonly<Record<string, FieldType>> = {
  boolean: 'boolean',
  string: 'string',
  bytes: 'bytes',
  fixed: 'bytes',
  int: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
};

/**
 * The fields of an Avro record, from the JSON text of its schema. Values come as plain JSON, not as Avro encodes it: a
 * union is the value itself, bytes are base64, a decimal is a number. A type with null is nullable, any other required.
 * @throws SchemaError with the path in the schema, as far as it is known.
 */
export function fieldsOfAvro(text: string): readonly Field[] {
  try {
    const top = readAvroType(text);
    const record = top instanceof LogicalType ? top.underlyingType : top;
    if (record instanceof avro.types.RecordType) {
      return fieldsOf({ written: parseJson(text), records: new Map() }, record, []);
    }
    throw new SchemaError(`describes ${nameOf(top)}; expected a record: {"type": "record", "name": …, "fields": […]}`);
  } catch (error) {
    if (error instanceof RangeError) throw new SchemaError('is nested too deep', [], { cause: error });
    throw error;
  }
}

function fieldsOf(reading: Reading, record: avro.types.RecordType, path: AvroPath): readonly Field[] {
  const known = reading.records.get(record);
  if (known !== undefined) return known;
  const fields: Field[] = [];
  reading.records.set(record, fields);
  record.fields.forEach((field, index) => {
    const place = [...path, 'fields', index];
    const alias: unknown = Array.isArray(field.aliases) ? field.aliases[0] : undefined;
    const defaultValue = defaultOf(field.type, at(reading.written, ...place, 'default'));
    fields.push({
      ...fieldOf(reading, field.name, field.type, [...place, 'type']),
      ...(typeof alias === 'string' && alias !== field.name ? { alias } : {}),
      ...(defaultValue === undefined ? {} : { defaultValue }),
    });
  });
  return fields;
}

function fieldOf(reading: Reading, name: string, type: avro.Type, path: AvroPath): Field {
  const single = withoutNull(type, path);
  if (!(single.type instanceof avro.types.ArrayType)) {
    return { name, mode: single.nullable ? 'nullable' : 'required', ...kindOf(reading, single.type, single.path) };
  }
  const items = withoutNull(single.type.itemsType, [...single.path, 'items']);
  if (items.type instanceof avro.types.ArrayType) {
    throw new SchemaError('is an array of arrays; give the inner one a name, as the field of a record', items.path);
  }
  return { name, mode: 'repeated', ...kindOf(reading, items.type, items.path) };
}

function withoutNull(type: avro.Type, path: AvroPath): { type: avro.Type; path: AvroPath; nullable: boolean } {
  if (!isUnion(type)) return { type, path, nullable: false };
  const [first, ...more] = type.types.filter((branch) => branch.typeName !== 'null');
  if (first === undefined || more.length > 0) {
    const names = type.types.map(nameOf).join(', ');
    throw new SchemaError(`is a union of ${names}; expected null and one other type: ["null", "string"]`, path);
  }
  return { type: first, path: [...path, type.types.indexOf(first)], nullable: type.types.length > 1 };
}

/** What a type is that is neither a union nor an array. */
function kindOf(reading: Reading, type: avro.Type, path: AvroPath): Kind {
  if (type instanceof LogicalType) return type.kind ?? kindOf(reading, type.underlyingType, path);
  if (type instanceof avro.types.RecordType) {
    // A record has fields; one without any is kept as the JSON that it is.
    return type.fields.length === 0 ? { type: 'json' } : { type: 'record', fields: fieldsOf(reading, type, path) };
  }
  if (type instanceof avro.types.EnumType) return { type: 'enum', symbols: type.symbols };
  if (type instanceof avro.types.MapType) {
    return { type: 'map', value: fieldOf(reading, '', type.valuesType, [...path, 'values']) };
  }
  const simple = TYPES[type.typeName];
  if (simple === undefined) throw new SchemaError(`is ${nameOf(type)}, which no value can be`, path);
  return { type: simple };
}

/** A default as values are: in Avro's JSON, bytes are a text with a character for each, and decimals are such bytes. */
function defaultOf(type: avro.Type, value: unknown): unknown {
  if (isUnion(type)) {
    const branch = type.types.find((one) => one.typeName !== 'null');
    return value === null || branch === undefined ? value : defaultOf(branch, value);
  }
  if (typeof value === 'string') return isBytes(type, value) ? valueOfBytes(type, Buffer.from(value, 'latin1')) : value;
  if (type instanceof LogicalType) return defaultOf(type.underlyingType, value);
  if (Array.isArray(value)) {
    return type instanceof avro.types.ArrayType ? value.map((item) => defaultOf(type.itemsType, item)) : value;
  }
  if (type instanceof avro.types.MapType) return mapMembers(value, () => type.valuesType);
  if (type instanceof avro.types.RecordType) return mapMembers(value, (name) => type.field(name)?.type);
  return value;
}

function mapMembers(value: unknown, typeOfMember: (name: string) => avro.Type | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => {
    const type = typeOfMember(name);
    return [name, type === undefined ? member : defaultOf(type, member)];
  });
  return Object.fromEntries(members);
}

/** A text with other characters is no default; it is refused with the reason when it is read as the value that it is. */
function isBytes(type: avro.Type, text: string): boolean {
  const name = type instanceof LogicalType ? type.underlyingType.typeName : type.typeName;
  return TYPES[name] === 'bytes' && /^[\0-\xff]*$/.test(text);
}

function valueOfBytes(type: avro.Type, bytes: Buffer): string {
  const decimal = type instanceof LogicalType && type.kind?.type === 'numeric';
  return decimal ? decimalOf(bytes, type.scale) : bytes.toString('base64');
}

/** The digits of a number that is the two's complement in these bytes, with this many of them behind the point. */
function decimalOf(bytes: Buffer, scale: number): string {
  const unscaled = BigInt.asIntN(8 * bytes.length, BigInt(`0x0${bytes.toString('hex')}`));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}
