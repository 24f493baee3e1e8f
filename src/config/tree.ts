/** Where a value is: keys of maps and indexes of lists, from the root. */
export type Path = readonly (string | number)[];

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** More levels than any real configuration has; it keeps recursion over foreign values finite. */
export const MAX_DEPTH = 64;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a path is at another one or inside it. */
export function startsWith(path: Path, start: Path): boolean {
  return start.every((part, index) => path[index] === part);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value at a path, own keys only; undefined when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce(child, root);
}

/** `sources[0].web-socket.url`; keys that would be ambiguous are quoted in brackets. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** A copy in which every string is what `change` makes of it. */
export function mapStrings(value: unknown, change: (text: string, path: Path) => unknown, path: Path = []): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapStrings(item, change, [...path, index]));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapStrings(item, change, [...path, key])]),
  );
}

/** The first path that is deeper than `MAX_DEPTH`, as it is in a value that holds itself. */
export function tooDeep(value: unknown, path: Path = []): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length > MAX_DEPTH) return path;
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  for (const [key, item] of entries) {
    const found = tooDeep(item, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function child(parent: unknown, key: string | number): unknown {
  if (Array.isArray(parent)) return typeof key === 'number' ? parent[key] : undefined;
  return isRecord(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}
