import type { Complaint } from '../../config/complaint.ts';
import { componentsOf } from '../../config/component.ts';
import { recordSchema } from '../../config/schema.ts';
import { type Place, readSchema } from '../../config/schema-files.ts';
import { isRecord, type Path, valueAt } from '../../config/tree.ts';

/** A pipeline that names no files of schemas. */
export interface SelfContained {
  readonly value: unknown;
  readonly complaints: readonly Complaint[];
}

/**
 * Puts the text of each Avro schema in the place of its path: the disk of a simulation holds none of the real one's
 * files. A pipeline with problems of its own is given back as it is.
 */
export async function withSchemaTexts(pipeline: unknown, place: Place): Promise<SelfContained> {
  const complaints: Complaint[] = [];
  let value = pipeline;
  for (const { path, value: component } of componentsOf(pipeline)) {
    const option = [...path, 'web-socket', 'schema'];
    const { data: schema } = recordSchema().safeParse(valueAt(component, ['web-socket', 'schema']));
    if (schema === undefined || !('path' in schema)) continue;
    if (schema.kind === 'protobuf') {
      const message = 'is a file, which a simulation cannot read, expected fields or avroSchema';
      complaints.push({ path: [...option, 'protobufDescriptor'], message });
      continue;
    }
    const contents = await readSchema(schema, place);
    if (contents.kind === 'avro') value = replaced(value, [...option, 'avroSchema'], contents.text);
  }
  return { value, complaints };
}

/** A copy that has something else at a path. */
function replaced(root: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(root)) return root.map((item, index) => (index === key ? replaced(item, rest, value) : item));
  return isRecord(root) ? { ...root, [key]: replaced(root[key], rest, value) } : root;
}
