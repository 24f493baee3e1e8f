import type { AnyStateMachine } from 'xstate';
import { connectionMachine } from '../../../machines/connection.ts';
import { deliveryMachine } from '../../../machines/delivery.ts';
import { pipelineMachine } from '../../../machines/pipeline.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { chartTransitions } from '../../../src/inspection/chart.ts';
import {
  type Sample,
  type Shown,
  type ShownSnapshot,
  type StateValue,
  WIRE_VERSION,
  type WireEvent,
} from '../../../src/inspection/wire.ts';

// What a supervisor with a pipeline tells, written by hand: no actor runs.

/** An actor of a story. */
export interface Told {
  readonly sessionId: string;
  readonly machine: AnyStateMachine | undefined;
}

export interface Step {
  /** The state whose transition is taken: `linked.live`. The machine itself is `''`. */
  readonly from: string;
  readonly event: string;
  readonly value: StateValue;
  readonly tags: readonly string[];
  readonly context?: Readonly<Record<string, Shown>>;
  readonly cause?: string;
  /** Who sent it. */
  readonly source?: string;
  readonly causedBy?: string;
  readonly members?: Readonly<Record<string, Shown>>;
}

/** A day in the spring of 2026. */
export const START = Date.UTC(2026, 3, 14, 9, 30, 0);

/** Writes wire events one after the other. */
export class Story {
  readonly events: WireEvent[] = [];
  at = START;
  #sessions = 0;

  wait(milliseconds: number): this {
    this.at += milliseconds;
    return this;
  }

  actor(name: string, parent: Told | undefined, machine: AnyStateMachine | undefined, snapshot: ShownSnapshot): Told {
    const sessionId = `x:${this.#sessions}`;
    this.#sessions += 1;
    this.events.push({
      ...this.#ofActor(sessionId),
      type: '@xstate.actor',
      name,
      snapshot,
      ...(parent ? { parentId: parent.sessionId } : {}),
      ...(machine ? { machine: machine.id } : {}),
    });
    return { sessionId, machine };
  }

  /** An event that was sent; gives its wire id. */
  message(actor: Told, type: string, parts: Pick<Step, 'source' | 'causedBy' | 'members'> = {}): string {
    const { source, causedBy, members } = parts;
    const message: WireEvent = {
      ...this.#ofActor(actor.sessionId),
      type: '@xstate.event',
      event: { ...members, type },
      ...(source === undefined ? {} : { source }),
      ...(causedBy === undefined ? {} : { causedBy }),
    };
    this.events.push(message);
    return message.id;
  }

  /** An event that was sent and handled; gives the wire id of what was sent. */
  step(actor: Told, step: Step): string {
    const { event, value, tags, context, cause, members } = step;
    const causedBy = this.message(actor, event, step);
    this.events.push({
      ...this.#ofActor(actor.sessionId),
      type: '@xstate.snapshot',
      event: { ...members, type: event },
      snapshot: { status: 'active', value, tags, ...(context ? { context } : {}) },
      transitions: numbersOf(actor.machine, step),
      causedBy,
      ...(cause === undefined ? {} : { cause }),
    });
    return causedBy;
  }

  stop(actor: Told): void {
    this.events.push({ ...this.#ofActor(actor.sessionId), type: '@hawser.stop' });
  }

  samples(samples: readonly Sample[]): void {
    this.events.push({ ...this.#written(), type: '@hawser.samples', samples });
  }

  gap(events: number, reason: string): void {
    this.events.push({ ...this.#written(), type: '@hawser.gap', events, reason });
  }

  get lines(): string {
    return this.events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }

  #ofActor(sessionId: string) {
    return { ...this.#written(), rootId: 'x:0', sessionId };
  }

  #written() {
    return { id: String(this.events.length + 1), createdAt: String(this.at), _version: WIRE_VERSION };
  }
}

/** Numbers of the transitions of a state on an event: the first that its chart has. */
function numbersOf(machine: AnyStateMachine | undefined, { from, event }: Step): number[] {
  if (!machine) return [];
  const id = from === '' ? machine.id : `${machine.id}.${from}`;
  const number = chartTransitions(machine).findIndex(
    ({ source, eventType }) => source.id === id && (eventType === event || eventType.startsWith(`${event}.`)),
  );
  return number === -1 ? [] : [number];
}

const LIVE_REGIONS = {
  heartbeat: 'quiet',
  pulse: 'off',
  watch: 'fed',
  stability: 'unproven',
  flow: 'flowing',
} as const;

/** The states of a connection that is live. */
export function liveValue(regions: Partial<Record<keyof typeof LIVE_REGIONS, string>> = {}): StateValue {
  return { linked: { live: { ...LIVE_REGIONS, ...regions } } };
}

/** The life of a connection, told step by step. */
export class ConnectionTale {
  readonly actor: Told;
  readonly #story: Story;
  /** What the steps take: 1 for milliseconds as they are usual, 0 for none. */
  readonly #pace: number;
  #attempt = 1;
  #lives = 0;
  #cause: string | undefined;

  constructor(story: Story, name: string, parent: Told, pace = 1) {
    this.#story = story;
    this.#pace = pace;
    this.actor = story.actor(name, parent, connectionMachine, {
      status: 'active',
      value: 'preparing',
      tags: ['connecting'],
      context: this.#context,
    });
  }

  get reconnects(): number {
    return Math.max(0, this.#lives - 1);
  }

  get attempt(): number {
    return this.#attempt;
  }

  opens(): this {
    this.#step('preparing', 'xstate.done.actor.prepare', { linked: { opening: 'transport' } }, 'connecting', 'prepare');
    this.#story.wait(12 * this.#pace);
    this.#step(
      'linked.opening.transport',
      'socket.connected',
      { linked: { opening: 'upgrade' } },
      'connecting',
      'socket',
    );
    this.#story.wait(31 * this.#pace);
    this.#lives += 1;
    this.#step('linked.opening', 'socket.open', liveValue(), 'live', 'socket');
    return this;
  }

  proves(): this {
    this.#attempt = 0;
    this.#step(
      'linked.live.stability.unproven',
      'xstate.after.resetAfter.connection.linked.live.stability.unproven',
      liveValue({ stability: 'proven' }),
      'live',
    );
    return this;
  }

  pings(): this {
    const stability = this.#attempt === 0 ? 'proven' : 'unproven';
    const after = 'xstate.after.pingInterval.connection.linked.live.heartbeat.quiet';
    this.#step('linked.live.heartbeat.quiet', after, liveValue({ heartbeat: 'queued', stability }), 'live');
    this.#story.wait(1 * this.#pace);
    this.#step(
      'linked.live.heartbeat.queued',
      'ping.taken',
      liveValue({ heartbeat: 'probing', stability }),
      'live',
      'socket',
    );
    this.#story.wait(18 * this.#pace);
    this.#step('linked.live.heartbeat.probing', 'ping.answered', liveValue({ stability }), 'live', 'socket');
    return this;
  }

  isLost(cause: string): this {
    this.#cause = cause;
    this.#step('linked', 'socket.lost', { backoff: 'normal' }, 'waiting', 'socket', cause);
    return this;
  }

  dials(): this {
    this.#attempt += 1;
    const after = 'xstate.after.backoffDelay.connection.backoff.normal';
    this.#step('backoff.normal', after, 'preparing', 'connecting');
    return this;
  }

  fails(cause: string): this {
    this.#cause = cause;
    this.#step('linked', 'socket.lost', 'failed', 'failed', 'socket', cause);
    return this;
  }

  get #context(): Readonly<Record<string, Shown>> {
    return {
      settings: { role: 'source' },
      attempt: this.#attempt,
      backoffs: Math.max(0, this.#attempt - 1),
      lives: this.#lives,
      phase: 'upgrade',
      cause: this.#cause ?? null,
      owing: false,
    };
  }

  #step(from: string, event: string, value: StateValue, tag: string, source?: string, cause?: string): void {
    this.#story.step(this.actor, {
      from,
      event,
      value,
      tags: [tag],
      context: this.#context,
      ...(source === undefined ? {} : { source }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** A supervisor with one running pipeline and its groups. */
export function begun(pipelineName = 'ticks') {
  const story = new Story();
  const running: ShownSnapshot = { status: 'active', value: { up: 'running' }, tags: ['running'] };
  const root = story.actor('hawser', undefined, supervisorMachine, {
    ...running,
    context: { specs: 1, next: 1, alive: 1, restarts: 0 },
  });
  const pipeline = story.actor(pipelineName, root, pipelineMachine, {
    status: 'active',
    value: 'running',
    tags: ['running'],
    context: { drain: 10_000, ownDrain: 10_000, cause: null },
  });
  const foundation = story.actor('foundation', pipeline, supervisorMachine, running);
  const sinks = story.actor('sinks', pipeline, supervisorMachine, running);
  const sources = story.actor('sources', pipeline, supervisorMachine, running);
  return { story, root, pipeline, foundation, sinks, sources };
}

/** A sink whose connection is its outlet. */
export function sinkOf(story: Story, name: string, sinks: Told) {
  const delivery = story.actor(name, sinks, deliveryMachine, { status: 'active', value: 'idle', tags: ['idle'] });
  const connection = new ConnectionTale(story, 'outlet', delivery).opens();
  story.step(delivery, { from: 'idle', event: 'outlet.up', value: 'flowing', tags: ['flowing'], source: 'outlet' });
  return { delivery, connection };
}

export function sampleOf(component: string, parts: Partial<Sample> = {}): Sample {
  return {
    component,
    role: 'source',
    kind: 'web-socket',
    state: 'running',
    events: 0,
    inFlight: 0,
    failed: 0,
    restarts: 0,
    ...parts,
  };
}
