/** The component of a pipeline that a line of its log is about, by the line's fields; `process` when it is about none. */
export function speakerOf(fields: object, pipeline: string): string {
  const path = textAt(fields, ['connection', 'actor', 'component', 'listener', 'endpoint']);
  if (path !== undefined) return componentOf(path, pipeline);
  const name = textAt(fields, ['sink', 'source']);
  if (name !== undefined) return name;
  const file = textAt(fields, ['cursor', 'buffer']);
  return file === undefined ? 'process' : keeperOf(file, pipeline);
}

/** `relay/store/connection` is the store's; `relay` alone is the process. */
function componentOf(path: string, pipeline: string): string {
  const [first = path, second] = path.split('/');
  return first === pipeline ? (second ?? 'process') : first;
}

/** `/state/cursors/relay.feed.json` is the feed's. */
function keeperOf(file: string, pipeline: string): string {
  const [name = file] = file.split('/').slice(-1);
  const whole = name.replace(/\.json$/, '');
  return whole.startsWith(`${pipeline}.`) ? whole.slice(pipeline.length + 1) : whole;
}

/** What the first of the keys that is there says. */
function textAt(fields: object, keys: readonly string[]): string | undefined {
  const values = new Map<string, unknown>(Object.entries(fields));
  for (const key of keys) {
    const value = values.get(key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
