import { z } from 'zod';
import type { Field, FieldMode, FieldType } from '../messages/schema/field.ts';
import { FIELD_TYPE, isFieldType, readFieldMode, readFieldType } from './field-types.ts';
import { jsonValue } from './json-values.ts';
import { isRecord, type Json } from './tree.ts';

/** What a value of a record may be, as it is written. */
export interface FieldTypeInput {
  readonly type: string;
  readonly mode?: string | undefined;
  readonly fields?: readonly FieldInput[] | undefined;
  readonly symbols?: readonly string[] | undefined;
  readonly defaultValue?: Json | undefined;
  readonly valueType?: string | FieldTypeInput | undefined;
}

export interface FieldInput extends FieldTypeInput {
  readonly name: string;
}

/** Name of a field. */
export function fieldName() {
  return z.string().min(1).meta({ type: 'name', expected: 'the name of a field' });
}

/** The fields of a record, each name once. */
export function fields(): z.ZodType<readonly Field[], readonly FieldInput[]> {
  return z
    .array(
      withNeeds(z.strictObject({ name: fieldName().describe('Name of the field.'), ...fieldType() })).transform(
        fieldOf,
      ),
    )
    .min(1)
    .superRefine(
      (all, context) => {
        all.forEach((each, index) => {
          if (!isRecord(each) || all.findIndex((other) => isRecord(other) && other.name === each.name) === index)
            return;
          const message = 'is the name of another field already';
          context.addIssue({ code: 'custom', message, path: [index, 'name'] });
        });
      },
      { when: ({ value }) => Array.isArray(value) },
    );
}

function fieldType() {
  return {
    type: z
      .string()
      .transform((text, context) => taken(readFieldType(text), context))
      .meta({ type: 'type', expected: FIELD_TYPE })
      .describe(
        '`boolean`, `string`, `json`, `bytes`, `int`, `long`, `float`, `double`, `numeric`, `date`, `time`, `timestamp`, `enum`, `record`, `map`, or one of their other names, in any case.',
      ),
    mode: z
      .string()
      .transform((text, context) => taken(readFieldMode(text), context))
      .prefault('nullable')
      .meta({ type: 'nullable or required or repeated', expected: 'nullable, required or repeated' })
      .describe('Whether a value may be missing, must be there, or is a list.'),
    fields: z.lazy(fields).optional().meta({ type: 'list of fields' }).describe('Fields of a `record`, like these.'),
    symbols: z.array(z.string()).min(1).optional().describe('Texts that an `enum` may be.'),
    defaultValue: jsonValue().optional().describe('Stands in for what is missing or null.'),
    valueType: z
      .union([
        z.string().superRefine((text, context) => {
          taken(readFieldType(text), context);
        }),
        z.lazy(mapValue),
      ])
      .transform((value, context): Field => {
        if (typeof value !== 'string') return value;
        return { name: '', type: taken(readFieldType(value), context), mode: 'nullable' };
      })
      .optional()
      .meta({ type: 'type or map', expected: `${FIELD_TYPE}, or a map with type` })
      .describe('What the values of a `map` are: a type, or a map as of a field without its name.'),
  };
}

function mapValue(): z.ZodType<Field, FieldTypeInput> {
  return withNeeds(z.strictObject(fieldType())).transform((written) => fieldOf({ name: '', ...written }));
}

interface Written {
  readonly name: string;
  readonly type: FieldType;
  readonly mode: FieldMode;
  readonly fields?: readonly Field[] | undefined;
  readonly symbols?: readonly string[] | undefined;
  readonly defaultValue?: unknown;
  readonly valueType?: Field | undefined;
}

function fieldOf({ name, type, mode, fields, symbols, defaultValue, valueType }: Written): Field {
  return {
    name,
    type,
    mode,
    ...(fields === undefined ? {} : { fields }),
    ...(symbols === undefined ? {} : { symbols }),
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(valueType === undefined ? {} : { value: valueType }),
  };
}

/** What one type needs, and no other has. */
const NEEDS = [
  ['record', 'fields', 'a list of fields'],
  ['enum', 'symbols', 'a list of texts'],
  ['map', 'valueType', FIELD_TYPE],
] as const;

function withNeeds<T extends z.ZodObject<ReturnType<typeof fieldType>>>(schema: T): T {
  return schema.superRefine(
    (options, context) => {
      for (const [type, key, expected] of NEEDS) {
        if (!isFieldType(options.type) || (options.type === type) === (options[key] !== undefined)) continue;
        const isMissing = options.type === type;
        const message = isMissing
          ? `is missing, expected ${expected}: type ${type} needs it`
          : `has no effect with type ${options.type}, expected type: ${type}`;
        context.addIssue({ code: 'custom', message, path: [key], params: { bare: true, key: !isMissing } });
      }
    },
    { when: ({ value }) => isRecord(value) },
  );
}

function taken<T>(read: { readonly value: T } | { readonly fault: string }, context: z.RefinementCtx): T {
  if ('value' in read) return read.value;
  context.addIssue({ code: 'custom', message: read.fault });
  return z.NEVER;
}
