import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { chartTransitions, statesOf, transitionsOf } from '../../src/inspection/chart.ts';
import { sentenceOf } from './wording.ts';

// A picture is drawn scope by scope: a scope is the inside of one state, with an edge between two of its nodes for all
// transitions from the one to the other. What leads further than the scope leads to a node that names its target.

export type Node =
  | { readonly kind: 'initial' }
  /** Stands for the state itself, where that has transitions to what is inside of it. */
  | { readonly kind: 'any' }
  /** Stands for a state outside of the scope. */
  | { readonly kind: 'port'; readonly target: AnyStateNode }
  | { readonly kind: 'state'; readonly state: AnyStateNode };

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** None for one that only leads on what leaves a nested scope by a port, and for the one to the initial state. */
  readonly transitions: readonly Numbered[];
}

export interface Numbered {
  readonly number: number;
  readonly transition: AnyTransitionDefinition;
  /** The state within the node at the end of the edge that is its target: `slow`. */
  readonly within?: string;
}

export interface Scope {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly edges: readonly Edge[];
}

/** So many states that answer an event in the same way say so in a row each: that many edges would be a tangle. */
const TANGLE = 3;

/** The inside of a state that is neither atomic nor parallel. */
export function scopeOf(state: AnyStateNode): Scope {
  const nodes = new Map<string, Node>([['initial', { kind: 'initial' }]]);
  const edges = new Map<string, Edge>();
  const connect = (from: string, to: string, numbered: readonly Numbered[]) => {
    const transitions = edges.get(`${from} ${to}`)?.transitions ?? [];
    edges.set(`${from} ${to}`, { from, to, transitions: [...transitions, ...numbered] });
  };
  const children = childrenOf(state);
  for (const child of children) nodes.set(child.id, { kind: 'state', state: child });
  for (const child of children.filter(({ id }) => id === state.initial?.target[0]?.id))
    connect('initial', child.id, []);
  for (const numbered of children.flatMap(edgesFrom)) {
    const target = targetOf(numbered.transition);
    const source = numbered.transition.source;
    if (isWithin(target, state)) {
      const end = endOf(state, target);
      connect(source.id, end.node, [{ ...numbered, ...end.within }]);
    } else {
      const port = `${source.id} to ${target.id}`;
      nodes.set(port, { kind: 'port', target });
      connect(source.id, port, [numbered]);
    }
  }
  for (const numbered of inwardsOf(state)) {
    nodes.set('any', { kind: 'any' });
    const end = endOf(state, targetOf(numbered.transition));
    connect('any', end.node, [{ ...numbered, ...end.within }]);
  }
  for (const { from, to } of children.flatMap((child) => passagesOf(child, state))) connect(from, to, []);
  return { nodes, edges: [...edges.values()] };
}

/** The transitions that are shown in the state's box: without a target, back to itself, or such as many others have. */
export function rowTransitionsOf(state: AnyStateNode): Numbered[] {
  return numberedOf(state).filter(({ transition }) => !leadsInwards(transition) && !isDrawn(transition));
}

/** Whether it has states in it. */
export function isNested(state: AnyStateNode): boolean {
  return childrenOf(state).length > 0;
}

/** `lost`, `linked.live`: the id without that of the machine. */
export function shortId(state: AnyStateNode): string {
  return state.path.join('.') || state.id;
}

function inwardsOf(state: AnyStateNode): Numbered[] {
  return numberedOf(state).filter(({ transition }) => leadsInwards(transition));
}

function outwardsOf(state: AnyStateNode): Numbered[] {
  return numberedOf(state).filter(({ transition }) => transition.target && !leadsInwards(transition));
}

function edgesFrom(state: AnyStateNode): Numbered[] {
  return numberedOf(state).filter(({ transition }) => !leadsInwards(transition) && isDrawn(transition));
}

/** What leaves a child, from within, by a port and ends in this scope. */
function passagesOf(child: AnyStateNode, scope: AnyStateNode): { from: string; to: string }[] {
  const inner = statesOf(child).slice(1).flatMap(outwardsOf);
  const targets = inner.map(({ transition }) => targetOf(transition));
  return targets
    .filter((target) => isWithin(target, scope) && target.id !== child.id && !isWithin(target, child))
    .map((target) => ({ from: child.id, to: endOf(scope, target).node }));
}

function leadsInwards({ source, target }: AnyTransitionDefinition): boolean {
  return target?.every((each) => isWithin(each, source)) ?? false;
}

/** Whether an edge shows it. A region of a parallel state is in no scope, so it has no edges. */
function isDrawn(transition: AnyTransitionDefinition): boolean {
  const { source, target } = transition;
  const scope = source.parent;
  if (!target || target.includes(source) || !scope || scope.type === 'parallel') return false;
  // The header of a state with others in it has room for what leads far away.
  if (isNested(source) && !target.every((each) => isWithin(each, scope))) return false;
  const wording = sentenceOf(transition);
  const alike = childrenOf(scope)
    .flatMap(transitionsOf)
    .filter((other) => other.target?.[0] === target[0] && other.source !== target[0] && sentenceOf(other) === wording);
  return alike.length < TANGLE;
}

/** The node of the scope that stands for a state, and which state within it is meant. */
function endOf(scope: AnyStateNode, target: AnyStateNode): { node: string; within: { within?: string } } {
  const depth = scope.path.length + 1;
  const child = childrenOf(scope).find(({ key }) => key === target.path[depth - 1]);
  if (!child) throw new Error(`${target.id} is not in ${scope.id}`);
  const rest = target.path.slice(depth).join('.');
  return { node: child.id, within: rest === '' ? {} : { within: rest } };
}

function isWithin(state: AnyStateNode, outer: AnyStateNode): boolean {
  return state.id !== outer.id && outer.path.every((key, index) => state.path[index] === key);
}

function targetOf(transition: AnyTransitionDefinition): AnyStateNode {
  const [target, ...others] = transition.target ?? [];
  if (!target || others.length > 0) throw new Error(`a transition of ${transition.source.id} has not one target`);
  return target;
}

function childrenOf(state: AnyStateNode): AnyStateNode[] {
  return Object.values<AnyStateNode>(state.states);
}

function numberedOf(state: AnyStateNode): Numbered[] {
  const all = chartTransitions(state.machine);
  return transitionsOf(state).map((transition) => ({ number: all.indexOf(transition), transition }));
}
