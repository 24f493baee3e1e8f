/** What a value may be; aliases are resolved before. */
export type FieldType =
  | 'boolean'
  | 'string'
  | 'json'
  | 'bytes'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'numeric'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'enum'
  | 'record'
  | 'map';

export type FieldMode = 'nullable' | 'required' | 'repeated';

/** One field of a record, whichever language its schema was written in. */
export interface Field {
  readonly name: string;
  /** Another name that it may have in what comes in; it is written under `name`. */
  readonly alias?: string;
  readonly type: FieldType;
  readonly mode: FieldMode;
  /** Of a record. A record may contain itself. */
  readonly fields?: readonly Field[];
  /** Of an enum. */
  readonly symbols?: readonly string[];
  /** Of a time: what a number of it counts from midnight on; microseconds where it does not say. */
  readonly unit?: 'milliseconds';
  /** Stands in for what is missing or null. As JSON has it; `undefined`: there is none. */
  readonly defaultValue?: unknown;
  /** What the values of a map are; its name is empty. */
  readonly value?: Field;
}
