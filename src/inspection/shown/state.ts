import type { AnyMachineSnapshot } from 'xstate';
import type { StateValue } from '../wire.ts';

export interface ShownState {
  readonly value: StateValue;
  readonly tags: readonly string[];
}

/** States of one machine that are remembered; further ones are made anew each time. */
const MOST_STATES = 2000;

/** By the config, which all copies of a machine share; then by the value, as JSON. */
const known = new WeakMap<object, Map<string, ShownState>>();

/** The state of a machine. Equal ones are one object: thousands of connections are in a few dozen states. */
export function shownState({ machine, value, tags }: AnyMachineSnapshot): ShownState {
  const states = statesOf(machine.config);
  const key = JSON.stringify(value);
  const found = states.get(key);
  if (found) return found;
  const state: ShownState = { value: JSON.parse(key), tags: [...tags] };
  if (states.size < MOST_STATES) states.set(key, state);
  return state;
}

function statesOf(config: object): Map<string, ShownState> {
  let states = known.get(config);
  if (!states) {
    states = new Map();
    known.set(config, states);
  }
  return states;
}
