/** A machine's state as a dot path per region: `{a: {b: 'c', d: 'e'}}` as `['a.b.c', 'a.d.e']`. */
export function statePaths(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => statePaths(inner).map((path) => `${key}.${path}`));
}
