import type { AnyActor, AnyEventObject } from 'xstate';
import { shownEvent, shownSnapshot } from '../shown/shown.ts';
import {
  type Sample,
  WIRE_VERSION,
  type WireActor,
  type WireMessage,
  type WireSamples,
  type WireSnapshot,
  type WireStop,
} from '../wire.ts';
import { machineOf, type WatchedActor } from './actor-tree.ts';
import { machineDefinition } from './machine-definition.ts';

export interface Handled {
  readonly event: AnyEventObject;
  readonly transitions: readonly number[];
  /** The wire id of that event. */
  readonly causedBy: string | undefined;
  readonly cause: string | undefined;
}

/** Writes wire events, whose ids rise. */
export class WireEvents {
  readonly #now: () => number;
  #id = 0;
  #time = Number.NaN;
  #createdAt = '';

  constructor(now: () => number) {
    this.#now = now;
  }

  actor(actor: AnyActor, parent: WatchedActor | undefined): WireActor {
    const machine = machineOf(actor);
    return {
      type: '@xstate.actor',
      ...this.#written(),
      rootId: parent?.told.rootId ?? actor.sessionId,
      sessionId: actor.sessionId,
      name: actor.id,
      ...(parent ? { parentId: parent.told.sessionId } : {}),
      ...(machine ? { machine: machine.id, definition: machineDefinition(machine) } : {}),
      snapshot: shownSnapshot(actor.getSnapshot()),
    };
  }

  message(
    { told: { rootId, sessionId } }: WatchedActor,
    event: AnyEventObject,
    source: AnyActor | undefined,
    causedBy: string | undefined,
  ): WireMessage {
    return {
      type: '@xstate.event',
      ...this.#written(),
      rootId,
      sessionId,
      ...(source ? { sourceId: source.sessionId, source: source.id } : {}),
      event: shownEvent(event),
      ...(causedBy === undefined ? {} : { causedBy }),
    };
  }

  snapshot(
    { told: { rootId, sessionId }, snapshot }: WatchedActor,
    { event, transitions, causedBy, cause }: Handled,
  ): WireSnapshot {
    return {
      type: '@xstate.snapshot',
      ...this.#written(),
      rootId,
      sessionId,
      event: shownEvent(event),
      snapshot: shownSnapshot(snapshot),
      transitions,
      ...(causedBy === undefined ? {} : { causedBy }),
      ...(cause === undefined ? {} : { cause }),
    };
  }

  stop({ told: { rootId, sessionId } }: WatchedActor): WireStop {
    return { type: '@hawser.stop', ...this.#written(), rootId, sessionId };
  }

  samples(samples: readonly Sample[]): WireSamples {
    return { type: '@hawser.samples', ...this.#written(), samples };
  }

  #written() {
    this.#id += 1;
    const time = this.#now();
    if (time !== this.#time) {
      this.#time = time;
      this.#createdAt = String(time);
    }
    return { id: String(this.#id), createdAt: this.#createdAt, _version: WIRE_VERSION };
  }
}
