import type { Direction, PlacedArrow, Point } from './placement.ts';
import type { Line } from './rows.ts';
import type { Edge, Numbered } from './scope.ts';
import { wrapped } from './text.ts';
import { wordingOf } from './wording.ts';

export interface LabelLine extends Line {
  readonly role: Role;
}

interface Words {
  readonly text: string;
  readonly role: Role;
}

type Role = 'event' | 'guard' | 'action';

const LONGEST = 26;
/** Graphviz lets a label begin upon its line, or stand upon it. */
const ASIDE: Readonly<Record<Direction, Point>> = { 'top-down': { x: 4, y: 0 }, 'left-right': { x: 4, y: -4 } };

/** What an edge says: the transitions that it stands for, one below the other. */
export function labelOf(edge: Edge): Words[] {
  return edge.transitions.flatMap(wordsOf);
}

export function placedLabel(label: readonly Words[], arrow: PlacedArrow, direction: Direction): LabelLine[] {
  const aside = ASIDE[direction];
  return label.flatMap((words, index) => {
    const point = arrow.lines[index];
    return point ? [{ ...words, x: point.x + aside.x, y: point.y + aside.y }] : [];
  });
}

function wordsOf({ transition, within }: Numbered): Words[] {
  const { event, guard, actions } = wordingOf(transition);
  const head = within === undefined ? `${event} ${guard}` : `${event} ${guard} → ${within}`;
  const [first = '', ...more] = wrapped(head, LONGEST);
  return [
    { text: first, role: event === '' ? 'guard' : 'event' },
    ...more.map((text): Words => ({ text, role: 'guard' })),
    ...wrapped(actions, LONGEST).map((text): Words => ({ text, role: 'action' })),
  ];
}
