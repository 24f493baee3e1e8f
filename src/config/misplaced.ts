import type { z } from 'zod';
import { shownValue } from './complaint.ts';
import { EVERY_KIND } from './kinds.ts';
import { keysAt } from './option-list.ts';
import { isRecord, type Path, valueAt } from './tree.ts';

/**
 * Where a key that stands beside the block it belongs into should be written, as `stdin: { payload: json }`; undefined
 * when no block beside it takes it.
 */
export function rightPlace(schema: z.ZodType, root: unknown, path: Path): string | undefined {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const homes = keysAt(schema, parent, root).filter((block) => keysAt(schema, [...parent, block], root).includes(key));
  const [home, ...others] = withoutOtherKinds([...new Set(homes)], valueAt(root, parent));
  if (home === undefined) return undefined;
  return `${[home, ...others].join(' or ')}: { ${key}: ${exampleOf(valueAt(root, path), [...parent, home, key])} }`;
}

/** Beside a kind the blocks of other kinds are no place: a component has one. */
function withoutOtherKinds(blocks: readonly string[], map: unknown): readonly string[] {
  const written = isRecord(map) ? Object.keys(map) : [];
  if (!written.some((key) => EVERY_KIND.has(key))) return blocks;
  return blocks.filter((block) => written.includes(block) || !EVERY_KIND.has(block));
}

/** The value when it is one plain word that may be shown there. */
function exampleOf(value: unknown, path: Path): string {
  const shown = shownValue(value, path);
  return /^"?([\w.-]+)"?$/.exec(shown)?.[1] ?? '…';
}
