import { z } from 'zod';
import { jsonText } from '../json/lossless.ts';
import type { SchemaOptions } from './records.ts';
import { schemaFaults } from './schema-faults.ts';
import { fields } from './schema-field.ts';
import { isRecord, type Json } from './tree.ts';
import { path } from './values.ts';

/** The schema of a source's records, in one of three languages. */
export function recordSchema() {
  return z
    .strictObject({
      fields: fields().optional().meta({ type: 'list of fields' }).describe('The fields themselves.'),
      avroSchema: avroSchema()
        .optional()
        .describe('Avro schema of a record: its JSON, as text or as a map, or the path of its file.'),
      protobufDescriptor: localPath()
        .optional()
        .describe('Path of the file of a protobuf descriptor set; with `messageName`.'),
      messageName: z
        .string()
        .min(1)
        .optional()
        .meta({ type: 'name', expected: MESSAGE_NAME })
        .describe('Full name of the message in it, with its package.'),
    })
    .refine((options) => languagesOf(options).length > 0, {
      message: `holds none of ${LANGUAGES.join(', ')}, expected one of them`,
      params: { bare: true },
      // A misspelt key is told of as the unknown key that it is.
      when: ({ value, issues }) => isRecord(value) && !issues.some(({ code }) => code === 'unrecognized_keys'),
    })
    .superRefine(checkKeys, { when: ({ value }) => isRecord(value) })
    .transform(({ fields = [], avroSchema, protobufDescriptor, messageName = '' }, context): SchemaOptions => {
      const isProtobuf = protobufDescriptor !== undefined;
      const protobuf = isProtobuf ? ({ kind: 'protobuf', path: protobufDescriptor, messageName } as const) : undefined;
      const schema = avroSchema ?? protobuf ?? { kind: 'fields', fields };
      for (const { path, message } of schemaFaults(schema)) {
        context.addIssue({ code: 'custom', message, path: [...path], params: { bare: true } });
      }
      return schema;
    })
    .meta({ type: 'map', expected: `a map with ${LANGUAGES.join(' or ')}` });
}

const LANGUAGES = ['fields', 'avroSchema', 'protobufDescriptor'] as const;
const MESSAGE_NAME = 'the full name of a message';

type Written = Readonly<Partial<Record<(typeof LANGUAGES)[number] | 'messageName', unknown>>>;

function languagesOf(options: Written) {
  return LANGUAGES.filter((key) => options[key] !== undefined);
}

function checkKeys(options: Written, context: z.RefinementCtx): void {
  const [first, ...others] = languagesOf(options);
  for (const key of others) {
    const message = `is given beside ${first}, expected one of them`;
    context.addIssue({ code: 'custom', message, path: [key], params: { bare: true, key: true } });
  }
  const isProtobuf = options.protobufDescriptor !== undefined;
  if (isProtobuf === (options.messageName !== undefined)) return;
  const message = isProtobuf
    ? `is missing, expected ${MESSAGE_NAME}: protobufDescriptor needs it`
    : 'has no effect without protobufDescriptor beside it';
  context.addIssue({ code: 'custom', message, path: ['messageName'], params: { bare: true, key: !isProtobuf } });
}

/** Text that begins as JSON does is no path. */
function avroSchema() {
  return z
    .union([
      z.custom<Exclude<Json, string>>((value) => isRecord(value) || Array.isArray(value)),
      z
        .string()
        .min(1)
        .refine((text) => JSON_START.test(text) || !URL_START.test(text), { message: NOT_LOCAL }),
    ])
    .transform((written, context): SchemaOptions => {
      if (typeof written === 'string') {
        return JSON_START.test(written) ? { kind: 'avro', text: written } : { kind: 'avro', path: written };
      }
      const text = jsonText(written);
      if (text === undefined) context.addIssue({ code: 'custom', message: 'is not JSON' });
      return { kind: 'avro', text: text ?? '{}' };
    })
    .meta({ type: 'JSON or path', expected: 'the JSON of an Avro schema, or the path of its file' });
}

function localPath() {
  return path().refine((text) => !URL_START.test(text), { message: NOT_LOCAL });
}

const JSON_START = /^\s*[{["]/;
const URL_START = /^[a-z][a-z0-9+.-]+:\/\//i;
const NOT_LOCAL = 'is not read from there: copy it beside the config and write its path';
