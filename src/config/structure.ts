import type { Complaint } from './complaint.ts';
import { EVERY_KIND, listed, SINK_KINDS, SOURCE_KINDS } from './kinds.ts';
import { nearestName } from './nearest.ts';
import { isRecord, listOf, type Path, valueAt } from './tree.ts';

/** What a schema of single options cannot see: kinds, names and inputs across the components of a native pipeline. */
export function checkStructure(pipeline: unknown): Complaint[] {
  const components = componentsOf(pipeline);
  return [
    ...components.flatMap(checkKind),
    ...components.flatMap(checkBatch),
    ...checkNames(components),
    ...checkInputs(components),
    ...checkStdin(components),
  ];
}

/** A component whose kind has nothing to say may be written as `stdout:`; that is `stdout: {}`. */
export function withEmptyKinds(pipeline: unknown): unknown {
  if (!isRecord(pipeline)) return pipeline;
  return Object.fromEntries(
    Object.entries(pipeline).map(([key, value]) => {
      if (key !== 'sources' && key !== 'sinks') return [key, value];
      return [key, Array.isArray(value) ? value.map(withEmptyKind) : value];
    }),
  );
}

interface Component {
  readonly path: Path;
  readonly side: 'source' | 'sink';
  readonly value: Readonly<Record<string, unknown>>;
}

/** One standard input cannot feed two sources: each would get every line. */
function checkStdin(components: readonly Component[]): Complaint[] {
  const [, ...more] = components.filter(({ side, value }) => side === 'source' && 'stdin' in value);
  return more.map(({ path }) => ({
    path: [...path, 'stdin'],
    at: 'key' as const,
    expected: 'one stdin source',
    message: 'is a second stdin source, expected one',
  }));
}

const KINDS = { source: SOURCE_KINDS, sink: SINK_KINDS };

function componentsOf(pipeline: unknown): Component[] {
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

function checkKind({ path, side, value }: Component): Complaint[] {
  const legal: readonly string[] = KINDS[side];
  const kinds = Object.keys(value).filter((key) => EVERY_KIND.has(key));
  const foreign = kinds.filter((kind) => !legal.includes(kind));
  if (foreign.length > 0) return foreign.map((kind) => foreignKind([...path, kind], kind, side));
  const [first, ...others] = kinds;
  if (first !== undefined) return others.map((kind) => secondKind([...path, kind], first));
  // A misspelt kind is told of as the unknown key that it is.
  if (Object.keys(value).some((key) => nearestName(key, legal) !== undefined)) return [];
  const expected = `one of ${listed(legal)}`;
  return [{ path, expected, message: `has no kind, expected ${expected}` }];
}

function foreignKind(path: Path, kind: string, side: 'source' | 'sink'): Complaint {
  const expected = `one of ${listed(KINDS[side])}`;
  return { path, at: 'key', expected, message: `a ${side} cannot be ${kind}, expected ${expected}` };
}

function secondKind(path: Path, first: string): Complaint {
  return { path, at: 'key', expected: 'one kind', message: `is a second kind beside ${first}, expected one` };
}

function checkBatch({ path, side, value }: Component): Complaint[] {
  if (side === 'source' || value.batch === undefined) return [];
  return SINK_KINDS.filter((kind) => valueAt(value, [kind, 'batch']) !== undefined).map((kind) => ({
    path: [...path, kind, 'batch'],
    at: 'key',
    message: `is given beside ${kind} too, expected one of the two`,
  }));
}

function checkNames(components: readonly Component[]): Complaint[] {
  const first = new Set<string>();
  return components.flatMap(({ path, value: { name } }) => {
    if (typeof name !== 'string' || !first.has(name)) {
      if (typeof name === 'string') first.add(name);
      return [];
    }
    const value = JSON.stringify(name);
    return [{ path: [...path, 'name'], value, message: `${value} is the name of another component already` }];
  });
}

function checkInputs(components: readonly Component[]): Complaint[] {
  const sources = components.filter(({ side }) => side === 'source');
  const names = sources.flatMap(({ value }) => (typeof value.name === 'string' ? [value.name] : []));
  // Without every source's name an input cannot be called unknown.
  if (names.length < sources.length || names.length === 0) return [];
  const known = [...new Set(names)];
  return components.filter(({ side }) => side === 'sink').flatMap((sink) => checkSinkInputs(sink, known));
}

function checkSinkInputs({ path, value }: Component, names: readonly string[]): Complaint[] {
  const { inputs } = value;
  const expected = `names of sources: ${names.join(', ')}`;
  if (inputs === undefined || (Array.isArray(inputs) && inputs.length === 0)) {
    if (inputs === undefined && names.length === 1) return [];
    return [
      { path: [...path, 'inputs'], expected, message: `is ${inputs ? 'empty' : 'missing'}, expected ${expected}` },
    ];
  }
  if (typeof inputs === 'string') return checkInput(inputs, [...path, 'inputs'], names);
  return listOf(inputs).flatMap((input, index, all) => {
    if (typeof input !== 'string') return [];
    const at = [...path, 'inputs', index];
    if (all.indexOf(input) === index) return checkInput(input, at, names);
    return [{ path: at, value: JSON.stringify(input), message: `${JSON.stringify(input)} is listed twice` }];
  });
}

function checkInput(input: string, path: Path, names: readonly string[]): Complaint[] {
  if (names.includes(input)) return [];
  const expected = `one of ${names.join(', ')}`;
  const value = JSON.stringify(input);
  if (input.endsWith('.failures')) {
    return [{ path, value, expected, message: `${value} is not supported yet; supported: ${names.join(', ')}` }];
  }
  const nearest = nearestName(input, names);
  const hint = nearest === undefined ? `expected ${expected}` : `did you mean "${nearest}"?`;
  return [{ path, value, expected, message: `${value} is not a source; ${hint}` }];
}

function withEmptyKind(component: unknown): unknown {
  if (!isRecord(component)) return component;
  return Object.fromEntries(
    Object.entries(component).map(([key, value]) => [key, value === null && EVERY_KIND.has(key) ? {} : value]),
  );
}
