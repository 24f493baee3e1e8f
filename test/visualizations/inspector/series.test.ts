import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MEASURES,
  measuresOf,
  pathsOf,
  totalDrawn,
  WINDOWS,
  windowOf,
} from '../../../visualizations/inspector/measures.ts';
import {
  continued,
  LEAST_POINTS,
  POINTS,
  type Point,
  pointsFor,
  rateOf,
  type Series,
  summed,
} from '../../../visualizations/inspector/series.ts';
import { extended, newestOf, type Trail } from '../../../visualizations/inspector/trail.ts';
import { sampleOf } from './story.ts';

const NOW = 1_000_000;
const WINDOW = 60_000;

function point(at: number, parts: Partial<Point> = {}): Point {
  return { at, rate: 0, inFlight: 0, fill: undefined, reconnects: undefined, latency: undefined, ...parts };
}

describe('a rate', () => {
  test('is what a counter rose by, per second', () => {
    expect(rateOf(100, 160, NOW - 500, NOW)).toBe(120);
  });

  test('counts from nothing when the counter has begun anew', () => {
    expect(rateOf(100, 30, NOW - 1000, NOW)).toBe(30);
  });

  test('is not known at the first sample', () => {
    expect(rateOf(undefined, 5000, NOW - 1000, NOW)).toBe(0);
  });

  test('after a silence is that of the last second: nothing was told because nothing came', () => {
    expect(rateOf(100, 160, NOW - 60_000, NOW)).toBe(60);
  });

  test('does not become infinite when two samples are of the same millisecond', () => {
    expect(rateOf(100, 160, NOW, NOW)).toBe(60);
  });
});

describe('a series', () => {
  test('has no rate in a time in which nothing was told', () => {
    const series = continued(continued(undefined, point(NOW, { rate: 9 }), 10), point(NOW + 10_000, { rate: 7 }), 10);
    expect(newestOf(series, 10).map(({ at, rate }) => [at - NOW, rate])).toEqual([
      [10_000, 7],
      [9000, 0],
      [1000, 0],
      [0, 9],
    ]);
  });

  test('is bounded', () => {
    let series: Series | undefined;
    for (let second = 0; second < 5 * POINTS; second += 1) series = continued(series, point(second * 1000), POINTS);
    expect(newestOf(series, Number.POSITIVE_INFINITY).length).toBeLessThan(2 * POINTS);
  });

  test.each([
    [1, POINTS],
    [900, 100],
    [20_000, LEAST_POINTS],
  ])('among %i keeps %i points', (components, points) => {
    expect(pointsFor(components)).toBe(points);
  });
});

describe('sums', () => {
  test('count what is in flight once, where it was handed on', () => {
    const points = [
      { role: 'source', point: point(NOW, { rate: 5, inFlight: 7 }) },
      { role: 'sink', point: point(NOW, { rate: 5, inFlight: 7 }) },
    ] as const;
    expect(summed(points, NOW)).toMatchObject({ rate: 5, inFlight: 7 });
  });

  test('take the fullest buffer and the longest latency, and add reconnects up', () => {
    const points = [
      { role: 'source', point: point(NOW, { reconnects: 2, latency: 4 }) },
      { role: 'sink', point: point(NOW, { fill: 0.25, reconnects: 3 }) },
      { role: 'sink', point: point(NOW, { fill: 0.5 }) },
    ] as const;
    expect(summed(points, NOW)).toMatchObject({ fill: 0.5, latency: 4, reconnects: 5 });
  });

  test('have no rate of a component that has not changed', () => {
    expect(summed([{ role: 'source', point: point(NOW - 1000, { rate: 9, inFlight: 2 }) }], NOW)).toMatchObject({
      rate: 0,
      inFlight: 2,
    });
  });
});

test('a trail keeps the newest items, however it grew', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (items, bound) => {
      let trail: Trail<number> | undefined;
      for (const item of items) trail = extended(trail, item, bound);
      expect(newestOf(trail, bound)).toEqual(items.slice(-bound).reverse());
    }),
  );
});

describe('a chart', () => {
  const [rate, , , latency, reconnects] = MEASURES;
  if (!rate || !latency || !reconnects) throw new Error('rate, latency and reconnects are measured');

  test('says the last, the least and the greatest value', () => {
    const points = [3, 9, 6].map((value, second) => point(NOW + second * 1000, { rate: value }));
    expect(measuresOf(points, rate, NOW + 2000, WINDOW)).toMatchObject({ last: 6, least: 3, most: 9 });
  });

  test('of a total says what was added, also when it began anew in between', () => {
    const points = [100, 103, 1, 2].map((value, second) => point(NOW + second * 1000, { reconnects: value }));
    expect(measuresOf(points, reconnects, NOW + 3000, WINDOW)).toMatchObject({ last: 2, added: 4 });
  });

  test('of a total draws what was added', () => {
    const points = [100, 103].map((value, second) => point(NOW + second * 1000, { reconnects: value }));
    const measured = measuresOf(points, reconnects, NOW + 1000, WINDOW);
    expect(measured && totalDrawn(measured)).toMatchObject({ steps: [{ value: 0 }, { value: 3 }], most: 3 });
  });

  test.each([
    ['a source', sampleOf('ticks/a'), ['Rate', 'In flight', 'Latency']],
    ['a sink', sampleOf('ticks/b', { role: 'sink' }), ['Rate', 'In flight', 'Buffer']],
    [
      'a sink with a connection',
      sampleOf('ticks/b', {
        role: 'sink',
        connection: { state: 'live', url: 'ws://a', since: NOW, attempt: 0, reconnects: 0 },
      }),
      ['Rate', 'In flight', 'Buffer', 'Reconnects'],
    ],
  ])('of %s is shown of what is measured there', (_, sample, titles) => {
    expect(MEASURES.filter(({ isOf }) => isOf(sample)).map(({ title }) => title)).toEqual(titles);
  });

  test('says nothing of what was never measured', () => {
    expect(measuresOf([point(NOW)], latency, NOW, WINDOW)).toBeUndefined();
  });

  test('says that nothing flows when nothing was told lately', () => {
    expect(measuresOf([point(NOW, { rate: 9 })], rate, NOW + 5000, WINDOW)?.last).toBe(0);
  });

  test('goes on with what was measured before its window', () => {
    const points = [point(NOW, { latency: 12 }), point(NOW + 2 * WINDOW)];
    expect(measuresOf(points, latency, NOW + 2 * WINDOW, WINDOW)?.last).toBe(12);
  });

  test.each([
    ['a minute at least', 0, WINDOWS[0]],
    ['as long as what is known', 100_000, WINDOWS[1]],
    ['five minutes at most', 1_000_000, WINDOWS[2]],
  ])('covers %s', (_, age, window) => {
    expect(windowOf([point(NOW - age), point(NOW)], NOW)).toBe(window);
  });

  test('draws within its place, the newest at the right', () => {
    const steps = [
      { at: NOW - WINDOW, value: 0 },
      { at: NOW - WINDOW / 2, value: 10 },
    ];
    expect(pathsOf({ steps, most: 10 }, NOW, { window: WINDOW, width: 200, height: 40 }).line).toBe('M0 39H100V2H200');
  });
});
