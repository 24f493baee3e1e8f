import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { statesOf, transitionsOf } from '../chart.ts';

/**
 * Numbers of the first transition of each state, by the config. Each connection has a machine object of its own, with
 * transitions of its own, but their states have the same ids.
 */
const numbering = new WeakMap<object, ReadonlyMap<string, number>>();

/** The place of a transition in `chartTransitions` of its machine; undefined when it is none of the chart's. */
export function transitionNumber(transition: AnyTransitionDefinition): number | undefined {
  const state: AnyStateNode = transition.source;
  const first = firstNumbers(state.machine).get(state.id);
  const place = placeIn(state, transition);
  return first === undefined || place === undefined ? undefined : first + place;
}

/** As in `transitionsOf`, without a list of them for each event of each actor. */
function placeIn({ transitions, always = [] }: AnyStateNode, transition: AnyTransitionDefinition): number | undefined {
  let before = 0;
  for (const each of transitions.values()) {
    const place = each.indexOf(transition);
    if (place >= 0) return before + place;
    before += each.length;
  }
  const place = always.indexOf(transition);
  return place < 0 ? undefined : before + place;
}

function firstNumbers(machine: AnyStateMachine): ReadonlyMap<string, number> {
  const known = numbering.get(machine.config);
  if (known) return known;
  const numbers = new Map<string, number>();
  let next = 0;
  for (const state of statesOf(machine.root)) {
    numbers.set(state.id, next);
    next += transitionsOf(state).length;
  }
  numbering.set(machine.config, numbers);
  return numbers;
}
