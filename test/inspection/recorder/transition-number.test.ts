import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { chartTransitions } from '../../../src/inspection/chart.ts';
import { transitionNumber } from '../../../src/inspection/recorder/transition-number.ts';
import * as machines from '../../../src/machines.ts';

const MACHINES = Object.values(machines);

describe('the number of a transition', () => {
  test.each(MACHINES.map((machine) => [machine.id, machine] as const))(
    'is its place in the chart of the %s machine',
    (_, machine) => {
      const chart = chartTransitions(machine);
      expect(chart.map(transitionNumber)).toEqual(chart.map((__, at) => at));
    },
  );

  test.each(MACHINES.map((machine) => [machine.id, machine] as const))(
    'is the same in every copy of the %s machine',
    (_, machine) => {
      const copy = chartTransitions(machine.provide({}));
      expect(copy.map(transitionNumber)).toEqual(copy.map((__, at) => at));
      expect(copy[0]).not.toBe(chartTransitions(machine)[0]);
    },
  );

  test('is not mixed up between machines of the same id', () => {
    const short = setup({}).createMachine({ id: 'twin', initial: 'a', states: { a: {}, b: { on: { go: 'a' } } } });
    const long = setup({}).createMachine({
      id: 'twin',
      initial: 'a',
      states: { a: { on: { x: 'b', y: 'b' } }, b: { on: { go: 'a' } } },
    });
    expect([short, long].map((machine) => chartTransitions(machine).map(transitionNumber))).toEqual([[0], [0, 1, 2]]);
  });
});
