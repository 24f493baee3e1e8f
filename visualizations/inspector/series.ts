import type { Sample } from '../../src/inspection/wire.ts';
import { extended, type Trail } from './trail.ts';

/** What is drawn of a component, or of all of them together, at one moment. */
export interface Point {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Events per second. */
  readonly rate: number;
  readonly inFlight: number;
  /** Share of the buffer that is taken, 0 to 1; only where there is a buffer. */
  readonly fill: number | undefined;
  readonly reconnects: number | undefined;
  /** Milliseconds. */
  readonly latency: number | undefined;
}

export type Series = Trail<Point>;

/** Points that are kept of one component: five minutes of samples. */
export const POINTS = 300;
/** Of all components together; the more there are, the fewer each keeps, down to `LEAST_POINTS`. */
export const ALL_POINTS = 90_000;
export const LEAST_POINTS = 60;
/** Milliseconds between two samples. */
export const PERIOD = 1000;

/** Since a sample is told only when something has changed, a longer time without one was a time without events. */
const LONGEST_TICK = 2.5 * PERIOD;

export function pointsFor(components: number): number {
  return Math.max(LEAST_POINTS, Math.min(POINTS, Math.floor(ALL_POINTS / Math.max(1, components))));
}

/**
 * Events per second between two samples of a counter. `since`: when samples were told before, of whichever component.
 * A counter that falls has begun anew.
 */
export function rateOf(before: number | undefined, after: number, since: number | undefined, at: number): number {
  if (before === undefined || since === undefined) return 0;
  const events = after >= before ? after - before : after;
  const time = at - since;
  return (events * 1000) / (time > 0 && time <= LONGEST_TICK ? time : PERIOD);
}

export function pointOf(sample: Sample, rate: number, at: number): Point {
  const { waiting, capacity } = sample;
  return {
    at,
    rate,
    inFlight: sample.inFlight,
    fill: waiting !== undefined && capacity !== undefined && capacity > 0 ? waiting / capacity : undefined,
    reconnects: sample.connection?.reconnects,
    latency: sample.latency,
  };
}

/** The series with one more point, and with the times in between in which nothing was told. */
export function continued(series: Series | undefined, point: Point, bound: number): Series {
  const last = series?.newest;
  if (!last || point.at - last.at <= LONGEST_TICK) return extended(series, point, bound);
  const still = { ...last, rate: 0, latency: undefined };
  const begun = extended(series, { ...still, at: last.at + PERIOD }, bound);
  return extended(extended(begun, { ...still, at: point.at - PERIOD }, bound), point, bound);
}

/** What all components of a pipeline come to: rates of its sources, and the fullest of its buffers. */
export function summed(points: Iterable<{ readonly role: Sample['role']; readonly point: Point }>, at: number): Point {
  let rate = 0;
  let inFlight = 0;
  let fill: number | undefined;
  let reconnects: number | undefined;
  let latency: number | undefined;
  for (const { role, point } of points) {
    // What a source hands on is in flight in its sinks: it is counted once.
    if (role === 'source') {
      rate += point.at === at ? point.rate : 0;
      inFlight += point.inFlight;
    }
    fill = largest(fill, point.fill);
    if (point.reconnects !== undefined) reconnects = (reconnects ?? 0) + point.reconnects;
    if (point.at === at) latency = largest(latency, point.latency);
  }
  return { at, rate, inFlight, fill, reconnects, latency };
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
