import { readdirSync, readFileSync } from 'node:fs';
import { transformWithOxc } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AnyStateMachine, type AnyStateNode, createActor, StateMachine } from 'xstate';
import { statesOf, transitionsOf } from '../../src/inspection/chart.ts';

const FOLDER = new URL('../../machines/', import.meta.url);
const FILES = readdirSync(FOLDER);
const DEEPEST = 4;

const FORBIDDEN_IMPORTS = ['createActor', 'toPromise', 'waitFor', 'SimulatedClock', 'interpret'];

/** An editor reads a machine's file alone: what it needs to know stands in it, and nothing else happens in it. */
describe.each(FILES)('machines/%s', (file) => {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const code = withoutComments(text);
  const name = file.replace(/\.ts$/, '');
  let exported: Record<string, unknown> = {};
  let machine: AnyStateMachine;

  beforeAll(async () => {
    const { code: erased } = await transformWithOxc(text, file, { sourcemap: false });
    const absolute = erased.replace(/from\s*["']xstate["']/g, `from ${JSON.stringify(import.meta.resolve('xstate'))}`);
    exported = await import(`data:text/javascript;base64,${Buffer.from(absolute).toString('base64')}`);
    machine = requireMachine(exported[`${name}Machine`]);
  });

  test('exports one value: a machine of the name of the file', () => {
    expect(Object.keys(exported)).toEqual([`${name}Machine`]);
  });

  test('makes it in one expression', () => {
    const definitions = [...code.matchAll(/^export const (\w+) = setup\(\{[\s\S]*?^\}\)\.createMachine\(\{/gm)];
    expect(definitions.map((match) => match[1])).toEqual([`${name}Machine`]);
    expect(code.match(/createMachine|\bsetup\(|\.extend\(|\.provide\(/g)).toEqual(['setup(', 'createMachine']);
  });

  test('imports values from xstate only, unaliased, and nothing that runs an actor', () => {
    const imports = [...code.matchAll(/^import\s+(?!type\b)([\s\S]*?)\s+from\s+'([^']+)'/gm)];
    expect(imports.map((match) => match[2])).toEqual(['xstate']);
    const names = (imports[0]?.[1] ?? '').match(/\w+/g) ?? [];
    expect(names.filter((each) => each === 'as' || FORBIDDEN_IMPORTS.includes(each))).toEqual([]);
    expect(code).not.toMatch(/\bimport\s*\(|\brequire\s*\(/);
  });

  test('reads no clock and no chance', () => {
    expect(code.match(/\b(Date|performance|process|setTimeout|setInterval|setImmediate)\b|Math\.random/g)).toBeNull();
  });

  test('has a config of one literal tree', () => {
    expect(configOf(code).match(/\.\.\.|\bfunction\b|\?/g)).toBeNull();
  });

  test('has an id that is its name', () => {
    expect(machine.id).toBe(name);
  });

  test('describes each state', () => {
    const silent = statesOf(machine.root).filter((state) => !state.description);
    expect(silent.map((state) => state.id)).toEqual([]);
  });

  test(`nests at most ${DEEPEST} levels`, () => {
    const deep = statesOf(machine.root).filter((state) => state.path.length > DEEPEST);
    expect(deep.map((state) => state.id)).toEqual([]);
  });

  test('names each action, guard, delay and actor by a string that its setup knows', () => {
    const { actions, guards, delays, actors } = machine.implementations;
    const known = { action: keys(actions), guard: keys(guards), delay: keys(delays), actor: keys(actors) };
    const unknown = statesOf(machine.root)
      .flatMap(referencesOf)
      .filter(({ kind, name: used }) => typeof used !== 'string' || !known[kind].includes(used));
    expect(unknown).toEqual([]);
  });

  test('uses all that its setup knows', () => {
    const { actions, guards, delays, actors } = machine.implementations;
    const used = statesOf(machine.root).flatMap(referencesOf);
    const idle = [actions, guards, delays, actors]
      .flatMap(keys)
      .filter((each) => !used.some((use) => use.name === each));
    expect(idle).toEqual([]);
  });

  test('has a context of plain JSON', () => {
    const { context } = createActor(machine, { input: { children: [], drain: 1 } }).getSnapshot();
    expect(JSON.parse(JSON.stringify(context))).toStrictEqual(context);
  });
});

test('there are machines', () => {
  const machines = ['connection.ts', 'delivery.ts', 'listener.ts', 'peer.ts', 'pipeline.ts', 'supervisor.ts'];
  expect(FILES).toEqual(expect.arrayContaining(machines));
});

function requireMachine(value: unknown): AnyStateMachine {
  // Evaluated with the same xstate, so its class is the same.
  if (value instanceof StateMachine) return value;
  throw new TypeError('the file exports no machine');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** The literal behind `createMachine(`, without its strings and without the two functions that an input asks for. */
function configOf(code: string): string {
  const config = code.slice(code.indexOf('.createMachine({'), code.indexOf('\n});'));
  return config.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''").replace(/^ {2}(context|output): .*$/gm, '');
}

interface Reference {
  readonly kind: 'action' | 'guard' | 'delay' | 'actor';
  readonly name: unknown;
}

function referencesOf(state: AnyStateNode): Reference[] {
  const transitions = transitionsOf(state);
  return [
    ...[state.config.entry ?? [], state.config.exit ?? []]
      .flat()
      .map((name) => ({ kind: 'action' as const, name: nameOf(name) })),
    ...transitions.flatMap(({ actions }) => actions.map((name) => ({ kind: 'action' as const, name: nameOf(name) }))),
    ...transitions.flatMap(({ guard }) =>
      guard === undefined ? [] : [{ kind: 'guard' as const, name: nameOf(guard) }],
    ),
    ...Object.keys(state.config.after ?? {}).map((name) => ({ kind: 'delay' as const, name })),
    ...state.invoke.map(({ src }) => ({ kind: 'actor' as const, name: src })),
  ];
}

function nameOf(used: unknown): unknown {
  return typeof used === 'object' && used !== null && 'type' in used ? used.type : used;
}

function keys(implementations: object | undefined): string[] {
  return Object.keys(implementations ?? {});
}
