import type { Sample } from '../../src/inspection/wire.ts';
import { continued, type Point, pointOf, pointsFor, rateOf, type Series, summed } from './series.ts';

/** Components that are measured; further ones are left out. */
export const COMPONENTS = 20_000;

/** Key of the series of everything together. A pipeline's is its name, a component's `ticks/exchange`. */
export const EVERYTHING = '';

/** What is known of one component beside its actors. */
export interface Component {
  readonly pipeline: string;
  readonly sample: Sample;
  readonly point: Point;
  /** Since when it has delivered nothing although it owes something, in milliseconds since the epoch. */
  readonly owesSince: number | undefined;
}

/** The last sample of each component, and what is drawn of it, of its pipeline and of everything. */
export class Measurements {
  #components = new Map<string, Component>();
  #series = new Map<string, Series>();
  /** When samples were told last, of whichever component. */
  #sampledAt: number | undefined;

  get components(): ReadonlyMap<string, Component> {
    return this.#components;
  }

  get series(): ReadonlyMap<string, Series> {
    return this.#series;
  }

  copy(): Measurements {
    const copy = new Measurements();
    copy.#components = new Map(this.#components);
    copy.#series = new Map(this.#series);
    copy.#sampledAt = this.#sampledAt;
    return copy;
  }

  take(samples: readonly Sample[], at: number): void {
    const since = this.#sampledAt;
    this.#sampledAt = at;
    const touched = new Set<string>([EVERYTHING]);
    for (const sample of samples) {
      const before = this.#components.get(sample.component);
      if (!before && this.#components.size >= COMPONENTS) continue;
      const pipeline = before?.pipeline ?? pipelineOf(sample.component);
      const point = pointOf(sample, rateOf(before?.sample.events, sample.events, since, at), at);
      const owesSince = owingSince(before, sample, at);
      this.#components.set(sample.component, { pipeline, sample, point, owesSince });
      if (!before) this.#forgetTotals(pipeline);
      this.#draw(sample.component, point, pointsFor(this.#components.size));
      touched.add(pipeline);
    }
    for (const pipeline of touched) this.#draw(pipeline, summed(this.#membersOf(pipeline), at), pointsFor(1));
  }

  /** What was added up without a component is no total of all of them: it would seem to have grown. */
  #forgetTotals(pipeline: string): void {
    this.#series.delete(pipeline);
    this.#series.delete(EVERYTHING);
  }

  #draw(key: string, point: Point, bound: number): void {
    this.#series.set(key, continued(this.#series.get(key), point, bound));
  }

  *#membersOf(pipeline: string): Generator<{ readonly role: Sample['role']; readonly point: Point }> {
    for (const each of this.#components.values()) {
      if (pipeline === EVERYTHING || pipeline === each.pipeline) yield { role: each.sample.role, point: each.point };
    }
  }
}

/** Events that a sink has taken and not settled. What a source has handed on, its sinks owe. */
export function owedBy({ role, inFlight, waiting = 0 }: Sample): number {
  return role === 'sink' ? inFlight + waiting : 0;
}

function owingSince(before: Component | undefined, sample: Sample, at: number): number | undefined {
  if (owedBy(sample) === 0) return undefined;
  const hasDelivered = sample.events !== before?.sample.events;
  return hasDelivered ? at : (before?.owesSince ?? at);
}

/** `ticks` of `ticks/exchange`. */
export function pipelineOf(component: string): string {
  return component.split('/', 1)[0] ?? component;
}
