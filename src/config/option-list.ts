import { z } from 'zod';
import { pipelineSchema } from './pipeline.ts';
import { isRecord, type Path, valueAt } from './tree.ts';

/** One option as the tables of the documentation show it. */
export interface Option {
  /** For instance `sources[].web-socket.connect.timeout`. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** As it may be written; absent when there is none. */
  readonly default?: unknown;
  readonly doc: string;
  /** The modes of a `web-socket` that have it; absent outside of one. */
  readonly modes?: readonly string[];
}

type Schema = z.core.$ZodType;

/** Every option of the native shape, parents before their children, in the order of the schema. */
export function listOptions(schema: Schema = pipelineSchema, prefix = ''): Option[] {
  if (isListedElsewhere(schema)) return [];
  const core = unwrap(schema);
  if (core instanceof z.core.$ZodArray) return listOptions(core._zod.def.element, `${prefix}[]`);
  if (core instanceof z.core.$ZodDiscriminatedUnion) return optionsByMode(core, prefix);
  if (core instanceof z.core.$ZodUnion) return core._zod.def.options.flatMap((each) => listOptions(each, prefix));
  if (!(core instanceof z.core.$ZodObject)) return [];
  return Object.entries(core._zod.def.shape).flatMap(([key, member]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return [describe(member, path), ...listOptions(member, path)];
  });
}

/** The schemas that a value at this path may be checked by: more than one only inside a union. */
export function schemasAt(schema: Schema, path: Path, root?: unknown): Schema[] {
  const [key, ...rest] = path;
  if (key === undefined) return [schema];
  return membersOf(unwrap(schema), key, root).flatMap((member) => schemasAt(member, rest, valueAt(root, [key])));
}

/**
 * The keys that a map at this path may have: those of its mode when `root`, the value that the path leads through, says
 * which one that is, else those of any mode.
 */
export function keysAt(schema: Schema, path: Path, root?: unknown): string[] {
  const value = valueAt(root, path);
  return schemasAt(schema, path, root).flatMap((found) => ownKeys(unwrap(found), value));
}

/** What an error calls the value that is expected at this path, when the schema says so. */
export function expectedAt(schema: Schema, path: Path, root?: unknown): string | undefined {
  for (const found of schemasAt(schema, path, root)) {
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

/** Each option once, as the first mode has it. */
function optionsByMode(union: z.core.$ZodDiscriminatedUnion, prefix: string): Option[] {
  const modes = branchesOf(union);
  const all = modes.flatMap(({ mode, schema }) => listOptions(schema, prefix).map((option) => ({ mode, option })));
  const withMode = (path: string) => all.filter(({ option }) => option.path === path).map(({ mode }) => mode);
  const first = new Map(all.toReversed().map(({ option }) => [option.path, option]));
  const paths = [...new Set(all.map(({ option }) => option.path))];
  const type = modes.map(({ mode }) => mode).join(' or ');
  return paths.flatMap((path) => {
    const option = first.get(path);
    if (option === undefined) return [];
    const isMode = path === `${prefix}.${union._zod.def.discriminator}`;
    return [{ ...option, ...(isMode ? { type } : {}), modes: [...new Set(withMode(path))] }];
  });
}

interface Branch {
  readonly mode: string;
  readonly schema: Schema;
}

/** What the modes of a web-socket are checked by. */
export function branchesOf(union: z.core.$ZodDiscriminatedUnion): Branch[] {
  return union._zod.def.options.flatMap((schema) => {
    const modes = [...(schema._zod.propValues?.[union._zod.def.discriminator] ?? [])];
    return modes.filter((mode) => typeof mode === 'string').map((mode) => ({ mode, schema }));
  });
}

/** The branches that a value can be meant for: one when it says its mode, or leaves it to the default. */
function branchesFor(union: z.core.$ZodUnion, value: unknown): readonly Schema[] {
  if (!(union instanceof z.core.$ZodDiscriminatedUnion) || !isRecord(value)) return union._zod.def.options;
  const { discriminator } = union._zod.def;
  const meant = union._zod.def.options.filter((each) => {
    const values: ReadonlySet<unknown> | undefined = each._zod.propValues?.[discriminator];
    return values?.has(value[discriminator]);
  });
  return meant.length === 0 ? union._zod.def.options : meant;
}

function ownKeys(core: Schema, value: unknown): string[] {
  if (core instanceof z.core.$ZodUnion) {
    return [...new Set(branchesFor(core, value).flatMap((each) => ownKeys(unwrap(each), value)))];
  }
  return core instanceof z.core.$ZodObject ? Object.keys(core._zod.def.shape) : [];
}

function membersOf(core: Schema, key: string | number, value: unknown): Schema[] {
  if (core instanceof z.core.$ZodUnion) {
    return branchesFor(core, value).flatMap((each) => membersOf(unwrap(each), key, value));
  }
  if (core instanceof z.core.$ZodArray) return typeof key === 'number' ? [core._zod.def.element] : [];
  if (core instanceof z.core.$ZodRecord) return [core._zod.def.valueType];
  if (!(core instanceof z.core.$ZodObject) || !Object.hasOwn(core._zod.def.shape, key)) return [];
  const member = core._zod.def.shape[key];
  return member === undefined ? [] : [member];
}

function typeName(core: Schema): string {
  if (core instanceof z.core.$ZodEnum) return Object.values(core._zod.def.entries).join(' or ');
  if (core instanceof z.core.$ZodLiteral) return core._zod.def.values.join(' or ');
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

/** Lazy is what holds itself, and what other options have too: these list it. */
function isListedElsewhere(schema: Schema): boolean {
  if (schema instanceof z.core.$ZodLazy) return true;
  const inner = innerOf(schema);
  return inner !== undefined && isListedElsewhere(inner);
}

function innerOf(schema: Schema): Schema | undefined {
  if (schema instanceof z.core.$ZodPipe) return schema._zod.def.in;
  if (schema instanceof z.core.$ZodLazy) return schema._zod.innerType;
  if (schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodNullable) return schema._zod.def.innerType;
  if (schema instanceof z.core.$ZodDefault || schema instanceof z.core.$ZodPrefault) return schema._zod.def.innerType;
  return undefined;
}
