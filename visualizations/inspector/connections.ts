import type { Actor } from './actor.ts';
import type { Model } from './model.ts';

/** A connection as it is listed: one that we dialled, or one that we accepted. */
export interface Connection {
  readonly actor: Actor;
  readonly kind: 'dialled' | 'accepted';
  readonly word: string;
  /** `ticks/exchange`; of a peer its own path. */
  readonly path: string;
  readonly host: string;
  readonly attempt: number;
  readonly reconnects: number;
  readonly since: number;
  readonly cause: string;
}

export function isConnection({ machine }: Pick<Actor, 'machine'>): boolean {
  return machine === 'connection' || machine === 'peer';
}

/** All connections of a model, in the order in which they were first seen. */
export function connectionsOf(model: Model): Connection[] {
  const found: Connection[] = [];
  for (const actor of model.actors.values()) if (isConnection(actor)) found.push(connectionOf(actor, model));
  return found;
}

/** Those of an actor are the same as long as the actor and its sample are: only what has changed is made anew. */
const MADE = new WeakMap<Actor, { readonly sample: object | undefined; readonly connection: Connection }>();

export function connectionOf(actor: Actor, model: Model): Connection {
  const sample = model.measurements.components.get(actor.component)?.sample.connection;
  const made = MADE.get(actor);
  if (made && made.sample === sample) return made.connection;
  const { context } = actor.snapshot;
  const lives = context?.lives;
  const attempt = context?.attempt;
  const connection: Connection = {
    actor,
    kind: actor.machine === 'peer' ? 'accepted' : 'dialled',
    word: actor.word,
    path: actor.component,
    host: sample ? hostOf(sample.url) : addressOf(actor),
    attempt: typeof attempt === 'number' ? attempt : (sample?.attempt ?? 0),
    reconnects: typeof lives === 'number' ? Math.max(0, lives - 1) : (sample?.reconnects ?? 0),
    since: actor.since,
    cause: actor.cause ?? sample?.cause ?? '',
  };
  MADE.set(actor, { sample, connection });
  return connection;
}

/** Whether the cause says why it is as it is; else it is of the past. */
export function isExplained({ word }: Pick<Actor, 'word'>): boolean {
  return word === 'waiting' || word === 'failed' || word === 'connecting';
}

/** `feed.example.com:8443` of a URL whose secrets may be hidden by marks that no URL has. */
export function hostOf(url: string): string {
  return /^[a-z+.-]+:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url)?.[1] ?? url;
}

/** Where a peer's bytes come from, where that is told; else which address it came to. */
function addressOf({ snapshot, component }: Actor): string {
  const address = snapshot.context?.address;
  if (typeof address === 'string') return address;
  return /\/listener\/([^/]+)/.exec(component)?.[1] ?? '';
}
