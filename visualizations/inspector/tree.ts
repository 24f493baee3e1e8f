import type { Actor } from './actor.ts';
import { isShard, type Model } from './model.ts';

/** A line of the tree. Levels, places and sizes as `aria-level`, `aria-posinset` and `aria-setsize` count them. */
export interface TreeRow {
  readonly key: string;
  readonly level: number;
  readonly place: number;
  readonly size: number;
  /** Undefined: it has no children. */
  readonly expanded: boolean | undefined;
}

/** A group with more children than this is closed until somebody opens it. */
export const LARGE_GROUP = 50;

/** Which groups were opened and closed by hand. */
export type Expansion = ReadonlyMap<string, boolean>;

export interface Tree {
  readonly root: string | undefined;
  readonly children: ReadonlyMap<string, readonly string[]>;
}

/** Who is whose child. Peers that have gone are listed among the connections only. */
export function treeOf(model: Model): Tree {
  const children = new Map<string, string[]>();
  for (const actor of model.actors.values()) {
    if (actor.parent === undefined || (actor.gone && actor.machine === 'peer')) continue;
    const siblings = children.get(actor.parent);
    if (siblings) siblings.push(actor.key);
    else children.set(actor.parent, [actor.key]);
  }
  return { root: model.root?.key, children };
}

export function isExpanded(key: string, { children }: Tree, expansion: Expansion): boolean {
  return expansion.get(key) ?? (children.get(key)?.length ?? 0) <= LARGE_GROUP;
}

/** The lines that are to be seen, from above. */
export function rowsOf(tree: Tree, expansion: Expansion): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (key: string, level: number, place: number, size: number): void => {
    const below = tree.children.get(key) ?? [];
    const expanded = below.length === 0 ? undefined : isExpanded(key, tree, expansion);
    rows.push({ key, level, place, size, expanded });
    if (!expanded) return;
    for (const [index, child] of below.entries()) add(child, level + 1, index + 1, below.length);
  };
  if (tree.root !== undefined) add(tree.root, 1, 1, 1);
  return rows;
}

/** All that must be open for an actor to be seen. */
export function ancestorsOf(key: string, model: Model): string[] {
  const above: string[] = [];
  let parent = model.actors.get(key)?.parent;
  while (parent !== undefined) {
    above.push(parent);
    parent = model.actors.get(parent)?.parent;
  }
  return above;
}

/** What an actor is called below its parent: `exchange`, `outlet`, `shard-1`. */
export function labelOf(actor: Actor, parent: Actor | undefined): string {
  const prefix = parent ? prefixOf(parent) : '';
  const name = actor.machine === 'connection' ? actor.name.replace(/\/connection$/, '') : actor.name;
  return prefix !== '' && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** What the names of an actor's children begin with, and say again. */
function prefixOf(parent: Actor): string {
  if (parent.machine === 'pipeline') return `${parent.name}/`;
  if (isShard(parent)) return `${parent.component.replace(/\/shard-\d+$/, '')}/`;
  if (parent.name.includes('/')) return `${parent.name}/`;
  return parent.component.includes('/') ? `${parent.component.slice(0, parent.component.lastIndexOf('/'))}/` : '';
}
