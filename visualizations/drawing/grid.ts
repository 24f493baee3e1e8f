import type { Area, Size } from './placement.ts';

export interface Grid extends Size {
  readonly areas: readonly Area[];
}

const GAP = 8;

/** Rectangles side by side or below each other, in order, in rows or columns that they fill, near a shape. */
export function gridOf(sizes: readonly Size[], shape: number): Grid {
  const grids = partitions(sizes).flatMap((groups) => [
    inRows(groups),
    transposed(inRows(groups.map((group) => group.map(turned)))),
  ]);
  const [first, ...others] = grids;
  if (!first) throw new Error('a grid needs rectangles');
  return others.reduce((least, each) => (cost(each, shape) < cost(least, shape) ? each : least), first);
}

function cost({ width, height }: Size, shape: number): number {
  return Math.max(width ** 2 / shape, height ** 2 * shape);
}

function inRows(rows: readonly (readonly Size[])[]): Grid {
  const width = Math.max(...rows.map(widthOf));
  let y = 0;
  const areas = rows.flatMap((row) => {
    const height = Math.max(...row.map((size) => size.height));
    const more = (width - widthOf(row)) / row.length;
    let x = 0;
    const placed = row.map((size) => {
      const area = { x, y, width: size.width + more, height };
      x += area.width + GAP;
      return area;
    });
    y += height + GAP;
    return placed;
  });
  return { width, height: y - GAP, areas };
}

function widthOf(row: readonly Size[]): number {
  return row.reduce((sum, { width }) => sum + width, (row.length - 1) * GAP);
}

function turned({ width, height }: Size): Size {
  return { width: height, height: width };
}

function transposed({ width, height, areas }: Grid): Grid {
  return {
    width: height,
    height: width,
    areas: areas.map((area) => ({ x: area.y, y: area.x, width: area.height, height: area.width })),
  };
}

/** All ways to cut a list into parts, order kept. */
function partitions<T>(list: readonly T[]): T[][][] {
  const [first, ...rest] = list;
  if (first === undefined) return [[]];
  if (rest.length === 0) return [[[first]]];
  return partitions(rest).flatMap(([head = [], ...tail]) => [
    [[first], head, ...tail],
    [[first, ...head], ...tail],
  ]);
}
