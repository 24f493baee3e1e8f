import type { Sample } from '../../src/inspection/wire.ts';
import { PERIOD, type Point } from './series.ts';
import { shortText, spanText } from './texts.ts';

/** A member of the points that is drawn. */
export interface Measure {
  readonly title: string;
  readonly unit: string;
  readonly value: (point: Point) => number | undefined;
  readonly text: (value: number) => string;
  /** What it is, for somebody who does not know. */
  readonly about: string;
  /** A rate is nothing while nothing is told; the others stay as they were. Of a total it is shown what was added. */
  readonly kind: 'rate' | 'level' | 'total';
  /** Whether it is measured of such a component. */
  readonly isOf: (sample: Sample) => boolean;
}

export const MEASURES: readonly Measure[] = [
  {
    title: 'Rate',
    unit: ' /s',
    value: ({ rate }) => rate,
    text: shortText,
    about: 'Events per second that a source receives, or a sink delivers',
    kind: 'rate',
    isOf: () => true,
  },
  {
    title: 'In flight',
    unit: '',
    value: ({ inFlight }) => inFlight,
    text: shortText,
    about: 'Events that were handed on and are not settled yet',
    kind: 'level',
    isOf: () => true,
  },
  {
    title: 'Buffer',
    unit: '',
    value: ({ fill }) => fill,
    text: percentText,
    about: 'Share of a sink’s buffer that is taken; of several, the fullest',
    kind: 'level',
    isOf: ({ role }) => role === 'sink',
  },
  {
    title: 'Latency',
    unit: '',
    value: ({ latency }) => latency,
    text: spanText,
    about: 'Measured per source: from the hand-on of an event until every sink has settled it; the longest',
    kind: 'level',
    isOf: ({ role }) => role === 'source',
  },
  {
    title: 'Reconnects',
    unit: '',
    value: ({ reconnects }) => reconnects,
    text: shortText,
    about: 'How often a connection was live again after it was lost, since the start',
    kind: 'total',
    isOf: ({ connection }) => connection !== undefined,
  },
];

/** Milliseconds that a chart covers: the shortest of these that holds all that is known, else the longest. */
export const WINDOWS = [60 * PERIOD, 120 * PERIOD, 300 * PERIOD] as const;

export function windowOf(points: readonly Point[], now: number): number {
  const age = now - (points[0]?.at ?? now);
  return WINDOWS.find((window) => age <= window) ?? WINDOWS[2];
}

/** After so long without a sample nothing flows. */
const STALE = 2.5 * PERIOD;

export interface Step {
  readonly at: number;
  readonly value: number;
}

export interface Measured {
  readonly steps: readonly Step[];
  readonly last: number;
  readonly least: number;
  readonly most: number;
  /** How much the values rose by, whatever they fell by in between. */
  readonly added: number;
}

/** What a chart shows of the points, oldest first; nothing when it was never measured. */
export function measuresOf(
  points: readonly Point[],
  measure: Measure,
  now: number,
  window: number,
): Measured | undefined {
  const steps: Step[] = [];
  for (const point of points) {
    const value = measure.value(point);
    if (value !== undefined && point.at >= now - window) steps.push({ at: point.at, value });
  }
  // What has not changed within the window is still what it was before.
  const before = points.findLast((point) => point.at < now - window && measure.value(point) !== undefined);
  const first = before && measure.value(before);
  if (first !== undefined) steps.unshift({ at: now - window, value: first });
  const newest = steps.at(-1);
  if (!newest) return undefined;
  if (measure.kind === 'rate' && now - newest.at > STALE) steps.push({ at: newest.at + PERIOD, value: 0 });
  const values = steps.map(({ value }) => value);
  const added = values.reduce((sum, value, index) => sum + Math.max(0, value - (values[index - 1] ?? value)), 0);
  return { steps, last: values.at(-1) ?? 0, least: Math.min(...values), most: Math.max(...values), added };
}

/** A running total as it is drawn: what was added since the beginning of the chart. */
export function totalDrawn({ steps, least, most }: Measured): Pick<Measured, 'steps' | 'most'> {
  return { steps: steps.map(({ at, value }) => ({ at, value: value - least })), most: most - least };
}

/** Where it is drawn: in milliseconds, and in units of the drawing. */
export interface Place {
  readonly window: number;
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  readonly line: string;
  readonly area: string;
}

/** SVG paths that keep each value until the next one; the newest is at the right. */
export function pathsOf(
  { steps, most }: Pick<Measured, 'steps' | 'most'>,
  now: number,
  { window, width, height }: Place,
): Drawing {
  const x = (at: number) => round(Math.max(0, width - ((now - at) / window) * width));
  const y = (value: number) => round(height - 1 - (most > 0 ? value / most : 0) * (height - 3));
  const [first, ...others] = steps;
  if (!first) return { line: '', area: '' };
  const parts = others.map(({ at, value }) => `H${x(at)}V${y(value)}`);
  const line = `M${x(first.at)} ${y(first.value)}${parts.join('')}H${width}`;
  return { line, area: `${line}V${height}H${x(first.at)}Z` };
}

function percentText(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 1 ? '<1 %' : `${Math.round(percent)} %`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
