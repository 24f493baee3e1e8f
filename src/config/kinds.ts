export const SOURCE_KINDS = ['web-socket', 'stdin', 'file', 'function'] as const;
export const SINK_KINDS = ['web-socket', 'stdout', 'file', 'function'] as const;

/** What a component may be, on either side. */
export const EVERY_KIND: ReadonlySet<string> = new Set([...SOURCE_KINDS, ...SINK_KINDS]);

/** Names as a message lists them. A file cannot hold a function: that kind is named as what it is. */
export function listed(names: readonly string[], separator = ', '): string {
  const written = names.filter((name) => name !== 'function');
  return `${written.join(separator)}${written.length < names.length ? ' (or function, in an application)' : ''}`;
}
