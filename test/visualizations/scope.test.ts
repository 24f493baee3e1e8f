import { describe, expect, test } from 'vitest';
import { type AnyStateNode, createMachine } from 'xstate';
import { rowsOf } from '../../visualizations/drawing/rows.ts';
import { scopeOf } from '../../visualizations/drawing/scope.ts';

/** `from -> to: numbers` */
function edgesOf(state: AnyStateNode): string[] {
  return scopeOf(state).edges.map(({ from, to, transitions }) => {
    return `${from} -> ${to}: ${transitions.map(({ number, within }) => (within ? `${number} ${within}` : number)).join(', ')}`;
  });
}

function stateOf(machine: { root: AnyStateNode }, ...path: string[]): AnyStateNode {
  return path.reduce((state, key) => {
    const inner = state.states[key];
    if (!inner) throw new Error(`${state.id} has no ${key}`);
    return inner;
  }, machine.root);
}

function rowTexts(state: AnyStateNode): string[] {
  return rowsOf(state).map(({ text }) => text);
}

describe('the inside of a state', () => {
  test('has one edge for all transitions from one state to another', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { x: 'b', y: { target: 'b', guard: 'g' } } }, b: { on: { x: 'a' } } },
    });
    expect(edgesOf(machine.root)).toEqual(['initial -> m.a: ', 'm.a -> m.b: 0, 1', 'm.b -> m.a: 2']);
  });

  test('has an edge from any state for what the whole of it does', () => {
    const machine = createMachine({ id: 'm', initial: 'a', on: { stop: '.b' }, states: { a: {}, b: {} } });
    expect(edgesOf(machine.root)).toContain('any -> m.b: 0');
  });

  test('ends at the state that holds the target, and says which is meant', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { x: 'b.c' } }, b: { initial: 'd', states: { c: {}, d: {} } } },
    });
    expect(edgesOf(machine.root)).toContain('m.a -> m.b: 0 c');
  });

  test('has a port for a target that is further out, and an edge without a transition where that is', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { initial: 'c', states: { c: { on: { x: '#m.b' } } } }, b: {} },
    });
    expect(edgesOf(stateOf(machine, 'a'))).toContain('m.a.c -> m.a.c to m.b: 0');
    expect(edgesOf(machine.root)).toEqual(['initial -> m.a: ', 'm.a -> m.b: ']);
  });
});

describe('the box of a state has a row', () => {
  test('for a transition that goes nowhere', () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on: { x: { actions: 'log' }, y: {} } } } });
    expect(rowTexts(stateOf(machine, 'a'))).toEqual(['x / log', 'y (ignored)']);
  });

  test('for one that enters it again', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { x: { target: 'a', reenter: true } } } },
    });
    expect(rowTexts(stateOf(machine, 'a'))).toEqual(['↺ x']);
  });

  test('for one that three of its neighbours have alike', () => {
    const on = { pause: 'd' };
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on }, b: { on }, c: { on }, d: {} } });
    expect(rowTexts(stateOf(machine, 'a'))).toEqual(['pause → d']);
    expect(edgesOf(machine.root)).toEqual(['initial -> m.a: ']);
  });

  test('for none that only two have alike', () => {
    const on = { pause: 'c' };
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on }, b: { on }, c: {} } });
    expect(rowTexts(stateOf(machine, 'a'))).toEqual([]);
  });

  test('for one of a region', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { type: 'parallel', states: { r: { on: { x: '#m.b' } }, s: {} } }, b: {} },
    });
    expect(rowTexts(stateOf(machine, 'a', 'r'))).toEqual(['x → b']);
  });

  test('for one that leads from a state with others in it to somewhere further out', () => {
    const inner = { initial: 'd', on: { x: '#m.b' }, states: { d: {} } };
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { initial: 'c', states: { c: inner } }, b: {} },
    });
    expect(rowTexts(stateOf(machine, 'a', 'c'))).toEqual(['x → b']);
  });
});
