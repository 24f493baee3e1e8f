import { WIRE_VERSION, type WireActor, type WireEvent } from '../wire.ts';

/** How far a recording has come: who reads it must know the right actors, also where something is missing. */
export class RecordingProgress {
  readonly #now: () => number;
  /** The id of the last event that was taken. */
  #last = 0;
  /** The actors that a reader takes for alive, by session id. */
  readonly #alive = new Map<string, WireActor>();

  constructor(now: () => number) {
    this.#now = now;
  }

  isNew({ id }: WireEvent): boolean {
    return Number(id) > this.#last;
  }

  note(event: WireEvent): WireEvent {
    this.#last = Number(event.id);
    if (event.type === '@xstate.actor') this.#alive.set(event.sessionId, event);
    else if (event.type === '@hawser.stop') this.#alive.delete(event.sessionId);
    return event;
  }

  /** What of a backlog is new, with what has to be said about that which is in it no more. */
  resume(backlog: readonly WireEvent[]): WireEvent[] {
    const begun = this.#last > 0;
    const newest = Number(backlog.at(-1)?.id ?? 0);
    const events = backlog.filter((event) => this.isNew(event));
    const missing = newest - this.#last - events.length;
    const gap = begun && missing > 0 ? this.#gap(backlog, missing) : [];
    return [...gap, ...events].sort(byNumber).map((event) => this.note(event));
  }

  /** The ids of the events that are missing are free for this; the ends of those that have gone are among them. */
  #gap(backlog: readonly WireEvent[], missing: number): WireEvent[] {
    const ids = new Set(backlog.map(({ id }) => id));
    const known = new Set(backlog.flatMap((event) => (event.type === '@xstate.actor' ? [event.sessionId] : [])));
    const free = this.#freeIds(ids);
    const written = () => ({ id: free.next().value, createdAt: String(this.#now()), _version: WIRE_VERSION });
    const gone = [...this.#alive.values()].filter(({ sessionId }) => !known.has(sessionId));
    const reason = 'the disk was too slow for the recording';
    return [
      { type: '@hawser.gap', ...written(), events: missing, reason },
      ...gone.map(({ rootId, sessionId }) => ({ type: '@hawser.stop' as const, ...written(), rootId, sessionId })),
    ];
  }

  *#freeIds(taken: ReadonlySet<string>): Generator<string, never> {
    for (let id = this.#last + 1; ; id += 1) if (!taken.has(String(id))) yield String(id);
  }
}

function byNumber(a: WireEvent, b: WireEvent): number {
  return Number(a.id) - Number(b.id);
}
