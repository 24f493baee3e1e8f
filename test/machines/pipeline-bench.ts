import { type Actor, type AnyActorRef, createActor, fromCallback, setup } from 'xstate';
import { type PipelineEvent, pipelineMachine } from '../../machines/pipeline.ts';
import { contained } from '../../src/actors/contained.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { pathsOf } from './connection-bench.ts';
import { TransitionCoverage } from './transition-coverage.ts';

export const coverage = new TransitionCoverage(pipelineMachine);

export const ENDED = { outcome: 'ended', cause: null };

const GROUPS = ['foundation', 'sinks', 'sources'] as const;

export type Group = (typeof GROUPS)[number];

/** The pipeline machine over three groups that write down what they are asked. */
export class PipelineBench {
  readonly clock = createStepClock();
  /** `sinks: start`, `closeIntakes`, in order. */
  readonly log: string[] = [];
  readonly running: string[] = [];
  /** Milliseconds that each drain was told to have. */
  readonly deadlines: number[] = [];
  readonly #groups = new Map<string, AnyActorRef>();
  readonly #actor: Actor<typeof pipelineMachine>;

  constructor(drain = 10_000) {
    const machine = pipelineMachine.provide({
      actors: {
        foundation: contained(this.#group('foundation')),
        sinks: contained(this.#group('sinks')),
        sources: contained(this.#group('sources')),
      },
      actions: {
        announceReady: () => this.log.push('announceReady'),
        closeIntakes: () => this.log.push('closeIntakes'),
        noteDeadline: ({ context }) => this.deadlines.push(context.drain),
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

  /** The groups are ready, in order, up to this one; by default all. */
  run(last: Group = 'sources'): this {
    for (const id of GROUPS.slice(0, GROUPS.indexOf(last) + 1)) this.send({ type: 'child.ready', id });
    return this;
  }

  stop(drain?: number): void {
    this.send(drain === undefined ? { type: 'stop' } : { type: 'stop', drain });
  }

  /** The machines of the groups come to their end. */
  end(...ids: Group[]): void {
    for (const id of ids) this.#groups.get(id)?.send({ type: 'end' });
  }

  fails(id: Group, cause: unknown = `${id} gave up`): void {
    this.send({ type: 'child.failing', id, cause });
  }

  crash(id: Group): void {
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

/** All groups run; what led to it is not in the log any more. */
export function running(drain?: number): PipelineBench {
  const bench = new PipelineBench(drain).run();
  bench.news();
  return bench;
}

/** The sources have ended by themselves. */
export function finishing(drain?: number): PipelineBench {
  const bench = running(drain);
  bench.end('sources');
  return bench;
}

/** The deadline has passed, and nothing has ended. */
export async function closing(): Promise<PipelineBench> {
  const bench = running(10_000);
  bench.stop();
  await bench.clock.advance(10_000);
  return bench;
}
