import { isMachineSnapshot, type Snapshot } from 'xstate';
import type { ShownEvent, ShownSnapshot } from '../wire.ts';
import { causeLine, cut, errorName, trust } from './cause.ts';
import { shownContext } from './context.ts';
import { type Form, flag, form, number, part, pick, type Show, text } from './members.ts';
import { shownState } from './state.ts';

export { causeOf } from './cause.ts';
export { shownContext } from './context.ts';

// What may be shown is named, member by member. What is not named does not leave the process.

/** An event with those of its members that are known to be harmless. */
export function shownEvent(event: { readonly type: string }): ShownEvent {
  const { type } = event;
  const same = plainEvents.get(type);
  if (same) return same;
  if (type === 'socket.lost') trust(event);
  const known = EVENTS.get(type) ?? EVENTS.get(familyOf(type));
  return known ? { ...pick(event, known), type: cut(type) } : plain(type);
}

/** What an actor's state is: of a machine with its value, tags and the members of its context that may be shown. */
export function shownSnapshot(snapshot: Snapshot<unknown>): ShownSnapshot {
  const { status } = snapshot;
  if (!isMachineSnapshot(snapshot)) return { status };
  const context = shownContext(snapshot);
  return { status, ...shownState(snapshot), ...(context ? { context } : {}) };
}

const outcome: Show = (value) => (value === 'ended' || value === 'failed' ? value : undefined);

const EVENTS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['stop', form({ drain: number })],
  ['child.add', form({ spec: part({ id: text, restart: text }) })],
  ['child.start', form({ id: text })],
  ['child.ready', form({ id: text })],
  ['child.failing', form({ id: text, cause: causeLine })],
  ['child.ended', form({ id: text, outcome, cause: causeLine })],
  ['socket.lost', form({ owing: flag, cause: causeLine })],
  ['peer.accepted', form({ shard: text, peer: text, fresh: flag })],
  ['bind.failed', form({ cause: causeLine })],
  ['dismiss', form({ farewell: part({ code: number, reason: text }) })],
  ['xstate.done.actor.', form({ actorId: text, output: part({ outcome, cause: causeLine }) })],
  ['xstate.error.actor.', form({ actorId: text, error: errorName })],
]);

/** `xstate.done.actor.drain` belongs to `xstate.done.actor.`. */
function familyOf(type: string): string {
  const [first = '', second = '', third = ''] = type.split('.', 3);
  return `${first}.${second}.${third}.`;
}

/** Types of events that are remembered. */
const MOST_TYPES = 1000;

const plainEvents = new Map<string, ShownEvent>();

/** Most events are their type alone; equal ones are one object. */
function plain(type: string): ShownEvent {
  const event = { type: cut(type) };
  if (plainEvents.size < MOST_TYPES) plainEvents.set(type, event);
  return event;
}
