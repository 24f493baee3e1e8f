/** A schema that cannot be used. */
export class SchemaError extends Error {
  /** Where in the schema, from its own root on: `['fields', 2, 'defaultValue']`. */
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[] = [], options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'SchemaError';
    this.path = path;
  }
}

/** A value that does not fit its field. */
export class RecordError extends Error {
  readonly code = 'record';
  /** JSON pointer into the value: `/params/0/price`. */
  readonly path: string;
  /** Name of the field in the schema, with dots: `params.price`. */
  readonly field: string;

  constructor(message: string, path: string, field: string) {
    super(message);
    this.name = 'RecordError';
    this.path = path;
    this.field = field;
  }
}
