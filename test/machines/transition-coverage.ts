import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition, InspectionEvent } from 'xstate';

/** Which transitions of a machine a suite has taken. `toJSON` leaves `always` out, so the nodes are walked. */
export class TransitionCoverage {
  readonly #root: AnyStateNode;
  readonly #taken = new Set<string>();

  constructor(machine: AnyStateMachine) {
    this.#root = machine.root;
  }

  /** For `createActor`: hears of every microstep. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.microstep') return;
    for (const transition of event._transitions) this.#taken.add(keyOf(transition));
  };

  /** `state | event | guard -> targets`, as defined. */
  get defined(): string[] {
    return statesOf(this.#root).flatMap((state) => transitionsOf(state).map(keyOf));
  }

  get missed(): string[] {
    return this.defined.filter((key) => !this.#taken.has(key));
  }
}

/** A state and all below it. */
export function statesOf(state: AnyStateNode): AnyStateNode[] {
  return [state, ...Object.values<AnyStateNode>(state.states).flatMap(statesOf)];
}

/** Ids of the states in which nothing is nested. */
export function atomicIds(machine: AnyStateMachine): string[] {
  return statesOf(machine.root)
    .filter((state) => state.type === 'atomic' || state.type === 'final')
    .map((state) => state.id);
}

export function transitionsOf(state: AnyStateNode): AnyTransitionDefinition[] {
  return [...state.transitions.values()].flat().concat(state.always ?? []);
}

function keyOf(transition: AnyTransitionDefinition): string {
  const { source, eventType, guard, target } = transition;
  const targets = target?.map((state) => state.id).join(', ') ?? 'none';
  return `${source.id} | ${eventType} | ${nameOf(guard)} -> ${targets}`;
}

function nameOf(guard: unknown): string {
  if (guard === undefined) return 'always';
  return typeof guard === 'string' ? guard : JSON.stringify(guard);
}
