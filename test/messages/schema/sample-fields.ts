import type { Field, FieldType } from '../../../src/messages/schema/field.ts';
import { compileFields } from '../../../src/messages/schema/record-schema.ts';

/** A nullable field. */
export function field(name: string, type: FieldType, more: Partial<Field> = {}): Field {
  return { name, type, mode: 'nullable', ...more };
}

/** The record of a text, as text. */
export function converted(text: string, ...fields: readonly Field[]): string {
  const schema = compileFields(fields);
  return schema.write(schema.parse(text));
}

/** The value of the only field, `v`, of a record; the value that comes in is given as JSON. */
export function convertedValue(json: string, type: FieldType, more: Partial<Field> = {}): string {
  const record = converted(`{"v":${json}}`, field('v', type, more));
  return record.slice('{"v":'.length, -1);
}
