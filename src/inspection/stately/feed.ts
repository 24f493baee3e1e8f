import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { type AnyActorRef, type InspectionEvent, isMachineSnapshot, type Subscription } from 'xstate';
import type { Environment } from '../../environment.ts';
import { messageOf, UsageError } from '../../errors.ts';
import { StatelyConversion } from './conversion.ts';
import { checkRelayUrl, StatelyRelay } from './relay.ts';

/** Events that are kept while the relay is away or slow. The oldest are dropped then, counted, and warned of once. */
export const STATELY_QUEUE = 2000;

export interface StatelyOptions {
  /** Of a relay as `createInspectorServer` of `@statelyai/inspect/server` starts one. Elsewhere than here: wss:// only. */
  readonly url: string;
  readonly environment: Pick<Environment, 'dial' | 'clock' | 'logger'>;
}

/** Feeds Stately's web inspector with what the actors of one system do. */
export interface StatelyFeed {
  /** Tells of this root actor and all below it, running or not, from now on. It is called once. */
  readonly attach: (root: AnyActorRef) => void;
  /** Nothing is told any more; resolves when the connection to the relay is over. */
  readonly close: () => Promise<void>;
  /** `faults`: what could not be told because of an error of ours or of `@statelyai/inspect`. */
  readonly counts: { readonly sent: number; readonly dropped: number; readonly faults: number };
}

/**
 * Dials the relay, again and again until `close()`. Only what the allow-list of `shown.ts` lets through is told.
 * @throws UsageError when `@statelyai/inspect` is not installed, or the url is none that is safe to be fed.
 */
export async function openStatelyFeed(options: StatelyOptions): Promise<StatelyFeed> {
  checkRelayUrl(options.url);
  const { createInspector } = await loadInspect();
  return new Feed(options, new StatelyConversion(createInspector));
}

/** It is an optional peer dependency: most never need it. */
async function loadInspect(): Promise<typeof import('@statelyai/inspect')> {
  try {
    return await import('@statelyai/inspect');
  } catch (error) {
    throw new UsageError(
      "stately: @statelyai/inspect, through which Stately's inspector is fed, is not installed or cannot be loaded; " +
        `npm install @statelyai/inspect (${messageOf(error)})`,
      { cause: error },
    );
  }
}

interface Happening {
  readonly ref: AnyActorRef;
  readonly told: StatelyInspectionEvent;
}

class Feed implements StatelyFeed {
  readonly counts = { sent: 0, dropped: 0, faults: 0 };
  readonly #logger: Environment['logger'];
  readonly #conversion: StatelyConversion;
  readonly #relay: StatelyRelay;
  #root: AnyActorRef | undefined;
  #inspection: Subscription | undefined;
  #closed = false;
  /** Actors that the relay has been told of. */
  #known = new WeakSet<AnyActorRef>();
  /** Actors that it is to be told of before anything else, the last one first. */
  #due: AnyActorRef[] = [];
  #happenings: Happening[] = [];
  /** Something was dropped since, so what the relay knows may be out of date. */
  #gap = false;

  constructor({ url, environment }: StatelyOptions, conversion: StatelyConversion) {
    this.#logger = environment.logger;
    this.#conversion = conversion;
    const opened = () => this.#guarded(() => this.#beginAnew());
    this.#relay = new StatelyRelay({ url, environment, opened, next: () => this.#next() });
  }

  readonly attach = (root: AnyActorRef): void => {
    if (this.#closed) return;
    this.#root = root;
    this.#inspection = root.system.inspect((event) => this.#guarded(() => this.#note(event)));
    this.#guarded(() => this.#beginAnew());
    this.#relay.flow();
  };

  readonly close = (): Promise<void> => {
    this.#closed = true;
    this.#inspection?.unsubscribe();
    return this.#relay.close();
  };

  /** A new actor has no state yet: it is told of when something happens to it, which is its start. */
  #note(event: InspectionEvent): void {
    const { actorRef: ref, rootId } = event;
    if (!isActor(ref)) return;
    const told = this.#convert(ref, rootId, event);
    if (told === undefined) return;
    this.#happenings.push({ ref, told });
    if (this.#happenings.length > STATELY_QUEUE) this.#drop();
    this.#relay.flow();
  }

  #convert(ref: AnyActorRef, rootId: string, event: InspectionEvent): StatelyInspectionEvent | undefined {
    if (event.type === '@xstate.snapshot') return this.#conversion.snapshot(ref, rootId, event.event, event.snapshot);
    if (event.type !== '@xstate.event') return undefined;
    return this.#conversion.event(ref, rootId, event.event, event.sourceRef?.sessionId);
  }

  #drop(): void {
    this.#happenings.shift();
    this.counts.dropped += 1;
    this.#gap = true;
    if (this.counts.dropped > 1) return;
    this.#logger.warn(
      { queue: STATELY_QUEUE },
      "the relay of Stately's inspector is away or too slow: the oldest of what it is to be told is dropped",
    );
  }

  #next(): string | undefined {
    if (this.#gap && this.#happenings.length === 0) this.#guarded(() => this.#beginAnew());
    while (this.#due.length + this.#happenings.length > 0) {
      const text = this.#guarded(() => JSON.stringify(this.#take()));
      if (text === undefined) continue;
      this.counts.sent += 1;
      return text;
    }
    return undefined;
  }

  #take(): StatelyInspectionEvent | undefined {
    const due = this.#due.pop();
    if (due) return this.#introduce(due);
    const [first] = this.#happenings;
    if (first && !this.#known.has(first.ref)) return this.#introduce(first.ref);
    this.#happenings.shift();
    return first?.told;
  }

  #introduce(ref: AnyActorRef): StatelyInspectionEvent | undefined {
    this.#known.add(ref);
    return this.#conversion.actor(ref, this.#root?.sessionId ?? ref.sessionId);
  }

  /** To a relay that knows nothing, or not all, each actor is told with its present state. */
  #beginAnew(): void {
    this.#gap = false;
    this.#known = new WeakSet();
    this.#due = this.#root ? actorsBelow(this.#root).reverse() : [];
  }

  /** An error in here would end the actor that something happens to. */
  #guarded<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      this.counts.faults += 1;
      // Its message may quote what must not be shown.
      const fault = error instanceof Error ? error.name : typeof error;
      if (this.counts.faults === 1) this.#logger.warn({ fault }, "Stately's inspector cannot be told all that happens");
      return undefined;
    }
  }
}

/** Those that run, parents before their children. */
function actorsBelow(root: AnyActorRef): AnyActorRef[] {
  const snapshot: unknown = root.getSnapshot();
  const children = isMachineSnapshot(snapshot) ? Object.values<AnyActorRef | undefined>(snapshot.children) : [];
  return [root, ...children.flatMap((child) => (child ? actorsBelow(child) : []))];
}

function isActor(ref: InspectionEvent['actorRef']): ref is AnyActorRef {
  return 'id' in ref && 'system' in ref;
}
