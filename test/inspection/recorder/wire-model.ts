import type { Sample, WireActor, WireEvent, WireMessage, WireSnapshot } from '../../../src/inspection/wire.ts';

export interface KnownActor {
  readonly name: string;
  readonly parent: string | undefined;
  readonly machine: string | undefined;
  readonly snapshot: WireActor['snapshot'];
}

/** The simplest reader of wire events: who is there, in which state. */
export class WireModel {
  /** By session id. */
  readonly actors = new Map<string, KnownActor>();
  readonly samples = new Map<string, Sample>();

  constructor(events: Iterable<WireEvent>) {
    for (const event of events) this.#apply(event);
  }

  /** `ticks/store < sinks < ticks < hawser`, in the order in which they came. */
  get paths(): string[] {
    return [...this.actors.keys()].map((session) => this.#path(session));
  }

  state(name: string): unknown {
    return [...this.actors.values()].find((actor) => actor.name === name)?.snapshot.value;
  }

  #path(session: string): string {
    const actor = this.actors.get(session);
    if (!actor) return '?';
    return actor.parent === undefined ? actor.name : `${actor.name} < ${this.#path(actor.parent)}`;
  }

  #apply(event: WireEvent): void {
    if (event.type === '@xstate.actor') {
      const { sessionId, name, parentId, machine, snapshot } = event;
      this.actors.set(sessionId, { name, parent: parentId, machine, snapshot });
    } else if (event.type === '@xstate.snapshot') {
      const actor = this.actors.get(event.sessionId);
      if (!actor) throw new Error(`a snapshot of the unknown actor ${event.sessionId}`);
      this.actors.set(event.sessionId, { ...actor, snapshot: event.snapshot });
    } else if (event.type === '@hawser.stop') {
      if (!this.actors.delete(event.sessionId)) throw new Error(`the end of the unknown actor ${event.sessionId}`);
    } else if (event.type === '@hawser.samples') {
      for (const sample of event.samples) this.samples.set(sample.component, sample);
    }
  }
}

/** The session of the actor of that name that was told of last. */
export function sessionOf(events: readonly WireEvent[], name: string): string {
  const found = events.findLast((event) => event.type === '@xstate.actor' && event.name === name);
  if (found?.type !== '@xstate.actor') throw new Error(`${name} was never told of`);
  return found.sessionId;
}

export function snapshotsOf(events: readonly WireEvent[], name: string): WireSnapshot[] {
  const session = sessionOf(events, name);
  return events.flatMap((event) => (event.type === '@xstate.snapshot' && event.sessionId === session ? [event] : []));
}

export function messagesTo(events: readonly WireEvent[], name: string): WireMessage[] {
  const session = sessionOf(events, name);
  return events.flatMap((event) => (event.type === '@xstate.event' && event.sessionId === session ? [event] : []));
}
