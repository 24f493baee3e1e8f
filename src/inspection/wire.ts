/**
 * What inspection tells: one JSON object per event, in the form that Stately's inspector reads (`@xstate.actor`,
 * `@xstate.event`, `@xstate.snapshot`), with causes, and three kinds of our own. The inspector's page, its feed and the
 * lines of a recording hold nothing else. It is plain JSON and holds only what an allow-list lets through.
 */

/** Of the form as a whole; a reader refuses what it does not know. */
export const WIRE_VERSION = 'hawser-1';

export type WireEvent = WireActor | WireMessage | WireSnapshot | WireStop | WireSamples | WireGap;

interface Written {
  /** Rises by one from event to event: `'1'`, `'2'`. */
  readonly id: string;
  /** Milliseconds since the epoch, wall clock, as text: so Stately writes it. */
  readonly createdAt: string;
  readonly _version: string;
}

interface OfActor extends Written {
  readonly rootId: string;
  readonly sessionId: string;
}

/** An actor is there: it was started, or it ran already when inspection began. */
export interface WireActor extends OfActor {
  readonly type: '@xstate.actor';
  /** Its own id, as its parent knows it: `ticks/exchange/connection`, `sinks`, `outlet`. */
  readonly name: string;
  /** Session id of its parent; the root has none. */
  readonly parentId?: string;
  /** Which machine it runs: `connection`, `delivery`, …; absent when it runs none. */
  readonly machine?: string;
  /** The machine's config as JSON text, told with the first actor of each machine only. */
  readonly definition?: string;
  readonly snapshot: ShownSnapshot;
}

/** An event was sent to an actor. */
export interface WireMessage extends OfActor {
  readonly type: '@xstate.event';
  readonly sourceId?: string;
  /** Id of the sender as its parent knows it: `socket`. */
  readonly source?: string;
  readonly event: ShownEvent;
  /** The wire id of the event that the sender was handling. */
  readonly causedBy?: string;
}

/** An actor has handled an event; of a machine: it took transitions. */
export interface WireSnapshot extends OfActor {
  readonly type: '@xstate.snapshot';
  readonly event: ShownEvent;
  readonly snapshot: ShownSnapshot;
  /** Numbers of the transitions that it took, as in `data-transitions` of the machine's diagram. */
  readonly transitions: readonly number[];
  /** The wire id of the event that was handled. */
  readonly causedBy?: string;
  /** Why, in one line, where something is known beyond the event. */
  readonly cause?: string;
}

/** An actor is gone. */
export interface WireStop extends OfActor {
  readonly type: '@hawser.stop';
}

/** Counters and gauges, about once a second; only of those components where something has changed since. */
export interface WireSamples extends Written {
  readonly type: '@hawser.samples';
  readonly samples: readonly Sample[];
}

/** Events that could not be told, because a bound was reached. */
export interface WireGap extends Written {
  readonly type: '@hawser.gap';
  readonly events: number;
  /** Which bound, as a sentence: `the recording has reached 268435456 bytes`. */
  readonly reason: string;
}

/** What an actor's state is, as far as it may be shown. */
export interface ShownSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** Of a machine: its state value. */
  readonly value?: StateValue;
  readonly tags?: readonly string[];
  /** Of a machine: the members of its context that may be shown. */
  readonly context?: Readonly<Record<string, Shown>>;
}

export type StateValue = string | { readonly [region: string]: StateValue };

/** An event with the members that may be shown. */
export interface ShownEvent {
  readonly type: string;
  readonly [member: string]: Shown;
}

export type Shown = string | number | boolean | null | readonly Shown[] | { readonly [member: string]: Shown };

/** One source or sink at one moment. Counters count since the start of the pipeline. */
export interface Sample {
  /** `ticks/exchange`. */
  readonly component: string;
  readonly role: 'source' | 'sink';
  /** `web-socket`, `file`, `stdin`, `stdout`, `function`. */
  readonly kind: string;
  /** As in the status: `running`, `flowing`, `blocked`, … */
  readonly state: string;
  /** Received by a source, delivered by a sink. */
  readonly events: number;
  /** Handed on and not settled. */
  readonly inFlight: number;
  /** Sinks only: events in the buffer, and how many it holds. */
  readonly waiting?: number;
  readonly capacity?: number;
  /** Sinks only. */
  readonly dropped?: number;
  /** What failed or was rejected. */
  readonly failed: number;
  readonly restarts: number;
  /** Sources only: milliseconds from the hand-on of an event until every sink has settled it, the longest seen since the last sample. */
  readonly latency?: number;
  readonly connection?: SampledConnection;
  /** Peers that are connected to a component that listens. */
  readonly peers?: number;
}

export interface SampledConnection {
  readonly state: 'idle' | 'connecting' | 'live' | 'waiting' | 'failed';
  /** User, password and the values of the query are hidden. */
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly attempt: number;
  readonly reconnects: number;
  /** Milliseconds that it waits before the next dial. */
  readonly retryIn?: number;
  /** Why the last socket or attempt ended, in one line. */
  readonly cause?: string;
}
