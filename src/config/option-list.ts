import { z } from 'zod';
import { pipelineSchema } from './options.ts';
import type { Path } from './tree.ts';

/** One option as the tables of the documentation show it. */
export interface Option {
  /** For instance `sources[].web-socket.connect.timeout`. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** As it may be written; absent when there is none. */
  readonly default?: unknown;
  readonly doc: string;
}

type Schema = z.core.$ZodType;

/** Every option of the native shape, parents before their children, in the order of the schema. */
export function listOptions(schema: Schema = pipelineSchema, prefix = ''): Option[] {
  const core = unwrap(schema);
  if (core instanceof z.core.$ZodArray) return listOptions(core._zod.def.element, `${prefix}[]`);
  if (core instanceof z.core.$ZodUnion) return core._zod.def.options.flatMap((each) => listOptions(each, prefix));
  if (!(core instanceof z.core.$ZodObject)) return [];
  return Object.entries(core._zod.def.shape).flatMap(([key, member]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return [describe(member, path), ...listOptions(member, path)];
  });
}

/** The schemas that a value at this path may be checked by: more than one only inside a union. */
export function schemasAt(schema: Schema, path: Path): Schema[] {
  const [key, ...rest] = path;
  if (key === undefined) return [schema];
  return membersOf(unwrap(schema), key).flatMap((member) => schemasAt(member, rest));
}

/** The keys that a map at this path may have. */
export function keysAt(schema: Schema, path: Path): string[] {
  return schemasAt(schema, path).flatMap((found) => ownKeys(unwrap(found)));
}

/** What an error calls the value that is expected at this path, when the schema says so. */
export function expectedAt(schema: Schema, path: Path): string | undefined {
  for (const found of schemasAt(schema, path)) {
    const expected = note(found, 'expected');
    if (expected !== undefined) return expected;
  }
  return undefined;
}

function describe(schema: Schema, path: string): Option {
  const fallback = defaultOf(schema);
  return {
    path,
    type: note(schema, 'type') ?? typeName(unwrap(schema)),
    required: fallback === undefined && schema._zod.optin !== 'optional',
    ...(fallback === undefined ? {} : { default: fallback }),
    doc: note(schema, 'description') ?? '',
  };
}

function ownKeys(core: Schema): string[] {
  if (core instanceof z.core.$ZodUnion) return core._zod.def.options.flatMap((each) => ownKeys(unwrap(each)));
  return core instanceof z.core.$ZodObject ? Object.keys(core._zod.def.shape) : [];
}

function membersOf(core: Schema, key: string | number): Schema[] {
  if (core instanceof z.core.$ZodUnion) return core._zod.def.options.flatMap((each) => membersOf(unwrap(each), key));
  if (core instanceof z.core.$ZodArray) return [core._zod.def.element];
  if (core instanceof z.core.$ZodRecord) return [core._zod.def.valueType];
  if (!(core instanceof z.core.$ZodObject) || !Object.hasOwn(core._zod.def.shape, key)) return [];
  const member = core._zod.def.shape[key];
  return member === undefined ? [] : [member];
}

function typeName(core: Schema): string {
  if (core instanceof z.core.$ZodEnum) return Object.values(core._zod.def.entries).join(' or ');
  if (core instanceof z.core.$ZodRecord) return `map of ${note(core._zod.def.valueType, 'type') ?? 'text'}`;
  if (core instanceof z.core.$ZodArray)
    return `list of ${note(core._zod.def.element, 'type') ?? typeName(core._zod.def.element)}`;
  if (core instanceof z.core.$ZodObject) return 'map';
  return core._zod.def.type === 'string' ? 'text' : core._zod.def.type;
}

function defaultOf(schema: Schema): unknown {
  if (schema instanceof z.core.$ZodPrefault || schema instanceof z.core.$ZodDefault)
    return schema._zod.def.defaultValue;
  return undefined;
}

function note(schema: Schema, key: 'type' | 'expected' | 'description'): string | undefined {
  const found = z.globalRegistry.get(schema)?.[key];
  if (typeof found === 'string') return found;
  const inner = innerOf(schema);
  return inner === undefined ? undefined : note(inner, key);
}

function unwrap(schema: Schema): Schema {
  const inner = innerOf(schema);
  return inner === undefined ? schema : unwrap(inner);
}

function innerOf(schema: Schema): Schema | undefined {
  if (schema instanceof z.core.$ZodPipe) return schema._zod.def.in;
  if (schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodNullable) return schema._zod.def.innerType;
  if (schema instanceof z.core.$ZodDefault || schema instanceof z.core.$ZodPrefault) return schema._zod.def.innerType;
  return undefined;
}
