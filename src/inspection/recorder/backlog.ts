import type { Sample, WireActor, WireEvent, WireSamples } from '../wire.ts';
import type { WatchedActor } from './actor-tree.ts';
import { EventRing } from './event-ring.ts';

interface NewestSample {
  readonly told: WireSamples;
  readonly sample: Sample;
  readonly text: string;
}

/**
 * What a newcomer is told. In order, it gives the present state: each actor that is there with what was told when it
 * came and with its newest snapshots, and before, between and after these the last events of all.
 */
export class Backlog {
  readonly #recent: EventRing<WireEvent>;
  /** Those that have gone, while something is kept of what they did. */
  readonly #gone = new Map<string, WireActor>();
  /** By role and component. */
  readonly #samples = new Map<string, NewestSample>();
  #forgotten = 0;

  constructor(capacity: number) {
    this.#recent = new EventRing(capacity);
  }

  /** Events that are not among the last ones any more. */
  get forgotten(): number {
    return this.#forgotten;
  }

  add(event: WireEvent): void {
    const oldest = this.#recent.push(event);
    if (!oldest) return;
    this.#forgotten += 1;
    // It was the last event of that actor.
    if (oldest.type === '@hawser.stop') this.#gone.delete(oldest.sessionId);
  }

  bury({ told }: WatchedActor): void {
    this.#gone.set(told.sessionId, told);
  }

  /** Of some samples, those that differ from the last one of their component. */
  changed(samples: readonly Sample[]): Sample[] {
    return samples.filter((sample) => this.#samples.get(keyOf(sample))?.text !== JSON.stringify(sample));
  }

  addSamples(told: WireSamples): void {
    for (const sample of told.samples) {
      this.#samples.set(keyOf(sample), { told, sample, text: JSON.stringify(sample) });
    }
  }

  events(actors: Iterable<WatchedActor>): WireEvent[] {
    const present = [...actors];
    const recent = [...this.#recent];
    const first = numberOf(recent[0]);
    const told = [...this.#gone.values(), ...present.map((each) => each.told)].sort(byNumber);
    const seen = new Set<string>();
    return [
      ...told.map((event) => definedOnce(event, seen)),
      ...present.flatMap(({ past }) => past.filter((event) => numberOf(event) < first)),
      ...recent,
      ...this.#newestSamples(),
    ]
      .map((event) => ({ event, number: numberOf(event) }))
      .sort((a, b) => a.number - b.number)
      .map(({ event }) => event);
  }

  #newestSamples(): WireSamples[] {
    const tellings = new Map<WireSamples, Sample[]>();
    for (const { told, sample } of this.#samples.values()) {
      const newest = tellings.get(told);
      if (newest) newest.push(sample);
      else tellings.set(told, [sample]);
    }
    return [...tellings].map(([told, samples]) => ({ ...told, samples }));
  }
}

/** Without its definition, when that has been told before. */
export function definedOnce(told: WireActor, seen: Set<string>): WireActor {
  const { definition, ...rest } = told;
  if (definition === undefined) return told;
  if (seen.has(definition)) return rest;
  seen.add(definition);
  return told;
}

function keyOf({ role, component }: Sample): string {
  return `${role} ${component}`;
}

function numberOf(event: WireEvent | undefined): number {
  return event === undefined ? Number.POSITIVE_INFINITY : Number(event.id);
}

function byNumber(a: WireEvent, b: WireEvent): number {
  return numberOf(a) - numberOf(b);
}
