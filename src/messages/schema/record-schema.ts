import { type Keep, parseJson } from '../../json/lossless.ts';
import type { Field, FieldType } from './field.ts';
import { FieldCompiler } from './field-compiler.ts';
import { Misfit } from './misfit.ts';
import { hasType, recordReader } from './record-reader.ts';

/** A schema that has been compiled: from the text of an event to the text of its record. */
export interface RecordSchema {
  /** Names of the top-level fields. */
  readonly names: ReadonlySet<string>;
  /**
   * What `write` takes; numbers keep their digits only where the schema and the text ask for it.
   * @throws SyntaxError for what is not JSON.
   */
  parse(text: string): unknown;
  /**
   * JSON text of the record: all its fields in the order of the schema.
   * @throws RecordError naming path and field.
   */
  write(value: unknown): string;
  /** `message.value` of a text that `write` made: longs above 2^53 as bigint, numerics as text. */
  read(text: string): unknown;
}

/** In what is kept as JSON there may be any number. */
const AS_WRITTEN: ReadonlySet<FieldType> = new Set(['numeric', 'json']);
/** A text may come as a number; an epoch in nanoseconds is more than a double holds. */
const EXACT: ReadonlySet<FieldType> = new Set(['long', 'string', 'timestamp']);

/**
 * Compiles each field once to what goes from its parsed value straight to its JSON text.
 * @throws SchemaError with a path below `fields`.
 */
export function compileFields(fields: readonly Field[]): RecordSchema {
  const write = new FieldCompiler().compile(fields);
  const read = recordReader(fields);
  const keep = keepOf(fields);
  return {
    names: new Set(fields.map(({ name }) => name)),
    parse: keep === undefined ? (text) => JSON.parse(text) : (text) => parseJson(text, keep),
    write: (value) => {
      try {
        return write(value, 0);
      } catch (error) {
        throw error instanceof Misfit ? error.recordError() : error;
      }
    },
    read: read === undefined ? (text) => JSON.parse(text) : (text) => read(parseJson(text, 'text')),
  };
}

function keepOf(fields: readonly Field[]): Keep | undefined {
  if (hasType(fields, AS_WRITTEN)) return 'text';
  return hasType(fields, EXACT) ? 'value' : undefined;
}
