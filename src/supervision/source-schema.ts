import type { Opened } from '../actors/opened.ts';
import type { SchemaOptions } from '../config/options.ts';
import { type AddedFields, addedFieldFaults } from '../config/schema-faults.ts';
import { readSchema } from '../config/schema-files.ts';
import type { Environment } from '../environment.ts';
import { describeFileFault, UsageError } from '../errors.ts';
import { compileSchema } from '../messages/schema/compile.ts';
import { SchemaError } from '../messages/schema/error.ts';
import type { RecordSchema } from '../messages/schema/record-schema.ts';

export interface SourceSchemaOptions {
  readonly source: string;
  readonly schema: SchemaOptions;
  /** Options of the source that add fields to the schema's. */
  readonly added: AddedFields;
  readonly files: Pick<Environment['files'], 'readText' | 'readBytes'>;
  /** Where relative paths start. */
  readonly folder: string;
}

/** The schema of a source, whose files are read when the pipeline starts. Before that it cannot be used. */
export class SourceSchema implements RecordSchema, Opened {
  readonly #options: SourceSchemaOptions;
  #compiled: RecordSchema | undefined;

  constructor(options: SourceSchemaOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { schema, added, files, folder } = this.#options;
    try {
      this.#compiled = compileSchema(await readSchema(schema, { files, folder }));
    } catch (error) {
      throw 'path' in schema ? fileFault(schema, error) : error;
    }
    refuseTaken(added, this.#compiled.names);
  }

  async close(): Promise<void> {}

  get names(): ReadonlySet<string> {
    return this.#schema.names;
  }

  parse(text: string): unknown {
    return this.#schema.parse(text);
  }

  write(value: unknown): string {
    return this.#schema.write(value);
  }

  read(text: string): unknown {
    return this.#schema.read(text);
  }

  get #schema(): RecordSchema {
    if (!this.#compiled) throw new UsageError(`the schema of source ${this.#options.source} has not been read`);
    return this.#compiled;
  }
}

/** What is wrong with the file of a schema, and which option names it. */
function fileFault(schema: Extract<SchemaOptions, { readonly path: string }>, error: unknown): SchemaError {
  const option = schema.kind === 'avro' ? 'avroSchema' : 'protobufDescriptor';
  const path = [option, ...(error instanceof SchemaError ? error.path : [])];
  const reason = error instanceof SchemaError ? error.message : `cannot be read: ${describeFileFault(error)}`;
  const place = ['schema', ...path].join('.');
  return new SchemaError(`${place} (${JSON.stringify(schema.path)}): ${reason}`, path, { cause: error });
}

/** The names in a file are known when it is read, and not before where the pipeline is an object. */
function refuseTaken(added: AddedFields, names: ReadonlySet<string>): void {
  for (const { path, message } of addedFieldFaults(added, names)) {
    const option = path[0] === 'received-field' ? 'received-field' : 'event-time-field';
    throw new SchemaError(`${option}: ${JSON.stringify(added[option])} ${message}`);
  }
}
