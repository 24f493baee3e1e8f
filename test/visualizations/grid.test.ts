import { describe, expect, test } from 'vitest';
import { gridOf } from '../../visualizations/drawing/grid.ts';

describe('a grid', () => {
  test('puts squares side by side where it is to be wide', () => {
    const { areas } = gridOf(
      Array.from({ length: 3 }, () => ({ width: 100, height: 100 })),
      3,
    );
    expect(areas.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [108, 0],
      [216, 0],
    ]);
  });

  test('puts them below each other where it is to be tall', () => {
    const { areas } = gridOf(
      Array.from({ length: 3 }, () => ({ width: 100, height: 100 })),
      1 / 3,
    );
    expect(areas.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [0, 108],
      [0, 216],
    ]);
  });

  test('puts small ones in a column beside a tall one, which they fill', () => {
    const { areas, height } = gridOf(
      [
        { width: 100, height: 208 },
        { width: 50, height: 100 },
        { width: 50, height: 80 },
      ],
      1,
    );
    expect(height).toBe(208);
    expect(areas.slice(1)).toEqual([
      { x: 108, y: 0, width: 50, height: 110 },
      { x: 108, y: 118, width: 50, height: 90 },
    ]);
  });

  test('lets none overlap', () => {
    const sizes = [90, 40, 70, 20, 60].map((size) => ({ width: size, height: 100 - size }));
    const { areas } = gridOf(sizes, 1.5);
    const overlapping = areas.filter((a, index) =>
      areas.some(
        (b, other) =>
          other > index && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height,
      ),
    );
    expect(overlapping).toEqual([]);
  });
});
