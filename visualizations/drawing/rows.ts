import type { AnyStateNode } from 'xstate';
import type { Point, Size } from './placement.ts';
import { type Numbered, rowTransitionsOf, shortId } from './scope.ts';
import { boldWidthOf, widthOf, wrapped } from './text.ts';
import { doingsOf, sentenceOf } from './wording.ts';

/** One line of text; the point is its left end on the baseline, or its middle. */
export interface Line extends Point {
  readonly text: string;
}

/** What stands in a state's box below its name; of a transition it has the number. */
export interface Row {
  readonly lines: readonly Line[];
  readonly number?: number;
}

/** A box's texts, with its upper left as the origin, and the room that they need. */
export interface Texts extends Size {
  readonly name: Line;
  readonly rows: readonly Row[];
}

const NAME = { atomic: 12, nested: 13 };
const ROW = 10.5;
const LEADING = 14;
const INSET = 10;
const INDENT = 10;
const GAP = 18;
const LONGEST = 32;

/** Of a state with nothing in it: the name in the middle, the rows below it. */
export function atomicTexts(state: AnyStateNode): Texts {
  let y = 20;
  const rows = rowsOf(state).map(({ text, ...row }): Row => {
    const lines = wrapped(text, LONGEST).map((part, index) => {
      y += LEADING;
      return { x: INSET + (index === 0 ? 0 : INDENT), y, text: part };
    });
    return { ...row, lines };
  });
  const ends = rows.flatMap(({ lines }) => lines).map(({ x, text }) => x + widthOf(text, ROW));
  const width = Math.max(44, boldWidthOf(state.key, NAME.atomic) + 2 * INSET, ...ends.map((end) => end + INSET));
  return { width, height: y + 11, name: { x: width / 2, y: 20, text: state.key }, rows };
}

/** Of a state with others in it: name and rows follow each other like words, in a box of that width. */
export function headerTexts(state: AnyStateNode, width: number): Texts {
  const name = { x: INSET, y: 17, text: state.key };
  let x = INSET + boldWidthOf(state.key, NAME.nested) + GAP;
  let y = name.y;
  const rows = rowsOf(state).map(({ text, ...row }): Row => {
    const wide = widthOf(text, ROW);
    if (x + wide > width - INSET) {
      x = INSET;
      y += LEADING;
    }
    const line = { x, y, text };
    x += wide + GAP;
    return { ...row, lines: [line] };
  });
  return { width, height: y + 9, name, rows };
}

/** The least width of a header in which each row has a line. */
export function headerWidth(state: AnyStateNode): number {
  const widths = rowsOf(state).map(({ text }) => widthOf(text, ROW));
  return Math.max(boldWidthOf(state.key, NAME.nested), ...widths) + 2 * INSET;
}

/** As they are written, each in one line. */
export function rowsOf(state: AnyStateNode): { readonly text: string; readonly number?: number }[] {
  return [
    ...doingsOf(state).map((text) => ({ text })),
    ...rowTransitionsOf(state).map((numbered) => ({ text: rowText(numbered), number: numbered.number })),
  ];
}

function rowText({ transition }: Numbered): string {
  const text = sentenceOf(transition);
  const target = transition.target?.[0];
  if (!target) return transition.actions.length > 0 ? text : `${text} (ignored)`;
  return target === transition.source ? `↺ ${text}` : `${text} → ${nearId(target, transition.source)}`;
}

function nearId(target: AnyStateNode, source: AnyStateNode): string {
  return target.parent === source.parent ? target.key : shortId(target);
}
