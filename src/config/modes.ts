import { z } from 'zod';
import { branchesOf, keysAt, schemasAt } from './option-list.ts';
import { isRecord, type Path, valueAt } from './tree.ts';

/** What is wrong with a key that another mode of its `web-socket` has; undefined when none has it. */
export function foreignToMode(schema: z.ZodType, root: unknown, path: Path): string | undefined {
  const found = modesWith(schema, root, path);
  if (found === undefined || found.modes.length === 0) return undefined;
  const { mode, modes } = found;
  if (path.at(-1) === 'heartbeat' && path.at(-2) === 'server') {
    return `has no effect in mode ${mode}, whose own heartbeat is of its peers: write it beside server`;
  }
  return `has no effect in mode ${mode}, which ${mode === 'client' ? 'dials' : 'listens'}; ${expected(modes)}`;
}

/** What to add of an option that is missing, when only some modes ask for it. */
export function requiredBy(schema: z.ZodType, root: unknown, path: Path): string {
  const parent = path.slice(0, -1);
  const union = unionAt(schema, root, parent);
  if (union === undefined) return '';
  return `; it is required in ${modeOf(union, valueAt(root, parent))} mode`;
}

/** The modes that there are where one is written. */
export function modesAt(schema: z.ZodType, path: Path): string {
  const union = unionAt(schema, undefined, path.slice(0, -1));
  return union === undefined
    ? ''
    : branchesOf(union)
        .map(({ mode }) => mode)
        .join(' or ');
}

type Modes = z.core.$ZodDiscriminatedUnion;

/** The mode that a key stands in, and those that would have it there. */
function modesWith(schema: z.ZodType, root: unknown, path: Path): { mode: string; modes: string[] } | undefined {
  for (let length = path.length - 1; length > 0; length--) {
    const union = unionAt(schema, root, path.slice(0, length));
    if (union === undefined) continue;
    const inner = path.slice(length);
    const branches = branchesOf(union).filter((each) => has(each.schema, inner));
    return { mode: modeOf(union, valueAt(root, path.slice(0, length))), modes: branches.map(({ mode }) => mode) };
  }
  return undefined;
}

function has(schema: z.core.$ZodType, path: Path): boolean {
  return keysAt(schema, path.slice(0, -1)).includes(String(path.at(-1)));
}

function unionAt(schema: z.ZodType, root: unknown, path: Path): Modes | undefined {
  for (const found of schemasAt(schema, path, root)) {
    const inner = found instanceof z.core.$ZodOptional ? found._zod.def.innerType : found;
    if (inner instanceof z.core.$ZodDiscriminatedUnion) return inner;
  }
  return undefined;
}

function modeOf(union: Modes, block: unknown): string {
  const written = isRecord(block) ? block[union._zod.def.discriminator] : undefined;
  return typeof written === 'string' ? written : 'client';
}

function expected(modes: readonly string[]): string {
  const last = modes.at(-1);
  return `expected mode: ${modes.length > 1 ? `${modes.slice(0, -1).join(', ')} or ${last}` : last}`;
}
