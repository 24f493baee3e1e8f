import type { Shown } from '../../src/inspection/wire.ts';
import type { Actor } from './actor.ts';
import type { Model } from './model.ts';
import { shortPath } from './texts.ts';

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
  /** A sink without room keeps it from being read. */
  readonly held: boolean;
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
    held: isHeld(actor),
  };
  MADE.set(actor, { sample, connection });
  return connection;
}

/** Whether the cause says why it is as it is; else it is of the past. */
export function isExplained({ word }: Pick<Actor, 'word'>): boolean {
  return word === 'waiting' || word === 'failed' || word === 'connecting';
}

/** Connections that are there; a peer that has gone is not. */
export function isPresent({ word }: Pick<Connection, 'word'>): boolean {
  return word !== 'gone';
}

/** An accepted one by its own name first: what it came to is the same for many. */
export function listedPath({ kind, path }: Pick<Connection, 'kind' | 'path'>): string {
  if (kind === 'dialled') return shortPath(path);
  const end = path.lastIndexOf('/');
  return `${path.slice(end + 1)} · ${path.slice(0, end)}`;
}

/** Of a connection the region says it; of a peer that nobody watches there is no sign. */
function isHeld({ gone, leaves }: Actor): boolean {
  return !gone && leaves.some((leaf) => leaf.endsWith('.flow.paused') || /^live\..*\.suspended$/.test(leaf));
}

function isRecord(value: Shown | undefined): value is { readonly [member: string]: Shown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `feed.example.com:8443` of a URL whose secrets may be hidden by marks that no URL has. */
export function hostOf(url: string): string {
  return /^[a-z+.-]+:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url)?.[1] ?? url;
}

/** Where a peer's bytes come from, where that is told; else which address it came to. */
function addressOf({ snapshot, component }: Actor): string {
  const { settings } = snapshot.context ?? {};
  const address = isRecord(settings) ? settings.address : undefined;
  if (typeof address === 'string' && address !== '') return address;
  return /\/listener\/([^/]+)/.exec(component)?.[1] ?? '';
}
