import { type AnyStateMachine, type AnyStateNode, type InspectionEvent, isMachineSnapshot } from 'xstate';
import { statesOf } from '../../src/inspection/chart.ts';

/** Which states of a machine a suite has been in, those included that are only passed through. */
export class StateCoverage {
  readonly #root: AnyStateNode;
  readonly #entered = new Set<string>();

  constructor(machine: AnyStateMachine) {
    this.#root = machine.root;
  }

  /** For `createActor`: hears of every microstep, and of the first state, to which none leads. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.microstep' && event.type !== '@xstate.snapshot') return;
    // Where an actor starts and passes on at once, only the transition tells.
    if (event.type === '@xstate.microstep') this.#enter(event._transitions.map(({ source }) => source));
    if (isMachineSnapshot(event.snapshot)) this.#enter(event.snapshot._nodes);
  };

  /** Ids of all states; the machine itself is none. */
  get defined(): string[] {
    return statesOf(this.#root)
      .slice(1)
      .map(({ id }) => id);
  }

  get missed(): string[] {
    return this.defined.filter((id) => !this.#entered.has(id));
  }

  #enter(states: readonly AnyStateNode[]): void {
    for (const { id } of states) this.#entered.add(id);
  }
}
