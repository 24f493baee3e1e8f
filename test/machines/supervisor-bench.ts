import { type Actor, type AnyActorLogic, createActor, enqueueActions, fromPromise } from 'xstate';
import {
  type ChildSpec,
  type SupervisorInput,
  type SupervisorOutput,
  supervisorMachine,
} from '../../machines/supervisor.ts';
import { resource } from '../../src/actors/resource.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { TransitionCoverage } from './transition-coverage.ts';

export const coverage = new TransitionCoverage(supervisorMachine);

export const SPEC = { restart: 'transient', shutdown: 5_000, startTimeout: null } as const;

/** A child that is not ready before the test says so, that ends when asked to, and so on. */
export interface Manners {
  /** Reports that it is ready as soon as it runs. Default true. */
  readonly ready?: boolean;
  /** Ends when asked to. Default true. */
  readonly obedient?: boolean;
  /** Its actor is done when it ends, as a machine in a final state, instead of reporting that it ended. */
  readonly final?: boolean;
}

/** The supervisor machine over children that write down what becomes of them. */
export class SupervisorBench {
  readonly clock = createStepClock();
  /** `start a`, `ask a` (to stop), `end a`, in order. */
  readonly log: string[] = [];
  readonly calls: string[] = [];
  readonly #manners: Readonly<Record<string, Manners>>;
  readonly #finish = new Map<string, (output: SupervisorOutput) => void>();
  readonly #actor: Actor<typeof supervisorMachine>;

  constructor(input: Partial<SupervisorInput>, manners: Readonly<Record<string, Manners>> = {}) {
    this.#manners = manners;
    const machine = supervisorMachine.provide({
      actions: {
        startChild: enqueueActions(({ event, enqueue }) => {
          if (event.type === 'child.start') enqueue.spawnChild(this.#logic(event.id), { id: event.id });
        }),
        announceReady: () => this.calls.push('announceReady'),
        announceFailing: () => this.calls.push('announceFailing'),
        logRestart: () => this.calls.push('logRestart'),
        logLoss: () => this.calls.push('logLoss'),
      },
    });
    this.#actor = createActor(machine, {
      clock: this.clock,
      inspect: coverage.inspect,
      input: {
        strategy: 'one-for-one',
        intensity: 3,
        period: 60_000,
        autoShutdown: 'never',
        children: ['a', 'b', 'c'].map((id) => ({ ...SPEC, id })),
        ...input,
      },
    });
    this.#actor.start();
  }

  start(): this {
    this.#actor.send({ type: 'start' });
    return this;
  }

  stop(): void {
    this.#actor.send({ type: 'stop' });
  }

  add(spec: Partial<ChildSpec> & { id: string }): void {
    this.#actor.send({ type: 'child.add', spec: { ...SPEC, ...spec } });
  }

  ready(id: string): void {
    this.#actor.send({ type: 'child.ready', id });
  }

  ended(id: string, outcome: 'ended' | 'failed' = 'ended'): void {
    this.#actor.send({ type: 'child.ended', id, outcome, cause: outcome === 'failed' ? `${id} gave up` : null });
  }

  /** The actor of a `final` child is done. */
  async finish(id: string, outcome: 'ended' | 'failed' = 'ended'): Promise<void> {
    const cause = { child: id, reason: 'failed', error: `${id} gave up` } as const;
    this.#finish.get(id)?.({ outcome, cause: outcome === 'failed' ? cause : null });
    await this.clock.settle();
  }

  async crash(...ids: string[]): Promise<void> {
    for (const id of ids) this.snapshot.children[id]?.send({ type: 'crash' });
    await this.clock.settle();
  }

  get snapshot() {
    return this.#actor.getSnapshot();
  }

  get state(): string {
    const { value } = this.snapshot;
    return typeof value === 'string' ? value : `up.${value.up}`;
  }

  /** What was written down since this was last asked. */
  news(): string[] {
    return this.log.splice(0);
  }

  #logic(id: string): AnyActorLogic {
    const { ready = true, obedient = true, final = false } = this.#manners[id] ?? {};
    if (final) {
      return fromPromise(({ self }) => {
        this.log.push(`start ${id}`);
        if (ready) self._parent?.send({ type: 'child.ready', id });
        return new Promise<SupervisorOutput>((resolve) => {
          this.#finish.set(id, resolve);
        });
      });
    }
    return resource(({ sendBack, receive, onEnd }) => {
      this.log.push(`start ${id}`);
      receive(({ type }) => {
        if (type === 'crash') throw new Error(`${id} crashed`);
        this.log.push(`ask ${id}`);
        if (obedient) sendBack({ type: 'child.ended', id, outcome: 'ended', cause: null });
      });
      onEnd(() => this.log.push(`end ${id}`));
      if (ready) sendBack({ type: 'child.ready', id });
    });
  }
}
