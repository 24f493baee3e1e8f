import type { createInspector, StatelyInspectionEvent } from '@statelyai/inspect';
import { type AnyActorRef, type AnyEventObject, isMachineSnapshot, type Snapshot } from 'xstate';
import { shownEvent, shownSnapshot } from '../shown/shown.ts';
import type { ShownSnapshot } from '../wire.ts';

/** Levels of a definition that are told: a state takes two, what it does three more. Its default of 10 cuts ours. */
export const STATELY_DEPTH = 24;

/** What actors do, in the words of `@statelyai/inspect`, as far as the allow-list of `shown.ts` lets it through. */
export class StatelyConversion {
  readonly #inspector: ReturnType<typeof createInspector>;
  /** By the config of a machine: writing one out takes longer than all the rest, and thousands of actors share it. */
  readonly #definitions = new WeakMap<object, string>();
  /** Of what is being told; the sanitiser puts it in, and no other one goes out. The inspector's calls answer at once. */
  #context: ShownSnapshot['context'];
  readonly #converted: StatelyInspectionEvent[] = [];

  /**
   * Of the inspector those calls are used that take things one by one. Its observer would write whole snapshots out
   * before it sanitises them, do so in a timer, where an error ends the process, and sanitise neither an error, an
   * output nor an input.
   */
  constructor(create: typeof createInspector) {
    const adapter = { send: (event: StatelyInspectionEvent) => void this.#converted.push(event) };
    this.#inspector = create(adapter, {
      serializationDepthLimit: STATELY_DEPTH,
      sanitizeEvent: shownEvent,
      sanitizeContext: () => this.#context ?? {},
    });
  }

  /** That it is there, and its present state. */
  actor(ref: AnyActorRef, rootId: string): StatelyInspectionEvent | undefined {
    const snapshot = ref.getSnapshot();
    const told = this.#convert(rootId, shownSnapshot(snapshot), (state) => {
      // Given the actor itself, it writes out the definition.
      this.#inspector.actor(this.#isNew(snapshot) ? ref : ref.sessionId, state);
    });
    if (told?.type !== '@xstate.actor') return told;
    const definition = this.#definition(snapshot, told.definition) ?? JSON.stringify({ id: ref.id });
    return { ...told, name: ref.id, parentId: ref._parent?.sessionId, definition };
  }

  /** That it is sent an event. */
  event(
    ref: AnyActorRef,
    rootId: string,
    event: AnyEventObject,
    source: string | undefined,
  ): StatelyInspectionEvent | undefined {
    return this.#convert(rootId, STARTING, () => {
      this.#inspector.event(ref.sessionId, event, source === undefined ? {} : { source });
    });
  }

  /** What state an event has led to. */
  snapshot(
    ref: AnyActorRef,
    rootId: string,
    event: AnyEventObject,
    snapshot: Snapshot<unknown>,
  ): StatelyInspectionEvent | undefined {
    return this.#convert(rootId, shownSnapshot(snapshot), (state) => {
      this.#inspector.snapshot(ref.sessionId, state, { event });
    });
  }

  #convert(
    rootId: string,
    { context, ...state }: ShownSnapshot,
    call: (state: ShownSnapshot) => void,
  ): StatelyInspectionEvent | undefined {
    this.#context = context;
    call(state);
    const converted = this.#converted.pop();
    return converted && { ...converted, rootId };
  }

  #isNew(snapshot: Snapshot<unknown>): boolean {
    return isMachineSnapshot(snapshot) && !this.#definitions.has(snapshot.machine.config);
  }

  #definition(snapshot: Snapshot<unknown>, written: string | undefined): string | undefined {
    if (!isMachineSnapshot(snapshot)) return undefined;
    const { config } = snapshot.machine;
    if (written !== undefined) this.#definitions.set(config, written);
    return this.#definitions.get(config);
  }
}

const STARTING: ShownSnapshot = { status: 'active' };
