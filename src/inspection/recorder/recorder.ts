import type { Observable } from 'rxjs';
import {
  Actor,
  type AnyActor,
  type AnyActorRef,
  type AnyEventObject,
  type InspectionEvent,
  isMachineSnapshot,
  type Snapshot,
} from 'xstate';
import type { Logger } from '../../environment.ts';
import { UsageError } from '../../errors.ts';
import { errorName } from '../shown/cause.ts';
import { causeOf } from '../shown/shown.ts';
import type { Sample, WireEvent, WireMessage, WireSnapshot, WireStop } from '../wire.ts';
import { ActorTree, childrenOf, WatchedActor } from './actor-tree.ts';
import { Announcements } from './announcements.ts';
import { Backlog, definedOnce } from './backlog.ts';
import { Handling } from './handling.ts';
import { TakenTransitions } from './taken-transitions.ts';
import { WireEvents } from './wire-events.ts';

export interface RecorderOptions {
  /** Wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly logger: Pick<Logger, 'warn'>;
  /** Events that are kept for newcomers, 1 or more; the oldest are forgotten, counted. Default 20 000. */
  readonly backlog?: number;
}

const BACKLOG = 20_000;

/** Turns what XState tells of the actors below a root into wire events. It never throws into an actor. */
export class Recorder {
  /** Every wire event as it comes; nothing of what came before. Hot; never errors; completes at `close()`. */
  readonly events$: Observable<WireEvent>;
  readonly #logger: RecorderOptions['logger'];
  readonly #announcements = new Announcements<WireEvent>();
  readonly #tree = new ActorTree();
  readonly #handling = new Handling();
  readonly #taken = new TakenTransitions();
  readonly #wire: WireEvents;
  readonly #backlog: Backlog;
  /** Definitions of machines that were told. */
  readonly #defined = new Set<string>();
  #root: AnyActor | undefined;
  #inspection: { unsubscribe(): void } | undefined;
  #closed = false;
  #recorded = 0;
  #faults = 0;

  /** @throws UsageError when the bound of the backlog is none. */
  constructor({ now, logger, backlog = BACKLOG }: RecorderOptions) {
    if (!Number.isInteger(backlog) || backlog < 1) {
      throw new UsageError(`backlog: ${backlog} is not a whole number from 1`);
    }
    this.#logger = logger;
    this.#wire = new WireEvents(now);
    this.#backlog = new Backlog(backlog);
    this.events$ = this.#announcements.told$;
  }

  /**
   * Watches the actors of this root's system, those that run already included.
   * @throws UsageError when it watches a root already, or is closed.
   */
  attach(root: AnyActorRef): void {
    if (this.#closed) throw new UsageError('the recorder is closed: it watches nothing any more');
    if (this.#root) throw new UsageError('a recorder watches one root, and this one has one already');
    if (!(root instanceof Actor)) throw new UsageError('a recorder watches an actor that createActor() has made');
    this.#root = root;
    this.#inspection = root.system.inspect((event) => this.#guarded(() => this.#hear(event)));
    this.#guarded(() => {
      this.#meetAll(root);
      const watched = this.#tree.find(root);
      if (watched && watched.snapshot.status !== 'active') this.#forget(watched);
    });
  }

  /**
   * What a newcomer needs: the past as far as it is kept, in order. Applied to an empty model it gives the present
   * state: of each living actor what was told when it came and its newest snapshots are never forgotten.
   */
  backlog(): WireEvent[] {
    this.#guarded(() => this.#lookAtRoot());
    return this.#backlog.events(this.#tree.actors);
  }

  /** Tells those samples that differ from the last one of their component; nothing when none does. */
  sample(samples: readonly Sample[]): void {
    this.#guarded(() => {
      this.#lookAtRoot();
      const changed = this.#backlog.changed(samples);
      if (this.#closed || changed.length === 0) return;
      const told = this.#wire.samples(changed);
      this.#backlog.addSamples(told);
      this.#announce(told);
    });
  }

  /** Watches nothing any more. The backlog stays. */
  close(): void {
    if (this.#closed) return;
    this.#guarded(() => this.#lookAtRoot());
    this.#closed = true;
    this.#inspection?.unsubscribe();
    this.#announcements.end();
  }

  /** `forgotten`: not among the last events any more. `faults`: errors of the recorder's own; something is missing. */
  get counts(): { readonly recorded: number; readonly forgotten: number; readonly faults: number } {
    return { recorded: this.#recorded, forgotten: this.#backlog.forgotten, faults: this.#faults };
  }

  #hear(event: InspectionEvent): void {
    const { actorRef: actor } = event;
    if (!(actor instanceof Actor)) return;
    switch (event.type) {
      case '@xstate.microstep':
        if (this.#tree.isWatched(actor)) this.#taken.add(actor, event._transitions);
        return;
      case '@xstate.event':
        this.#noteSent(actor, event.event, event.sourceRef instanceof Actor ? event.sourceRef : undefined);
        return;
      case '@xstate.snapshot':
        this.#catchUp(actor, event.event);
        this.#handling.done(actor, event.event);
    }
  }

  #noteSent(actor: AnyActor, event: AnyEventObject, source: AnyActor | undefined): void {
    // The state that it sends from is told first. Of one that has crashed XState tells nothing else.
    if (source) this.#catchUp(source);
    const cause = source && this.#handling.current(source);
    const watched = this.#meet(actor);
    const message = watched && this.#wire.message(watched, event, source, cause);
    if (message) this.#tell(message);
    // Who has ended handles nothing any more.
    if (actor.getSnapshot().status === 'active') this.#handling.sent(actor, event, message ? message.id : cause);
  }

  /** Tells the newest snapshot of an actor, unless it is told. `handled`: what has led to it, when XState says so. */
  #catchUp(actor: AnyActor, handled?: AnyEventObject): void {
    const watched = this.#tree.find(actor);
    const event = this.#handling.event(actor) ?? handled;
    if (!watched || !event) return;
    const { snapshot: before } = watched;
    const snapshot: Snapshot<unknown> = actor.getSnapshot();
    if (snapshot === before && !handled) return;
    if (snapshot.status === 'stopped') this.#noteStopped(watched);
    else this.#noteSnapshot(watched, snapshot, event);
  }

  #noteSnapshot(watched: WatchedActor, snapshot: Snapshot<unknown>, event: AnyEventObject): void {
    const { actor, snapshot: before } = watched;
    watched.snapshot = snapshot;
    const transitions = this.#taken.take(actor);
    // An event that is not expected in a state changes nothing there: that it was sent says enough.
    if (transitions.length > 0 || snapshot.status !== before.status) {
      const cause = causeOf(event, snapshot, before);
      const causedBy = this.#handling.current(actor);
      const told = this.#wire.snapshot(watched, { event, transitions, causedBy, cause });
      watched.keep(told, this.#tree.room);
      this.#tell(told);
    }
    this.#missChildren(watched, before);
  }

  #noteStopped(watched: WatchedActor): void {
    this.#forget(watched);
    // XState tells nobody that a root has crashed: only its children, which are stopped.
    if (watched.parent?.actor === this.#root) queueMicrotask(() => this.#guarded(() => this.#lookAtRoot()));
  }

  /** A child that had ended before says nothing when its parent lets go of it. */
  #missChildren(watched: WatchedActor, before: Snapshot<unknown>): void {
    const { snapshot, children } = watched;
    if (snapshot.status !== 'active') {
      for (const child of [...children.values()]) this.#forget(child);
      if (watched.actor === this.#root) this.#forget(watched);
    } else if (isMachineSnapshot(snapshot) && isMachineSnapshot(before) && snapshot.children !== before.children) {
      const there = new Set(childrenOf(snapshot));
      for (const child of [...children.values()]) if (!there.has(child.actor)) this.#forget(child);
    }
  }

  #meetAll(actor: AnyActor): void {
    this.#meet(actor);
    for (const child of childrenOf(actor.getSnapshot())) this.#meetAll(child);
  }

  /** Undefined when it is not told of. */
  #meet(actor: AnyActor): WatchedActor | undefined {
    const known = this.#tree.find(actor);
    if (known || !this.#tree.isWatched(actor)) return known;
    const { _parent: above } = actor;
    const parent = above instanceof Actor ? this.#meet(above) : undefined;
    // What has lost its parent is nowhere in the tree.
    if (above && !parent) return undefined;
    const watched = new WatchedActor(actor, parent, this.#wire.actor(actor, parent));
    this.#tree.add(watched);
    this.#announce(definedOnce(watched.told, this.#defined));
    return watched;
  }

  #forget(watched: WatchedActor): void {
    for (const gone of this.#tree.remove(watched)) {
      this.#handling.forget(gone.actor);
      this.#backlog.bury(gone);
      this.#tell(this.#wire.stop(gone));
    }
  }

  #lookAtRoot(): void {
    if (this.#root && !this.#closed) this.#catchUp(this.#root);
  }

  #tell(event: WireMessage | WireSnapshot | WireStop): void {
    this.#backlog.add(event);
    this.#announce(event);
  }

  #announce(event: WireEvent): void {
    this.#recorded += 1;
    this.#announcements.tell(event);
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#faults += 1;
      if (this.#faults === 1) this.#warn(error);
    }
  }

  /** Whatever the logger does, it is no actor's fault. */
  #warn(error: unknown): void {
    try {
      this.#logger.warn({ fault: errorName(error) }, WARNING);
    } catch {}
  }
}

const WARNING =
  'inspection cannot tell everything: an actor could not be read; what runs is not affected, and further faults are only counted';
