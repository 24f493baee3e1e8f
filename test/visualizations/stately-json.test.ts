import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { chartTransitions, statesOf } from '../../src/inspection/chart.ts';
import { readMachines } from '../../visualizations/drawing/machines.ts';

const MACHINES = await readMachines();

describe.each(MACHINES.map((machine) => [machine.id, machine] as const))('%s.json', (name, machine) => {
  const text = readFileSync(new URL(`../../visualizations/${name}.json`, import.meta.url), 'utf8');
  const read: AnyStateMachine = createMachine(JSON.parse(text));

  test('makes a machine of the same states', () => {
    expect(statesOf(read.root).map(stateFacts)).toEqual(statesOf(machine.root).map(stateFacts));
  });

  test('makes a machine of the same transitions', () => {
    expect(transitionFacts(read)).toEqual(transitionFacts(machine));
  });
});

function stateFacts(state: AnyStateMachine['root']) {
  const { id, type, tags, description, config, invoke, initial } = state;
  const { entry, exit } = config;
  const actors = invoke.map((each) => [each.id, each.src]);
  return { id, type, tags, description, entry, exit, actors, initial: initial?.target.map((target) => target.id) };
}

function transitionFacts(machine: AnyStateMachine) {
  return chartTransitions(machine).map(({ source, eventType, guard, actions, target, reenter }) => {
    return { from: source.id, to: target?.map(({ id }) => id), eventType, guard, actions, reenter };
  });
}
