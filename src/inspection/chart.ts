import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

// A machine as a chart: its states and transitions in an order that depends on its definition alone.

/** A state and all below it, in order of definition. */
export function statesOf(state: AnyStateNode): AnyStateNode[] {
  return [state, ...Object.values<AnyStateNode>(state.states).flatMap(statesOf)];
}

/** Those that leave a state, `always` last. XState's own `toJSON` leaves these out. */
export function transitionsOf(state: AnyStateNode): AnyTransitionDefinition[] {
  return [...state.transitions.values()].flat().concat(state.always ?? []);
}

/** All transitions of a machine; the place of one in this list is its number. */
export function chartTransitions(machine: AnyStateMachine): AnyTransitionDefinition[] {
  return statesOf(machine.root).flatMap(transitionsOf);
}
