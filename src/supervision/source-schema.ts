import type { Opened } from '../actors/opened.ts';
import type { SchemaOptions } from '../config/options.ts';
import { readSchema } from '../config/schema-files.ts';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import { compileSchema } from '../messages/schema/compile.ts';
import type { RecordSchema } from '../messages/schema/record-schema.ts';

export interface SourceSchemaOptions {
  readonly source: string;
  readonly schema: SchemaOptions;
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
    const { schema, files, folder } = this.#options;
    this.#compiled = compileSchema(await readSchema(schema, { files, folder }));
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
