import type { AnyStateMachine } from 'xstate';
import { flag, part, type Show, text } from '../shown/members.ts';
import type { Shown } from '../wire.ts';

/** By the config, which all copies of a machine share. */
const definitions = new WeakMap<object, string>();

/** A machine's config as JSON text: its states and transitions, with the names of what they call. */
export function machineDefinition({ config, id }: AnyStateMachine): string {
  const known = definitions.get(config);
  if (known !== undefined) return known;
  const shown = state(config);
  const definition = JSON.stringify(typeof shown === 'object' ? { id, ...shown } : { id });
  definitions.set(config, definition);
  return definition;
}

const oneOrMore =
  (show: Show): Show =>
  (value) =>
    Array.isArray(value) ? value.flatMap((each) => show(each) ?? []) : show(value);

const each =
  (show: Show): Show =>
  (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    const shown = Object.entries(value).flatMap(([key, inner]): [string, Shown][] => {
      const answer = show(inner);
      return answer === undefined ? [] : [[key, answer]];
    });
    return Object.fromEntries(shown);
  };

/** A function has no name that says anything, and what it is given may be anything. */
const name: Show = (value) =>
  typeof value === 'object' && value !== null && 'type' in value ? text(value.type) : text(value);

const TRANSITION = part({
  target: oneOrMore(text),
  guard: name,
  actions: oneOrMore(name),
  reenter: flag,
  description: text,
});

const transition: Show = oneOrMore((value) => (typeof value === 'string' ? text(value) : TRANSITION(value)));

const invoke = part({ src: text, id: text, onDone: transition, onError: transition });

const STATE = part({
  id: text,
  description: text,
  type: text,
  history: text,
  target: text,
  initial: text,
  tags: oneOrMore(text),
  entry: oneOrMore(name),
  exit: oneOrMore(name),
  invoke: oneOrMore(invoke),
  on: each(transition),
  always: transition,
  after: each(transition),
  onDone: transition,
  states: (value) => each(state)(value),
});

function state(value: unknown): Shown | undefined {
  return STATE(value);
}
