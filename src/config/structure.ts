import { checkBatches } from './batches.ts';
import type { Complaint } from './complaint.ts';
import { type Component, componentsOf } from './component.ts';
import { checkCursors } from './cursors.ts';
import { checkInputs } from './inputs.ts';
import { EVERY_KIND, listed, SINK_KINDS, SOURCE_KINDS } from './kinds.ts';
import { nearestName } from './nearest.ts';
import { checkReplies } from './replies.ts';
import type { Path } from './tree.ts';

/** What a schema of single options cannot see: kinds, names and inputs across the components of a native pipeline. */
export function checkStructure(pipeline: unknown): Complaint[] {
  const components = componentsOf(pipeline);
  return [
    ...components.flatMap(checkKind),
    ...checkBatches(components),
    ...checkNames(components),
    ...checkInputs(components),
    ...checkReplies(components),
    ...checkCursors(components),
    ...checkStdin(components),
  ];
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
