import type { Actor } from './actor.ts';
import { connectionOf, isConnection } from './connections.ts';
import { type Component, owedBy } from './measurements.ts';
import type { Model } from './model.ts';
import { countText, spanText } from './texts.ts';
import { isTroubled } from './words.ts';

/** Milliseconds that a sink may owe events without delivering any before it is said to stall. */
export const STALL = 10_000;
/** Share of a buffer from which on it is nearly full. */
export const NEARLY_FULL = 0.9;

/** What is not as it should be, one of each component. */
export interface Trouble {
  /** Key of the actor that shows it. */
  readonly key: string | undefined;
  readonly word: string;
  readonly path: string;
  readonly since: number;
  readonly why: string;
}

/** All of them: what failed first, then what changed last. `now`: milliseconds since the epoch. */
export function troublesOf(model: Model, now: number): Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const actor of model.actors.values()) {
    // A sink's connection comes after the sink, and says more of what troubles both.
    if (isActorTroubled(actor)) troubles.set(actor.component, troubleOf(actor, model));
  }
  addSinks(troubles, model, (component) => remarksOn(component, now));
  return sorted(troubles);
}

/** What is left when the supervisor has stopped: what failed, and sinks that have not delivered all that they took. */
export function remainsOf(model: Model): Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const actor of model.actors.values()) {
    if (actor.word === 'failed') troubles.set(actor.component, troubleOf(actor, model));
  }
  addSinks(troubles, model, ({ sample, point }) => {
    const owed = owedBy(sample);
    return owed === 0 ? undefined : { word: 'owing', since: point.at, texts: [`${countText(owed)} not delivered`] };
  });
  return sorted(troubles);
}

/** Events that sinks have not delivered, by their last samples. */
export function owedIn(model: Model): number {
  let owed = 0;
  for (const { sample } of model.measurements.components.values()) owed += owedBy(sample);
  return owed;
}

/** The supervisor has ended, as far as it was told. */
export function hasStopped({ root }: Model): boolean {
  return root !== undefined && (root.gone || root.snapshot.status !== 'active');
}

interface Remarks {
  readonly word: string;
  readonly since: number;
  readonly texts: readonly string[];
}

function isActorTroubled(actor: Actor): boolean {
  if (actor.word === 'connecting') return isRetrying(actor);
  return isTroubled(actor.word) && !(actor.gone && actor.machine === 'peer');
}

/** It dials anew after attempts that failed. */
function isRetrying({ machine, snapshot }: Actor): boolean {
  const backoffs = snapshot.context?.backoffs;
  return machine === 'connection' && typeof backoffs === 'number' && backoffs > 0;
}

function troubleOf(actor: Actor, model: Model): Trouble {
  const { key, word, component, since } = actor;
  const cause = isConnection(actor) ? connectionOf(actor, model).cause : (actor.cause ?? '');
  return { key, word, path: component, since, why: isActive(actor) ? '' : cause };
}

/** Its connection is up, so that the cause that is known is an old one. */
function isActive({ word }: Actor): boolean {
  return word === 'blocked' || word === 'slow';
}

function remarksOn({ sample, owesSince }: Component, now: number): Remarks | undefined {
  const { waiting = 0, capacity = 0 } = sample;
  const texts: string[] = [];
  const isStalled = owesSince !== undefined && now - owesSince >= STALL;
  if (isStalled) texts.push(`delivers nothing since ${spanText(now - owesSince)}`);
  if (isStalled && sample.events === 0) texts.push('has never delivered any');
  if (isStalled && sample.failed > 0) texts.push(`${countText(sample.failed)} have failed`);
  if (capacity > 0 && waiting >= NEARLY_FULL * capacity) {
    const full = waiting >= capacity ? 'buffer full' : 'buffer nearly full';
    texts.push(`${full}: ${countText(waiting)} of ${countText(capacity)}`);
  }
  if (texts.length === 0) return undefined;
  return { word: isStalled ? 'stalled' : 'full', since: owesSince ?? now, texts };
}

function addSinks(
  troubles: Map<string, Trouble>,
  { actors, measurements }: Model,
  remark: (component: Component) => Remarks | undefined,
): void {
  const found = new Map<string, Remarks>();
  for (const [path, component] of measurements.components) {
    const remarks = remark(component);
    if (remarks) found.set(path, remarks);
  }
  if (found.size === 0) return;
  const keys = new Map<string, string>();
  for (const { component, key, machine } of actors.values()) {
    if (found.has(component) && (machine === 'delivery' || !keys.has(component))) keys.set(component, key);
  }
  for (const [path, { word, since, texts }] of found) {
    const known = troubles.get(path);
    const why = [known?.why ?? '', ...texts].filter(Boolean).join('; ');
    troubles.set(path, known ? { ...known, why } : { key: keys.get(path), word, path, since, why });
  }
}

function sorted(troubles: ReadonlyMap<string, Trouble>): Trouble[] {
  return [...troubles.values()].sort(
    (a, b) => Number(b.word === 'failed') - Number(a.word === 'failed') || b.since - a.since,
  );
}
