import { type Actor, type AnyActorRef, createActor, fromCallback, setup } from 'xstate';
import { type PipelineEvent, pipelineMachine } from '../../machines/pipeline.ts';
import { contained } from '../../src/actors/contained.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { pathsOf } from './connection-bench.ts';
import { TransitionCoverage } from './transition-coverage.ts';

export const coverage = new TransitionCoverage(pipelineMachine);

/** The pipeline machine over two groups that write down what they are asked. */
export class PipelineBench {
  readonly clock = createStepClock();
  /** `sinks: start`, `closeIntakes`, in order. */
  readonly log: string[] = [];
  readonly running: string[] = [];
  readonly #groups = new Map<string, AnyActorRef>();
  readonly #actor: Actor<typeof pipelineMachine>;

  constructor(drain = 10_000) {
    const machine = pipelineMachine.provide({
      actors: { sinks: contained(this.#group('sinks')), sources: contained(this.#group('sources')) },
      actions: {
        announceReady: () => this.log.push('announceReady'),
        closeIntakes: () => this.log.push('closeIntakes'),
      },
    });
    this.#actor = createActor(machine, { clock: this.clock, input: { drain }, inspect: coverage.inspect });
    this.#actor.subscribe({ error: () => {} });
    this.#actor.start();
  }

  get state(): string {
    return pathsOf(this.#actor.getSnapshot().value).join();
  }

  get output() {
    return this.#actor.getSnapshot().output;
  }

  send(...events: PipelineEvent[]): void {
    for (const event of events) this.#actor.send(event);
  }

  /** Both groups have started. */
  run(): this {
    this.send({ type: 'child.ready', id: 'sinks' }, { type: 'child.ready', id: 'sources' });
    return this;
  }

  /** The group's machine comes to its end. */
  end(id: 'sinks' | 'sources'): void {
    this.#groups.get(id)?.send({ type: 'end' });
  }

  fails(id: 'sinks' | 'sources', cause: unknown = `${id} gave up`): void {
    this.send({ type: 'child.failing', id, cause });
  }

  crash(id: 'sinks' | 'sources'): void {
    this.#groups.get(id)?.send({ type: 'crash' });
  }

  /** What was written down since this was last asked. */
  news(): string[] {
    return this.log.splice(0);
  }

  #group(id: string) {
    return setup({
      actors: {
        body: fromCallback(() => {
          this.running.push(id);
          return () => this.running.splice(this.running.indexOf(id), 1);
        }),
      },
      actions: {
        note: ({ event, self }) => {
          this.#groups.set(id, self);
          if (event.type !== 'xstate.init') this.log.push(`${id}: ${event.type}`);
        },
        crash: () => {
          throw new Error(`${id} crashed`);
        },
      },
    }).createMachine({
      entry: 'note',
      invoke: { src: 'body' },
      initial: 'up',
      on: { start: { actions: 'note' }, stop: { actions: 'note' }, crash: { actions: 'crash' }, end: '.over' },
      states: { up: {}, over: { type: 'final' } },
    });
  }
}
