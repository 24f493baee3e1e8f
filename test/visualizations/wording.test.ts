import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { chartTransitions } from '../../src/inspection/chart.ts';
import { doingsOf, sentenceOf } from '../../visualizations/drawing/wording.ts';

const MACHINE = createMachine({
  id: 'm',
  initial: 'a',
  entry: 'begin',
  exit: ['end', 'log'],
  invoke: [{ src: 'clock' }, { src: 'other', id: 'socket' }],
  states: {
    a: {
      invoke: { src: 'work', id: 'work', onDone: 'b', onError: { target: 'b', actions: ['note', 'log'] } },
      on: { stop: { guard: 'isOpen', target: 'b' }, 'xstate.error.actor.*': 'b', 'socket.*': { actions: 'log' } },
      after: { patience: 'b' },
    },
    b: { always: [{ guard: 'isOpen', target: 'a' }, { target: 'c' }] },
    c: { initial: 'd', onDone: 'e', states: { d: { type: 'final' } } },
    e: { always: 'a' },
  },
});

describe('a transition', () => {
  const sentences = chartTransitions(MACHINE).map(sentenceOf);

  test.each([
    ['an event with a guard', 'stop [isOpen]'],
    ['the end of an actor', 'done work'],
    ['the failure of an actor, with actions', 'error work / note, log'],
    ['the failure of any child', 'error *'],
    ['events of one family', 'socket.* / log'],
    ['a delay', 'after patience'],
    ['one that is always possible, with a guard', '[isOpen]'],
    ['the one that is left when the guards before it hold back', '[else]'],
    ['one that is taken at once', 'always'],
    ['the end of what is in a state', 'done m.c'],
  ])('is called by its event: %s', (_, sentence) => {
    expect(sentences).toContain(sentence);
  });
});

test('a state says what it does when it is entered and left, and which actors it invokes', () => {
  expect(doingsOf(MACHINE.root)).toEqual(['entry / begin', 'exit / end, log', 'invoke 0.m', 'invoke socket']);
});

test('an action without a name cannot be shown', () => {
  const machine = createMachine({ id: 'm', entry: () => {} });
  expect(() => doingsOf(machine.root)).toThrow('has no name: the machines name each action and guard by a string');
});
