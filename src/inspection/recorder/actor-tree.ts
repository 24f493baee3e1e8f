import { Actor, type AnyActor, type AnyStateMachine, isMachineSnapshot, type Snapshot, StateMachine } from 'xstate';
import type { WireActor, WireSnapshot } from '../wire.ts';

/** Snapshots of one actor that are kept, however much others have to tell. */
const MOST_KEPT = 50;
/** Of all actors together; the more there are the fewer each keeps, down to `LEAST_KEPT`. */
const ALL_KEPT = 50_000;
const LEAST_KEPT = 10;

/** An actor that is told of. */
export class WatchedActor {
  readonly actor: AnyActor;
  readonly parent: WatchedActor | undefined;
  readonly children = new Map<string, WatchedActor>();
  /** What was told when it came. */
  readonly told: WireActor;
  /** The newest one that was looked at. */
  snapshot: Snapshot<unknown>;
  #tags: string | undefined;
  /** What a person would call a change… */
  readonly #changes: WireSnapshot[] = [];
  /** …and the rest: a heartbeat has three of them for each ping. */
  readonly #details: WireSnapshot[] = [];

  constructor(actor: AnyActor, parent: WatchedActor | undefined, told: WireActor) {
    this.actor = actor;
    this.parent = parent;
    this.told = told;
    this.snapshot = actor.getSnapshot();
    this.#tags = told.snapshot.tags?.join();
  }

  /** Keeps a snapshot, and of those before as many as there is room for. */
  keep(event: WireSnapshot, room: number): void {
    const { cause, snapshot } = event;
    const tags = snapshot.tags?.join();
    const isChange = cause !== undefined || snapshot.status !== 'active' || tags !== this.#tags;
    this.#tags = tags;
    (isChange ? this.#changes : this.#details).push(event);
    const details = Math.ceil(room / 5);
    this.#details.splice(0, this.#details.length - details);
    this.#changes.splice(0, this.#changes.length - room + details);
  }

  /** Its last snapshots, the newest included. */
  get past(): WireSnapshot[] {
    return [...this.#changes, ...this.#details];
  }
}

/** Who is there. Those that have gone never come back: another one of the same name is another actor. */
export class ActorTree {
  readonly #watched = new Map<AnyActor, WatchedActor>();
  readonly #gone = new WeakSet<AnyActor>();

  find(actor: AnyActor): WatchedActor | undefined {
    return this.#watched.get(actor);
  }

  /** Machines, and the children of groups, whose ids are paths. The others belong to one of these. */
  isWatched(actor: AnyActor): boolean {
    return !this.#gone.has(actor) && (machineOf(actor) !== undefined || actor.id.includes('/'));
  }

  add(watched: WatchedActor): void {
    this.#watched.set(watched.actor, watched);
    watched.parent?.children.set(watched.actor.sessionId, watched);
  }

  /** Takes an actor away with all below it; answers with them, the lowest first. */
  remove(watched: WatchedActor): WatchedActor[] {
    const removed = [...watched.children.values()].flatMap((child) => this.remove(child));
    this.#watched.delete(watched.actor);
    this.#gone.add(watched.actor);
    watched.parent?.children.delete(watched.actor.sessionId);
    return [...removed, watched];
  }

  /** How many snapshots each actor may keep. */
  get room(): number {
    return Math.max(LEAST_KEPT, Math.min(MOST_KEPT, Math.floor(ALL_KEPT / Math.max(1, this.#watched.size))));
  }

  /** In the order in which they came, so parents before their children. */
  get actors(): Iterable<WatchedActor> {
    return this.#watched.values();
  }
}

export function machineOf({ logic }: AnyActor): AnyStateMachine | undefined {
  return logic instanceof StateMachine ? logic : undefined;
}

export function childrenOf(snapshot: Snapshot<unknown>): AnyActor[] {
  if (!isMachineSnapshot(snapshot)) return [];
  return Object.values<unknown>(snapshot.children).filter((child) => child instanceof Actor);
}
