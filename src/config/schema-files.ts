import { isAbsolute, join } from 'node:path';
import type { Environment } from '../environment.ts';
import { describeFileFault } from '../errors.ts';
import type { SchemaContents } from '../messages/schema/compile.ts';
import type { Complaint } from './complaint.ts';
import { componentsOf } from './component.ts';
import type { SchemaOptions } from './records.ts';
import { recordSchema } from './schema.ts';
import { addedFieldFaults, compileFaults, fieldNames } from './schema-faults.ts';
import { isRecord, type Path, valueAt } from './tree.ts';

export type SchemaFiles = Pick<Environment['files'], 'readText' | 'readBytes'>;

/** Where the files of a pipeline are. */
export interface Place {
  readonly files: SchemaFiles;
  /** Where paths begin that do not begin at the root: that of the pipeline's own file. */
  readonly folder: string;
}

/** A schema with what stands in its file. Rejects when it cannot be read. */
export async function readSchema(schema: SchemaOptions, { files, folder }: Place): Promise<SchemaContents> {
  if (!('path' in schema)) return schema;
  const path = isAbsolute(schema.path) ? schema.path : join(folder, schema.path);
  if (schema.kind === 'avro') return { kind: 'avro', text: await files.readText(path) };
  return { kind: 'protobuf', descriptorSet: await files.readBytes(path), messageName: schema.messageName };
}

/** What is wrong with the schemas that stand in files, and with what is added to their fields. */
export async function checkSchemaFiles(pipeline: unknown, place: Place): Promise<Complaint[]> {
  const checks = componentsOf(pipeline).map(async ({ path, side, value: { 'web-socket': block } }) => {
    if (side !== 'source' || !isRecord(block)) return [];
    const { data: schema } = recordSchema().safeParse(block.schema);
    if (schema === undefined || !('path' in schema)) return [];
    return checkFile(schema, block, [...path, 'web-socket'], place);
  });
  return (await Promise.all(checks)).flat();
}

type InFile = Extract<SchemaOptions, { readonly path: string }>;

async function checkFile(
  schema: InFile,
  block: Readonly<Record<string, unknown>>,
  base: Path,
  place: Place,
): Promise<Complaint[]> {
  const option = [...base, 'schema', schema.kind === 'avro' ? 'avroSchema' : 'protobufDescriptor'];
  const shown = JSON.stringify(schema.path);
  let contents: SchemaContents;
  try {
    contents = await readSchema(schema, place);
  } catch (error) {
    return [{ path: option, value: shown, message: `${shown} cannot be read: ${describeFileFault(error)}` }];
  }
  const added = addedFieldFaults(block, fieldNames(contents)).map(({ path: [key = ''], message }) => ({
    path: [...base, key],
    message: `${JSON.stringify(valueAt(block, [key]))} ${message}`,
  }));
  const faults = compileFaults(contents).map(({ path, message }) => ({
    path: [...base, 'schema', ...path],
    message: path.length === 1 && path[0] === option.at(-1) ? `${shown} ${message}` : message,
  }));
  return [...faults, ...added];
}
