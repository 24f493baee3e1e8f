import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { rowsOf } from './rows.ts';
import { type Edge, isNested, type Node, type Scope, scopeOf, shortId } from './scope.ts';
import { sentenceOf } from './wording.ts';

// Mermaid lays out what is inside of a composite state by itself and documents no transition that leads out of one: so
// the scopes of the pictures are written as they are, with their ports.

/** A machine as a `stateDiagram-v2`. */
export function mermaidOf(machine: AnyStateMachine): string {
  return `${['stateDiagram-v2', ...indented(contentsOf(machine.root))].join('\n')}\n`;
}

/** What a state holds: first what the whole of it does, then its states and the transitions between them. */
function contentsOf(state: AnyStateNode): string[] {
  const rows = rowsOf(state).map(({ text }) => `${anyId(state)} : ${escaped(text)}`);
  if (state.type === 'parallel') return regionsOf(state, rows);
  const scope = scopeOf(state);
  const any =
    rows.length > 0 || scope.nodes.has('any') ? [named(`anywhere in ${state.key}`, anyId(state)), ...rows] : [];
  const edges = scope.edges.flatMap((edge) => edgeLines(state, scope, edge));
  const finals = Object.values<AnyStateNode>(state.states).filter(({ type }) => type === 'final');
  return [
    ...any,
    ...[...scope.nodes].flatMap(([key, node]) => nodeLines(state, key, node)),
    ...edges,
    ...finals.map((final) => `${idOf(final)} --> [*]`),
  ];
}

function regionsOf(state: AnyStateNode, rows: readonly string[]): string[] {
  const regions = Object.values<AnyStateNode>(state.states).map(stateLines);
  const sections = rows.length > 0 ? [[named(`anywhere in ${state.key}`, anyId(state)), ...rows], ...regions] : regions;
  return sections.flatMap((section, index) => (index === 0 ? section : ['--', ...section]));
}

function nodeLines(scope: AnyStateNode, key: string, node: Node): string[] {
  if (node.kind === 'port') return [named(`→ ${shortId(node.target)}`, nodeId(scope, key, node))];
  return node.kind === 'state' ? stateLines(node.state) : [];
}

function stateLines(state: AnyStateNode): string[] {
  const name = named(state.key, idOf(state));
  // Without a blank before the brace: Mermaid has taken that for a part of the id.
  if (isNested(state)) return [`${name}{`, ...indented(contentsOf(state)), '}'];
  return [name, ...rowsOf(state).map(({ text }) => `${idOf(state)} : ${escaped(text)}`)];
}

function edgeLines(state: AnyStateNode, { nodes }: Scope, { from, to, transitions }: Edge): string[] {
  const [source, target] = [from, to].map((key) => {
    const node = nodes.get(key);
    if (!node) throw new Error(`${key} is not in ${state.id}`);
    return nodeId(state, key, node);
  });
  if (from === 'initial') return [`[*] --> ${target}`];
  if (transitions.length === 0) return [`${source} --> ${target} : from within`];
  return transitions.map(({ transition, within }) => {
    const text = within === undefined ? sentenceOf(transition) : `${sentenceOf(transition)} → ${within}`;
    return `${source} --> ${target} : ${escaped(text)}`;
  });
}

function nodeId(scope: AnyStateNode, key: string, node: Node): string {
  switch (node.kind) {
    case 'initial':
      return '[*]';
    case 'any':
      return anyId(scope);
    case 'state':
      return idOf(node.state);
    case 'port':
      return key.replaceAll(/[^\w]+/g, '_');
  }
}

/** The machine's name comes first, so no word of Mermaid's is taken. */
function idOf(state: AnyStateNode): string {
  return state.id.replaceAll('.', '_');
}

function anyId(state: AnyStateNode): string {
  return `${idOf(state)}_anywhere`;
}

function named(text: string, id: string): string {
  return `state "${escaped(text)}" as ${id}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** What would end a text is written as an entity. */
function escaped(text: string): string {
  return text.replaceAll(/[#:;"<>{}]/g, (character) => `#${character.charCodeAt(0)};`);
}
