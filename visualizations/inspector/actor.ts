import type { ShownEvent, ShownSnapshot, StateValue } from '../../src/inspection/wire.ts';
import type { Trail } from './trail.ts';

/** One place in the tree. An actor that is restarted is another one at the same place; what it was told stays. */
export interface Actor {
  /** The names from the root to it: unique, and the same after a restart. */
  readonly key: string;
  readonly sessionId: string;
  /** As its parent knows it: `ticks/exchange/connection`, `outlet`. */
  readonly name: string;
  /** Key of its parent. */
  readonly parent: string | undefined;
  readonly machine: string | undefined;
  /** What it belongs to, as samples name it: `ticks/exchange`. */
  readonly component: string;
  readonly snapshot: ShownSnapshot;
  /** Its innermost active states, one path per region. */
  readonly leaves: readonly string[];
  /** Its state in one word, and since when it is that. */
  readonly word: string;
  readonly since: number;
  readonly startedAt: number;
  readonly restarts: number;
  readonly gone: boolean;
  /** Why, the last time that something was known. */
  readonly cause: string | undefined;
  readonly timeline: Trail<Entry> | undefined;
}

/** A step of an actor. */
export interface Entry {
  /** Of the wire event that told it. */
  readonly id: string;
  readonly at: number;
  readonly event: ShownEvent;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** The state that it came to, as a whole. */
  readonly value: StateValue | undefined;
  readonly word: string;
  /** The word has changed with it. */
  readonly edge: boolean;
  /** Numbers of the transitions, as in the chart. */
  readonly transitions: readonly number[];
  readonly cause: string | undefined;
  /** Wire id of the event that was handled. */
  readonly causedBy: string | undefined;
}

/**
 * What a component's parts are known by outside: a sink's connection is its outlet, a source's ends in its name. The
 * root has a name that is no part of any other.
 */
export function componentOf(name: string, parent: Pick<Actor, 'component' | 'parent'> | undefined): string {
  if (name.endsWith('/connection')) return name.slice(0, -'/connection'.length);
  if (name.includes('/') || parent?.parent === undefined) return name;
  return name === 'outlet' ? parent.component : `${parent.component}/${name}`;
}
