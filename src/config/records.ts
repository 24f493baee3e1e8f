import type { Field } from '../messages/schema/field.ts';

/** What must hold of the value at a JSON pointer. Exactly one of the four is given. */
export interface Condition {
  readonly pointer: string;
  /** The same JSON value. */
  readonly equals?: unknown;
  /** One of these JSON values. */
  readonly in?: readonly unknown[] | undefined;
  /** Whether there is a value, null included. */
  readonly exists?: boolean | undefined;
  /** A regular expression that is found in the text (a number or boolean: in how it is written). */
  readonly matches?: string | undefined;
}

/** One step of the script that a new connection begins with: at least one of `send` and `expect`. */
export interface Step {
  /** A templated text frame. */
  readonly send?: string | undefined;
  /** All must hold of one frame that comes after it. */
  readonly expect?: readonly Condition[] | undefined;
  /** Milliseconds. */
  readonly within: number;
  /** Name ← JSON pointer into the expected frame. Later steps use them as `${name}`. */
  readonly extract: Readonly<Record<string, string>>;
}

/** What is sent back, and for which frames. */
export interface Answer {
  /** All must hold. */
  readonly when: readonly Condition[];
  /** A templated text frame; its fields are those of what was received. */
  readonly send: string;
}

/** Where the schema of the records comes from; what stands in files is read at the start. */
export type SchemaOptions =
  | { readonly kind: 'fields'; readonly fields: readonly Field[] }
  | { readonly kind: 'avro'; readonly text: string }
  | { readonly kind: 'avro'; readonly path: string }
  | { readonly kind: 'protobuf'; readonly path: string; readonly messageName: string };

/** What a source makes of its messages before they are events. */
export interface RecordOptions {
  readonly schema?: SchemaOptions | undefined;
  readonly 'on-error': 'fail' | 'continue';
  readonly 'received-field'?: string | undefined;
  readonly 'event-time-field'?: string | undefined;
  readonly 'event-time'?: { readonly pointer: string } | undefined;
  readonly 'split-arrays': boolean;
  readonly 'latest-only': boolean;
  /** Text frames that are dropped before anything is read. */
  readonly 'ignore-text': readonly string[];
  /** Alternatives, in each of which all must hold; none: everything is selected. */
  readonly select: readonly (readonly Condition[])[];
  /** Where a number is that goes up by one with each event, for each value at `by`. */
  readonly sequence?: { readonly pointer: string; readonly by?: string | undefined } | undefined;
}
