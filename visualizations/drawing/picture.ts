import type { AnyStateNode } from 'xstate';
import type { LabelLine } from './label.ts';
import type { Area, PlacedArrow, Point, Size } from './placement.ts';
import type { Line, Texts } from './rows.ts';
import type { Edge } from './scope.ts';

/** All that is to be seen of something, with its own upper left as the origin. */
export interface Picture extends Size {
  /** How much smaller than another one it must be to be as good: from 1. */
  readonly strain: number;
  readonly parts: readonly Part[];
}

/** The picture of a state: its box comes first. */
export interface StatePicture extends Picture {
  readonly parts: readonly [StatePart, ...Part[]];
}

export type Part = StatePart | MarkPart | EdgePart | DotPart;

export interface StatePart {
  readonly kind: 'state';
  readonly state: AnyStateNode;
  readonly area: Area;
  readonly texts: Texts;
}

/** Of what stands for another state: `any state`, `→ lost`. */
export interface MarkPart {
  readonly kind: 'mark';
  readonly area: Area;
  readonly name: Line;
  readonly target?: AnyStateNode;
}

export interface EdgePart {
  readonly kind: 'edge';
  readonly edge: Edge;
  readonly arrow: PlacedArrow;
  readonly label: readonly LabelLine[];
}

/** From which an arrow leads to the initial state. */
export interface DotPart {
  readonly kind: 'dot';
  readonly area: Area;
}

/** That which takes the least room in a frame of these proportions, width to height. */
export function best<T extends Picture>(pictures: readonly T[], shape: number): T {
  const [first, ...others] = pictures;
  if (!first) throw new Error('there is no picture to choose from');
  return others.reduce((least, each) => (roomOf(each, shape) < roomOf(least, shape) ? each : least), first);
}

/** Parts in an area that may be larger than their picture; its box fills the area, what is inside stays in the middle. */
export function stretched({ width, height, parts: [box, ...inside] }: StatePicture, area: Area): Part[] {
  const left = area.x + (area.width - width) / 2;
  const top = area.y + (area.height - height) / 2;
  return [{ ...moved(box, area.x, area.y), area }, ...inside.map((part) => moved(part, left, top))];
}

export function moved<T extends Part>(part: T, dx: number, dy: number): T {
  const shift = <P extends Point>(point: P): P => ({ ...point, x: point.x + dx, y: point.y + dy });
  switch (part.kind) {
    case 'edge': {
      const { path, head, lines } = part.arrow;
      const arrow = { path: path.map(shift), head: head.map(shift), lines: lines.map(shift) };
      return { ...part, arrow, label: part.label.map(shift) };
    }
    case 'state': {
      const rows = part.texts.rows.map((row) => ({ ...row, lines: row.lines.map(shift) }));
      return { ...part, area: shift(part.area), texts: { ...part.texts, name: shift(part.texts.name), rows } };
    }
    case 'mark':
      return { ...part, area: shift(part.area), name: shift(part.name) };
    case 'dot':
      return { ...part, area: shift(part.area) };
  }
}

function roomOf({ width, height, strain }: Picture, shape: number): number {
  return (Math.max(width ** 2 / shape, height ** 2 * shape) + 0.3 * width * height) * strain;
}
