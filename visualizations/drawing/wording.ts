import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { transitionsOf } from '../../src/inspection/chart.ts';

/** What a transition says, in the words of the pictures. */
export interface Wording {
  /** `stop`, `after pingInterval`, `done prepare`, `error *`; empty for one that is always taken. */
  readonly event: string;
  /** `[isHeld]`, `[else]`; empty without one. */
  readonly guard: string;
  /** `/ sendPing, markFed`; empty without any. */
  readonly actions: string;
}

export function wordingOf(transition: AnyTransitionDefinition): Wording {
  const actions = namesOf(transition.actions);
  const event = eventWording(transition.eventType);
  const guard = guardWording(transition);
  return {
    event: event === '' && guard === '' ? 'always' : event,
    guard,
    actions: actions.length > 0 ? `/ ${actions.join(', ')}` : '',
  };
}

/** As one line: `after pingTimeout [hasProgressed] / markProgress`. */
export function sentenceOf(transition: AnyTransitionDefinition): string {
  const { event, guard, actions } = wordingOf(transition);
  return [event, guard, actions].filter((part) => part !== '').join(' ');
}

/** What a state does by itself: `entry / sendPing`, `exit / countBackoff`, `invoke socket`. */
export function doingsOf(state: AnyStateNode): string[] {
  // The nodes' own lists hold what XState adds for delays as well; the config holds what was written.
  const entry = namesOf([state.config.entry ?? []].flat());
  const exit = namesOf([state.config.exit ?? []].flat());
  return [
    ...(entry.length > 0 ? [`entry / ${entry.join(', ')}`] : []),
    ...(exit.length > 0 ? [`exit / ${exit.join(', ')}`] : []),
    ...state.invoke.map(({ id }) => `invoke ${id}`),
  ];
}

/** Actions and guards are named by strings in machines/; what is not has no name that could be shown. */
export function nameOf(used: unknown): string {
  if (typeof used === 'string') return used;
  if (typeof used === 'object' && used !== null && 'type' in used) return String(used.type);
  throw new TypeError(`${String(used)} has no name: the machines name each action and guard by a string`);
}

function namesOf(actions: readonly unknown[]): string[] {
  return actions.map(nameOf);
}

function eventWording(type: string): string {
  const [, kind, rest = ''] = /^xstate\.(after|done\.actor|done\.state|error\.actor)\.(.+)$/.exec(type) ?? [];
  if (kind === 'after') return `after ${rest.split('.')[0]}`;
  if (kind === undefined) return type;
  return `${kind.split('.')[0]} ${rest}`;
}

/** A transition that is taken when the guards before it hold back is shown as `[else]`. */
function guardWording(transition: AnyTransitionDefinition): string {
  if (transition.guard !== undefined) return `[${nameOf(transition.guard)}]`;
  const rivals = transitionsOf(transition.source).filter(({ eventType }) => eventType === transition.eventType);
  return rivals.length > 1 ? '[else]' : '';
}
