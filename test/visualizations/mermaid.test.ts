import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { statesOf } from '../../src/inspection/chart.ts';
import { readMachines } from '../../visualizations/drawing/machines.ts';
import { mermaidOf } from '../../visualizations/drawing/mermaid.ts';

const MACHINES = await readMachines();

/** A text that Mermaid's grammar takes: no colon, semicolon, quote or brace, `#` only to begin an entity. */
const TEXT = String.raw`(?:[^:;#"{}]|#\d+;)+`;
const ID = '[a-z][A-Za-z0-9_]*';

const STATEMENTS = {
  state: new RegExp(`^state "(${TEXT})" as (${ID})$`),
  opening: new RegExp(`^state "(${TEXT})" as (${ID})\\{$`),
  closing: /^\}$/,
  divider: /^--$/,
  row: new RegExp(`^(${ID}) : ${TEXT}$`),
  transition: new RegExp(`^(${ID}|\\[\\*\\]) --> (${ID}|\\[\\*\\])(?: : ${TEXT})?$`),
};

interface Statement {
  readonly kind: keyof typeof STATEMENTS | 'unknown';
  readonly text: string;
  /** How many composite states are open. */
  readonly depth: number;
}

describe.each(MACHINES.map((machine) => [machine.id, machine] as const))('%s.mmd', (name, machine) => {
  const text = readFileSync(new URL(`../../visualizations/${name}.mmd`, import.meta.url), 'utf8');
  const [header, ...lines] = text.trimEnd().split('\n');
  const statements = statementsOf(lines);

  test('is a state diagram whose every line is a statement', () => {
    expect(header).toBe('stateDiagram-v2');
    expect(statements.filter(({ kind }) => kind === 'unknown')).toEqual([]);
  });

  test('closes each composite state that it opens', () => {
    expect(statements.filter(({ depth }) => depth < 0)).toEqual([]);
    expect(count(statements, 'opening')).toBe(count(statements, 'closing'));
  });

  test('declares each state once, by its name', () => {
    const declared = declarations(statements).filter(([, id]) => !/_to_|_anywhere$/.test(id));
    const wanted = statesOf(machine.root)
      .slice(1)
      .map(({ key, id }) => [key, id.replaceAll('.', '_')]);
    expect(declared.sort()).toEqual(wanted.sort());
  });

  test('gives no two things one id', () => {
    const ids = declarations(statements).map(([, id]) => id);
    expect(ids.length).toBe(new Set(ids).size);
  });

  test('leads from and to what it has declared', () => {
    const known = new Set(['[*]', ...declarations(statements).map(([, id]) => id)]);
    const ends = statements.flatMap(({ kind, text: line }) => {
      if (kind !== 'transition' && kind !== 'row') return [];
      return STATEMENTS[kind].exec(line)?.slice(1, kind === 'row' ? 2 : 3) ?? [];
    });
    expect(ends.filter((end) => !known.has(end))).toEqual([]);
  });

  test('puts a divider between the regions of a parallel state', () => {
    const regions = statesOf(machine.root).filter(({ parent }) => parent?.type === 'parallel').length;
    const parallels = statesOf(machine.root).filter(({ type }) => type === 'parallel').length;
    // What such a state does as a whole stands in a section of its own.
    expect(count(statements, 'divider')).toBe(parallels === 0 ? 0 : regions);
  });

  test('names each guard, delay, action and actor', () => {
    const { guards, delays, actions } = machine.implementations;
    const invoked = statesOf(machine.root).flatMap(({ invoke }) => invoke.map(({ id }) => `invoke ${id}`));
    const names = [guards, actions].flatMap((each) => Object.keys(each ?? {}));
    const wanted = [...names, ...Object.keys(delays ?? {}).map((delay) => `after ${delay}`), ...invoked];
    expect(wanted.filter((each) => !text.includes(each))).toEqual([]);
  });
});

describe('a Mermaid diagram', () => {
  test('ends with its final states', () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } });
    expect(
      mermaidOf(machine)
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      'stateDiagram-v2',
      'state "a" as m_a',
      'state "b" as m_b',
      '[*] --> m_a',
      'm_a --> m_b : go',
      'm_b --> [*]',
      '',
    ]);
  });

  test('writes what would end a text as an entity', () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on: { 'x:y;#"{z}': 'b' } }, b: {} } });
    expect(mermaidOf(machine)).toContain('m_a --> m_b : x#58;y#59;#35;#34;#123;z#125;\n');
  });

  test('says of a state in another one that the way out leads from within it', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { initial: 'b', states: { b: { on: { go: '#m.c' } } } }, c: {} },
    });
    const text = mermaidOf(machine);
    expect(text).toContain('m_a_b --> m_a_b_to_m_c : go\n');
    expect(text).toContain('m_a --> m_c : from within\n');
  });
});

function statementsOf(lines: readonly string[]): Statement[] {
  let depth = 0;
  return lines.map((line) => {
    const text = line.trim();
    const kind = kindOf(text);
    if (kind === 'opening') depth += 1;
    if (kind === 'closing') depth -= 1;
    return { kind, text, depth };
  });
}

function kindOf(text: string): Statement['kind'] {
  for (const kind of KINDS) if (STATEMENTS[kind].test(text)) return kind;
  return 'unknown';
}

const KINDS = ['state', 'opening', 'closing', 'divider', 'row', 'transition'] as const;

function declarations(statements: readonly Statement[]): [name: string, id: string][] {
  return statements.flatMap(({ kind, text }): [string, string][] => {
    if (kind !== 'state' && kind !== 'opening') return [];
    const [, name = '', id = ''] = STATEMENTS[kind].exec(text) ?? [];
    return [[name, id]];
  });
}

function count(statements: readonly Statement[], kind: Statement['kind']): number {
  return statements.filter((statement) => statement.kind === kind).length;
}
