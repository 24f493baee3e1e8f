import { unescapedKey } from '../json/pointer-key.ts';
import { compileSchema, type SchemaContents } from '../messages/schema/compile.ts';
import { SchemaError } from '../messages/schema/error.ts';
import type { Field } from '../messages/schema/field.ts';
import type { SchemaOptions } from './records.ts';
import { type Path, valueAt } from './tree.ts';

/** What is wrong with a schema; `path` is that below the option `schema`, as it is written. */
export interface SchemaFault {
  readonly path: Path;
  readonly message: string;
}

/** What only compiling finds. Nothing is said of a schema that stands in a file. */
export function schemaFaults(schema: SchemaOptions): SchemaFault[] {
  if (schema.kind === 'fields') return schema.fields.flatMap((field, index) => fieldFaults(field, ['fields', index]));
  return schema.kind === 'avro' && 'text' in schema ? compileFaults(schema) : [];
}

/** The innermost fields first, each by itself: all that is wrong is told of, and not just the first of it. */
function fieldFaults(field: Field, path: Path): SchemaFault[] {
  const inner = [
    ...(field.fields ?? []).flatMap((each, index) => fieldFaults(each, [...path, 'fields', index])),
    ...(field.value === undefined ? [] : fieldFaults(field.value, [...path, 'valueType'])),
  ];
  if (inner.length > 0) return inner;
  // The value of a map has no name of its own.
  const own = { ...field, name: field.name || 'value' };
  return compileFaults({ kind: 'fields', fields: [own] }).map(({ path: below, message }) => ({
    path: [...path, ...below.slice(2)],
    message,
  }));
}

/** What is wrong with a schema all of which is here. */
export function compileFaults(contents: SchemaContents): SchemaFault[] {
  try {
    compileSchema(contents);
    return [];
  } catch (error) {
    if (error instanceof SchemaError) return [placed(error, contents)];
    throw error;
  }
}

/** Names of the top-level fields; undefined when they stand in a file, or cannot be told. */
export function fieldNames(schema: SchemaOptions | SchemaContents): ReadonlySet<string> | undefined {
  if (schema.kind === 'fields') return new Set(schema.fields.map(({ name }) => name));
  if (!('text' in schema) && !('descriptorSet' in schema)) return undefined;
  try {
    return compileSchema(schema).names;
  } catch (error) {
    if (error instanceof SchemaError) return undefined;
    throw error;
  }
}

/** Added fields whose name something else has; `path` is that below the source's block. */
export function addedFieldFaults(added: AddedFields, names: ReadonlySet<string> | undefined): SchemaFault[] {
  return (['received-field', 'event-time-field'] as const).flatMap((key) => {
    const name = added[key];
    if (typeof name !== 'string') return [];
    if (names?.has(name) === true)
      return [{ path: [key], message: 'is a field of the schema already, expected another' }];
    if (key === 'received-field' || name !== added['received-field']) return [];
    return [{ path: [key], message: 'is added already, with the time of receipt; expected another' }];
  });
}

/** A cursor that is looked for where no record has anything: it would never move. `path` as before. */
export function cursorFaults(block: AddedFields, names: ReadonlySet<string> | undefined): SchemaFault[] {
  const field = valueAt(block, ['cursor', 'value-field']);
  const pointer = valueAt(block, ['cursor', 'value-pointer']);
  const [key, name] =
    typeof field === 'string'
      ? (['value-field', field.split('.')[0]] as const)
      : (['value-pointer', typeof pointer === 'string' ? pointer.split('/')[1] : undefined] as const);
  const added = [block['received-field'], block['event-time-field']];
  if (names === undefined || name === undefined || names.has(unescapedKey(name)) || added.includes(name)) return [];
  return [{ path: ['cursor', key], message: 'is no field of the schema: the cursor would never move' }];
}

export interface AddedFields {
  readonly 'received-field'?: unknown;
  readonly 'event-time-field'?: unknown;
}

function placed(error: SchemaError, { kind }: SchemaContents): SchemaFault {
  const { message, path } = error;
  if (kind === 'fields') return { path, message };
  if (kind === 'avro') return { path: ['avroSchema', ...path], message };
  return { path: path.length === 0 ? ['protobufDescriptor'] : path, message };
}
