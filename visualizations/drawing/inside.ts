import type { AnyStateNode } from 'xstate';
import { labelOf, placedLabel } from './label.ts';
import { moved, type Part, type Picture, type StatePicture, stretched } from './picture.ts';
import { type Area, type Arrow, type Box, type Direction, place } from './placement.ts';
import { atomicTexts } from './rows.ts';
import { type Node, type Scope, shortId } from './scope.ts';
import { boldWidthOf } from './text.ts';

/** Those of the states in a scope that have others in them. */
export type Pictures = ReadonlyMap<AnyStateNode, StatePicture>;

export interface Arrangement {
  readonly direction: Direction;
  /** What the largest state leads to is put before it, not behind it: so the ways back need not go all around it. */
  readonly largestLast: boolean;
}

export const ARRANGEMENTS: readonly Arrangement[] = [
  { direction: 'top-down', largestLast: false },
  { direction: 'left-right', largestLast: false },
  { direction: 'top-down', largestLast: true },
  { direction: 'left-right', largestLast: true },
];

/** What an arrow against the flow costs legibility, for its line and for each line that it says. */
const STRAIN = 0.03;

const MARK = { size: 12, height: 26, inset: 10 };

/** A scope with its states, arranged in one way. */
export async function insideOf(
  { nodes, edges }: Scope,
  pictures: Pictures,
  { direction, largestLast }: Arrangement,
): Promise<Picture> {
  const keys = [...nodes.keys()];
  const last = largestLast ? largestOf(pictures)?.id : undefined;
  const labelled = edges.map((edge) => ({ edge, words: labelOf(edge) }));
  const arrows = labelled.map(({ edge: { from, to }, words }): Arrow => {
    const ends = { from: keys.indexOf(from), to: keys.indexOf(to) };
    return { ...ends, lines: words.map(({ text }) => text), backwards: from === last };
  });
  const placement = await place(
    [...nodes.values()].map((node) => boxOf(node, pictures)),
    arrows,
    direction,
  );
  const nodeParts = [...nodes.values()].flatMap((node, index) => {
    const area = placement.boxes[index];
    return area ? partsOf(node, area, pictures) : [];
  });
  const edgeParts = labelled.flatMap(({ edge, words }, index): Part[] => {
    const arrow = placement.arrows[index];
    return arrow ? [{ kind: 'edge', edge, arrow, label: placedLabel(words, arrow, direction) }] : [];
  });
  const { width, height } = placement;
  return { width, height, strain: strainOf(arrows, pictures), parts: [...nodeParts, ...edgeParts] };
}

function largestOf(pictures: Pictures): AnyStateNode | undefined {
  const [largest] = [...pictures].sort(([, a], [, b]) => b.width * b.height - a.width * a.height);
  return largest?.[0];
}

function strainOf(arrows: readonly Arrow[], pictures: Pictures): number {
  const against = arrows.filter(({ backwards }) => backwards).reduce((sum, { lines }) => sum + 1 + lines.length, 0);
  const inner = [...pictures.values()].map(({ strain }) => strain);
  return Math.max(1, ...inner) + STRAIN * against;
}

function boxOf(node: Node, pictures: Pictures): Box {
  if (node.kind === 'initial') return { kind: 'dot', width: 0, height: 0 };
  if (node.kind !== 'state') {
    return { kind: 'box', width: boldWidthOf(markText(node), MARK.size) + 2 * MARK.inset, height: MARK.height };
  }
  const { width, height } = pictures.get(node.state) ?? atomicTexts(node.state);
  return { kind: 'box', width, height };
}

function partsOf(node: Node, area: Area, pictures: Pictures): Part[] {
  if (node.kind === 'initial') return [{ kind: 'dot', area }];
  if (node.kind === 'state') {
    const picture = pictures.get(node.state);
    return picture ? stretched(picture, area) : [atomicPart(node.state, area)];
  }
  const name = { x: area.x + area.width / 2, y: area.y + area.height / 2 + 4, text: markText(node) };
  return [{ kind: 'mark', area, name, ...(node.kind === 'port' ? { target: node.target } : {}) }];
}

/** With its texts in the middle. */
function atomicPart(state: AnyStateNode, area: Area): Part {
  const texts = atomicTexts(state);
  const part: Part = { kind: 'state', state, area, texts };
  const left = area.x + (area.width - texts.width) / 2;
  const top = area.y + (area.height - texts.height) / 2;
  return { ...moved(part, left, top), area };
}

function markText(node: Extract<Node, { kind: 'any' | 'port' }>): string {
  return node.kind === 'any' ? 'any state' : `→ ${shortId(node.target)}`;
}
