import { quoted } from '../../json/quoted.ts';
import { SchemaError } from './error.ts';
import type { Field } from './field.ts';
import { Misfit } from './misfit.ts';

/** JSON of a value that is neither null nor missing. `level`: how many records and maps it is in. @throws Misfit */
export type Write = (value: unknown, level: number) => string;

/** Where a field is in the schema: `['fields', 2]`. */
export type SchemaPath = readonly (string | number)[];

/** Where a field stands among the others. */
export interface Place {
  readonly path: SchemaPath;
  readonly isFirst: boolean;
  /** Another name that its value may come under; no other field has it. */
  readonly alias?: string | undefined;
}

/** What every object seems to have without having it: `constructor`. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
const ABSENT = { nullable: 'null', required: undefined, repeated: '[]' } as const;

/** A field of a record, or the values of a map, ready to be written. */
export class Member {
  readonly name: string;
  /** `{"name":` of the first in its record, `,"name":` of the others. */
  readonly lead: string;
  readonly #field: Field;
  readonly #write: Write;
  readonly #path: SchemaPath;
  readonly #alias: string | undefined;
  readonly #guarded: boolean;
  /** JSON that stands for null and for nothing; undefined when there is none, or none yet. */
  #absent: string | undefined;
  #settling = false;

  constructor(field: Field, write: Write, place: Place) {
    this.name = field.name;
    this.lead = `${place.isFirst ? '{' : ','}${quoted(field.name)}:`;
    this.#field = field;
    this.#write = write;
    this.#path = place.path;
    this.#alias = place.alias;
    this.#guarded = [field.name, place.alias ?? ''].some((key) => INHERITED.has(key));
    this.#absent = isGiven(field.defaultValue) ? undefined : ABSENT[field.mode];
  }

  /** What an object has under its name, or else under its alias. */
  of(object: Readonly<Record<string, unknown>>): unknown {
    if (this.#guarded) return Object.hasOwn(object, this.keyIn(object)) ? object[this.keyIn(object)] : undefined;
    const value = object[this.name];
    return value === undefined && this.#alias !== undefined ? object[this.#alias] : value;
  }

  /** The key that `of` looks under. */
  keyIn(object: object): string {
    const alias = this.#alias;
    return alias !== undefined && !Object.hasOwn(object, this.name) && Object.hasOwn(object, alias) ? alias : this.name;
  }

  /**
   * JSON of a value, null and nothing included.
   * @throws Misfit
   */
  text(value: unknown, level: number): string {
    if (value !== undefined && value !== null) return this.#write(value, level);
    return this.#absent ?? this.#settled(value);
  }

  /**
   * Writes the default value. Only when all members are there: it may be a record.
   * @throws SchemaError when it does not fit.
   */
  settle(): void {
    const { defaultValue, mode } = this.#field;
    if (isGiven(defaultValue)) this.#settled(undefined);
    else if (defaultValue === null && mode === 'required') throw this.#badDefault('null is not allowed');
  }

  /** The default value of one member may need that of another one first. */
  #settled(value: unknown): string {
    const { type, mode, defaultValue } = this.#field;
    if (!isGiven(defaultValue))
      throw new Misfit(value === null ? 'null is not allowed' : 'a value is missing', `${mode} ${type}`);
    if (this.#absent !== undefined) return this.#absent;
    if (this.#settling) throw this.#badDefault('it contains itself');
    this.#settling = true;
    try {
      this.#absent = this.#write(defaultValue, 1);
      return this.#absent;
    } catch (error) {
      throw error instanceof Misfit ? this.#badDefault(error.asDefault, error) : error;
    }
  }

  #badDefault(problem: string, cause?: Error): SchemaError {
    const message = `the default value does not fit: ${problem}`;
    return new SchemaError(message, [...this.#path, 'defaultValue'], { cause });
  }
}

function isGiven(defaultValue: unknown): boolean {
  return defaultValue !== undefined && defaultValue !== null;
}
