import type { WireActor, WireEvent, WireGap, WireSnapshot } from '../../src/inspection/wire.ts';
import { type Actor, componentOf, type Entry } from './actor.ts';
import { Measurements } from './measurements.ts';
import { changeBetween, leavesOf } from './states.ts';
import { extended } from './trail.ts';
import { wordOf } from './words.ts';

/** Steps that are kept of one actor. */
export const STEPS = 200;
/** Of all actors together; the more there are, the fewer each keeps, down to `LEAST_STEPS`. */
export const ALL_STEPS = 60_000;
export const LEAST_STEPS = 20;
/** Actors that are shown; further ones are counted. */
export const ACTORS = 20_000;
/** Peers that have gone and are still listed; the oldest are forgotten. */
export const GONE_PEERS = 200;

export interface Tally {
  /** Events that were applied. */
  readonly events: number;
  /** Events that a bound kept from being told, as gaps say. */
  readonly untold: number;
  /** Of the last gap. */
  readonly reason: string | undefined;
  /** Actors beyond the bound. */
  readonly unshown: number;
}

/**
 * What the events told so far come to. Its actors and series are never changed, only replaced: a copy costs no more than
 * its lists, so a view that is paused and the checkpoints of a recording are copies.
 */
export class Model {
  #actors = new Map<string, Actor>();
  /** Keys of the actors that run, by session id. */
  #sessions = new Map<string, string>();
  #measurements = new Measurements();
  #gonePeers: string[] = [];
  #events = 0;
  #untold = 0;
  #reason: string | undefined;
  #unshown = 0;
  #rootKey: string | undefined;
  #time = 0;
  #structure: object = {};

  /** By key, in the order in which they were first seen. */
  get actors(): ReadonlyMap<string, Actor> {
    return this.#actors;
  }

  /** The supervisor. */
  get root(): Actor | undefined {
    return this.#rootKey === undefined ? undefined : this.#actors.get(this.#rootKey);
  }

  get measurements(): Pick<Measurements, 'components' | 'series'> {
    return this.#measurements;
  }

  get tally(): Tally {
    return { events: this.#events, untold: this.#untold, reason: this.#reason, unshown: this.#unshown };
  }

  /** Of the last event, in milliseconds since the epoch. */
  get time(): number {
    return this.#time;
  }

  /** Another object whenever an actor came or went; a copy has the same. */
  get structure(): object {
    return this.#structure;
  }

  actorOf(sessionId: string | undefined): Actor | undefined {
    const key = sessionId === undefined ? undefined : this.#sessions.get(sessionId);
    return key === undefined ? undefined : this.#actors.get(key);
  }

  copy(): Model {
    const copy = new Model();
    copy.#actors = new Map(this.#actors);
    copy.#sessions = new Map(this.#sessions);
    copy.#measurements = this.#measurements.copy();
    copy.#gonePeers = [...this.#gonePeers];
    copy.#events = this.#events;
    copy.#untold = this.#untold;
    copy.#reason = this.#reason;
    copy.#unshown = this.#unshown;
    copy.#rootKey = this.#rootKey;
    copy.#time = this.#time;
    copy.#structure = this.#structure;
    return copy;
  }

  apply(event: WireEvent): void {
    const at = Number(event.createdAt);
    this.#time = at;
    this.#events += 1;
    if (event.type === '@xstate.actor') this.#add(event, at);
    else if (event.type === '@xstate.snapshot') this.#step(event, at);
    else if (event.type === '@hawser.stop') this.#end(event.sessionId);
    else if (event.type === '@hawser.samples') this.#measurements.take(event.samples, at);
    else if (event.type === '@hawser.gap') this.#noteGap(event);
  }

  #add({ sessionId, name, parentId, machine, snapshot }: WireActor, at: number): void {
    const parent = this.actorOf(parentId);
    const key = parent ? `${parent.key} ${name}` : name;
    const before = this.#actors.get(key);
    if (!before && this.#actors.size >= ACTORS) {
      this.#unshown += 1;
      return;
    }
    // Told again of one that runs already, as after a new connection to the feed: it is no restart.
    const again = before?.sessionId === sessionId;
    if (before && !again) this.#sessions.delete(before.sessionId);
    this.#sessions.set(sessionId, key);
    this.#rootKey ??= key;
    this.#structure = {};
    const word = wordOf(machine, snapshot);
    this.#actors.set(key, {
      key,
      sessionId,
      name,
      parent: parent?.key,
      machine,
      component: componentOf(name, parent),
      snapshot,
      leaves: leavesOf(snapshot.value),
      word,
      since: again && before.word === word ? before.since : at,
      startedAt: again ? before.startedAt : at,
      restarts: before ? before.restarts + (again ? 0 : 1) : 0,
      gone: false,
      cause: before?.cause,
      timeline: before?.timeline,
    });
  }

  #step(event: WireSnapshot, at: number): void {
    const actor = this.actorOf(event.sessionId);
    if (!actor) return;
    const { snapshot, cause = causeIn(snapshot) } = event;
    const word = wordOf(actor.machine, snapshot);
    const edge = word !== actor.word;
    const leaves = leavesOf(snapshot.value);
    const change = changeBetween(actor.leaves, leaves);
    const entry: Entry = {
      id: event.id,
      at,
      event: event.event,
      ...change,
      value: snapshot.value,
      word,
      edge,
      transitions: event.transitions,
      cause: event.cause,
      causedBy: event.causedBy,
    };
    const isStep = edge || event.transitions.length > 0 || change.from.length + change.to.length > 0;
    this.#actors.set(actor.key, {
      ...actor,
      snapshot,
      leaves,
      word,
      since: edge ? at : actor.since,
      cause: cause ?? actor.cause,
      timeline: isStep ? extended(actor.timeline, entry, this.#stepsKept) : actor.timeline,
    });
  }

  get #stepsKept(): number {
    return Math.max(LEAST_STEPS, Math.min(STEPS, Math.floor(ALL_STEPS / Math.max(1, this.#actors.size))));
  }

  #noteGap({ events, reason }: WireGap): void {
    this.#untold += events;
    this.#reason = reason;
  }

  #end(sessionId: string): void {
    const actor = this.actorOf(sessionId);
    if (!actor) return;
    this.#sessions.delete(sessionId);
    this.#structure = {};
    if (actor.machine === 'peer') this.#retire(actor);
    else if (isShard(actor)) this.#actors.delete(actor.key);
    else this.#actors.set(actor.key, { ...actor, gone: true, ...this.#leaving(actor) });
  }

  /** What has not ended by itself was stopped from above. */
  #leaving({ snapshot }: Actor): Partial<Actor> {
    return snapshot.status === 'active' ? { word: 'stopped', since: this.#time } : {};
  }

  /** Peers come and go by the thousand, so that of those that have gone only the last are kept. */
  #retire(peer: Actor): void {
    this.#actors.set(peer.key, {
      ...peer,
      gone: true,
      word: 'gone',
      since: peer.word === 'closed' ? peer.since : this.#time,
    });
    this.#gonePeers.push(peer.key);
    if (this.#gonePeers.length <= GONE_PEERS) return;
    const oldest = this.#gonePeers.shift();
    if (oldest !== undefined) this.#actors.delete(oldest);
  }
}

/** A listener's group of peers: it ends with its last one and is of no interest afterwards. */
export function isShard({ machine, name }: Pick<Actor, 'machine' | 'name'>): boolean {
  return machine === 'supervisor' && name.startsWith('shard-');
}

function causeIn(snapshot: WireSnapshot['snapshot']): string | undefined {
  const cause = snapshot.context?.cause;
  return typeof cause === 'string' ? cause : undefined;
}
