import type { AnyStateMachine } from 'xstate';

/** A machine's config as JSON, without the functions that compute context, input and output: `createMachine` takes it. */
export function statelyJson(machine: AnyStateMachine): string {
  return `${JSON.stringify(machine.config, null, 2)}\n`;
}
