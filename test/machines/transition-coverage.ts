import type { AnyStateMachine, AnyTransitionDefinition, InspectionEvent } from 'xstate';
import { chartTransitions } from '../../src/inspection/chart.ts';

/** Which transitions of a machine a suite has taken. */
export class TransitionCoverage {
  readonly #machine: AnyStateMachine;
  readonly #taken = new Set<string>();

  constructor(machine: AnyStateMachine) {
    this.#machine = machine;
  }

  /** For `createActor`: hears of every microstep. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.microstep') return;
    for (const transition of event._transitions) this.#taken.add(keyOf(transition));
  };

  /** `state | event | guard -> targets`, as defined. */
  get defined(): string[] {
    return chartTransitions(this.#machine).map(keyOf);
  }

  get missed(): string[] {
    return this.defined.filter((key) => !this.#taken.has(key));
  }
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
