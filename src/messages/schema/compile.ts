import { fieldsOfAvro } from './avro.ts';
import { SchemaError } from './error.ts';
import type { Field } from './field.ts';
import { fieldsOfProtobuf } from './protobuf.ts';
import { compileFields, type RecordSchema } from './record-schema.ts';

/** A schema as it was written, with what stands in its files. */
export type SchemaContents =
  | { readonly kind: 'fields'; readonly fields: readonly Field[] }
  | { readonly kind: 'avro'; readonly text: string }
  | { readonly kind: 'protobuf'; readonly descriptorSet: Buffer; readonly messageName: string };

/**
 * What turns values into records.
 * @throws SchemaError with the path in what was written. What only shows when the fields of an Avro or protobuf schema
 * are compiled has none, but its message begins with the name of the field.
 */
export function compileSchema(contents: SchemaContents): RecordSchema {
  switch (contents.kind) {
    case 'fields':
      return compileFields(contents.fields);
    case 'avro':
      return compileForeign(fieldsOfAvro(contents.text));
    case 'protobuf':
      return compileForeign(fieldsOfProtobuf(contents.descriptorSet, contents.messageName));
  }
}

/** Paths in these fields say nothing to those who never wrote them. */
function compileForeign(fields: readonly Field[]): RecordSchema {
  try {
    return compileFields(fields);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const name = fieldNames(fields, error.path).join('.');
    throw new SchemaError(name === '' ? error.message : `field ${name}: ${error.message}`, [], { cause: error });
  }
}

/** Names of the fields along a path: `['fields', 2, 'valueType', 'fields', 0, 'defaultValue']`. */
function fieldNames(fields: readonly Field[], path: readonly (string | number)[]): string[] {
  const names: string[] = [];
  let here: { readonly fields?: readonly Field[]; readonly value?: Field } | undefined = { fields };
  for (const key of path) {
    if (key === 'valueType') here = here?.value;
    const field: Field | undefined = typeof key === 'number' ? here?.fields?.[key] : undefined;
    if (field !== undefined) names.push(field.name);
    here = field ?? here;
  }
  return names;
}
