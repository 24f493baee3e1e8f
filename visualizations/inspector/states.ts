import type { StateValue } from '../../src/inspection/wire.ts';

// State values as paths: `linked.live.heartbeat.quiet`.

/** The innermost active states, one path per region. */
export function leavesOf(value: StateValue | undefined): string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Object.entries(value).flatMap(([key, inner]) => {
    const below = leavesOf(inner);
    return below.length === 0 ? [key] : below.map((path) => `${key}.${path}`);
  });
}

/** Ids of all active states of a machine, as in `data-state` of its chart: `connection.linked.live`. */
export function activeIds(machine: string, value: StateValue | undefined): Set<string> {
  const ids = new Set([machine]);
  for (const leaf of leavesOf(value)) {
    const parts = leaf.split('.');
    for (let length = 1; length <= parts.length; length += 1) ids.add(`${machine}.${parts.slice(0, length).join('.')}`);
  }
  return ids;
}

export interface Change {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What was left and what was come to, of all active states before and after, without those that it stayed in. */
export function changeBetween(before: readonly string[], after: readonly string[]): Change {
  return {
    from: before.filter((path) => !after.includes(path)),
    to: after.filter((path) => !before.includes(path)),
  };
}

/** A change as a person reads it: what both sides begin with, then one path for each. */
export interface ShortChange {
  /** `linked.live.heartbeat.`, or nothing. */
  readonly shared: string;
  readonly from: string;
  readonly to: string;
}

/** Several regions are told as the state that they lie in. */
export function shortened({ from, to }: Change): ShortChange {
  const left = commonPath(from);
  const entered = commonPath(to);
  const shared = from.length === 1 && to.length === 1 ? sharedParts(left, entered) : 0;
  return {
    shared: left
      .slice(0, shared)
      .map((part) => `${part}.`)
      .join(''),
    from: left.slice(shared).join('.'),
    to: entered.slice(shared).join('.'),
  };
}

/** What happened in a region: `heartbeat`, from `quiet` to `suspended`. */
export interface RegionChange {
  readonly region: string;
  readonly from: string;
  readonly to: string;
}

/** A change of several regions of one state, region by region; none when it is another change. */
export function regionsOf({ from, to }: Change): RegionChange[] {
  if (from.length < 2 || from.length !== to.length) return [];
  const above = commonPath([...from, ...to]).length;
  const entered = new Map(to.map((path) => inRegion(path, above)));
  const changes = from.map((path) => {
    const [region, state] = inRegion(path, above);
    return { region, from: state, to: entered.get(region) ?? '' };
  });
  const isOneEach = entered.size === from.length && changes.every((change) => change.to !== '');
  return isOneEach ? changes : [];
}

function inRegion(path: string, above: number): readonly [region: string, state: string] {
  const [region = '', ...state] = path.split('.').slice(above);
  return [region, state.join('.')];
}

/** All active states in one line, what they begin with said once: `linked.live: heartbeat.quiet, flow.flowing`. */
export function leavesText(leaves: readonly string[]): string {
  if (leaves.length < 2) return leaves[0] ?? 'none';
  const shared = commonPath(leaves);
  const rests = leaves.map((leaf) => leaf.split('.').slice(shared.length).join('.')).join(', ');
  return shared.length === 0 ? rests : `${shared.join('.')}: ${rests}`;
}

function commonPath(paths: readonly string[]): string[] {
  const [first = [], ...others] = paths.map((path) => path.split('.'));
  const length = others.reduce((shared, other) => Math.min(shared, sharedParts(first, other)), first.length);
  return first.slice(0, length);
}

function sharedParts(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((part, index) => part !== b[index]);
  return differs === -1 ? a.length : differs;
}
