import type { AnyActor, AnyEventObject } from 'xstate';

/** An event that waits or is being handled, and the wire id that stands for it in a chain of causes. */
interface Pending {
  readonly event: AnyEventObject;
  readonly id: string | undefined;
}

/**
 * What each actor is handling: what it sends meanwhile is caused by that. Actors handle events in the order in which
 * they were sent to them, and say when they are done with one, but not when they begin.
 */
export class Handling {
  readonly #pending = new WeakMap<AnyActor, Pending[]>();

  /** `id`: of the event itself, or, where it is not told, of the one that has caused it. */
  sent(actor: AnyActor, event: AnyEventObject, id: string | undefined): void {
    const pending = this.#pending.get(actor);
    if (pending) pending.push({ event, id });
    else this.#pending.set(actor, [{ event, id }]);
  }

  /** The wire id of what the actor is handling; undefined when it acts by itself, or nobody knows. */
  current(actor: AnyActor): string | undefined {
    return this.#pending.get(actor)?.[0]?.id;
  }

  /** The event that the actor is handling. */
  event(actor: AnyActor): AnyEventObject | undefined {
    return this.#pending.get(actor)?.[0]?.event;
  }

  /** The actor has handled that event, and with it all that were sent before. */
  done(actor: AnyActor, event: object): void {
    const pending = this.#pending.get(actor);
    if (!pending) return;
    const place = pending.findIndex((each) => each.event === event);
    if (place >= 0) pending.splice(0, place + 1);
  }

  forget(actor: AnyActor): void {
    this.#pending.delete(actor);
  }
}
