import { EVERY_KIND } from './kinds.ts';
import { readingOptions } from './recording.ts';
import { isRecord, listOf, type Path, valueAt } from './tree.ts';

/** A source or a sink as it was written, not checked yet. */
export interface Component {
  readonly path: Path;
  readonly side: 'source' | 'sink';
  readonly value: Readonly<Record<string, unknown>>;
}

/** Sources before sinks. */
export function componentsOf(pipeline: unknown): Component[] {
  const sides = [
    ['sources', 'source'],
    ['sinks', 'sink'],
  ] as const;
  return sides.flatMap(([key, side]) =>
    listOf(valueAt(pipeline, [key])).flatMap((value, index) =>
      isRecord(value) ? [{ path: [key, index], side, value }] : [],
    ),
  );
}

/** Its name as it was written; not always that of one component only. */
export function nameOf({ value }: Component): string | undefined {
  return typeof value.name === 'string' ? value.name : undefined;
}

/**
 * The pipeline with what may be left out of its kinds: `stdout:` is `stdout: {}`, a sink with `reply-to` is a web-socket
 * in mode server-input, and a source that reads its messages takes them as JSON.
 */
export function withEmptyKinds(pipeline: unknown): unknown {
  if (!isRecord(pipeline)) return pipeline;
  return Object.fromEntries(
    Object.entries(pipeline).map(([key, value]) => {
      if (!Array.isArray(value) || (key !== 'sources' && key !== 'sinks')) return [key, value];
      const filled = value.map(withEmptyKind);
      return [key, filled.map(key === 'sinks' ? withReplyKind : withJsonPayload)];
    }),
  );
}

function withEmptyKind(component: unknown): unknown {
  if (!isRecord(component)) return component;
  return Object.fromEntries(
    Object.entries(component).map(([key, value]) => [key, value === null && EVERY_KIND.has(key) ? {} : value]),
  );
}

function withReplyKind(sink: unknown): unknown {
  if (!isRecord(sink) || sink['reply-to'] === undefined) return sink;
  const { 'web-socket': block = {} } = sink;
  const hasOther = Object.keys(sink).some((key) => EVERY_KIND.has(key) && key !== 'web-socket');
  if (hasOther || !isRecord(block)) return sink;
  return { ...sink, 'web-socket': { mode: 'server-input', ...block } };
}

function withJsonPayload(source: unknown): unknown {
  const block = valueAt(source, ['web-socket']);
  if (!isRecord(source) || !isRecord(block) || block.payload !== undefined) return source;
  return readingOptions(block).length === 0 ? source : { ...source, 'web-socket': { ...block, payload: 'json' } };
}
