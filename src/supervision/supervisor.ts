import { join } from 'node:path';
import { BehaviorSubject, type Observable, Subscription } from 'rxjs';
import { type Actor, type AnyMachineSnapshot, createActor } from 'xstate';
import type { SupervisorInput, supervisorMachine } from '../../machines/supervisor.ts';
import { type Child, groupActor, INTENSITY, PERIOD } from '../actors/group.ts';
import type { Transition } from '../actors/transition.ts';
import { parseDuration } from '../config/durations.ts';
import { type LoadedPipeline, readObject } from '../config/load.ts';
import type { PipelineInput } from '../config/options.ts';
import type { Environment } from '../environment.ts';
import { StartError, UsageError } from '../errors.ts';
import type { InspectOptions, Inspector, RecordOptions } from '../inspection/inspector.ts';
import type { Recording } from '../inspection/recording/recording.ts';
import { Connections } from './connections.ts';
import { describeFailure } from './failure.ts';
import type { Outcome, Pipeline, StopOptions, Supervisor, SupervisorOptions } from './handles.ts';
import { Inspections } from './inspections.ts';
import { createPipeline, DRAIN, type PipelineRuntime } from './pipeline.ts';
import type { SupervisorStatus } from './status.ts';
import { throttledStatus } from './throttle.ts';

export type { Outcome, StopOptions, Supervisor, SupervisorOptions } from './handles.ts';

export function createRootSupervisor(environment: Environment, options: SupervisorOptions = {}): Supervisor {
  return new RootSupervisor(environment, options);
}

type Stage = SupervisorStatus['state'];

class RootSupervisor implements Supervisor {
  readonly done: Promise<Outcome>;
  readonly status$: Observable<SupervisorStatus>;
  readonly #environment: Environment;
  readonly #options: SupervisorOptions;
  readonly #pipelines = new Map<string, PipelineRuntime>();
  readonly #connections = new Connections(this.#pipelines);
  readonly #children: Child[] = [];
  readonly #stage$ = new BehaviorSubject<Stage>('added');
  readonly #edges$ = new BehaviorSubject<void>(undefined);
  readonly #abort = (): void => void this.stop();
  readonly #inspections: Inspections;
  #root: Actor<typeof supervisorMachine> | undefined;
  #resolveDone: (outcome: Outcome) => void = () => {};

  constructor(environment: Environment, options: SupervisorOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#inspections = new Inspections({
      environment,
      pipelines: () => this.#pipelines.values(),
      control: { reconnect: (component) => this.reconnect(component), stop: () => void this.stop() },
    });
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    this.status$ = throttledStatus({
      clock: environment.clock,
      edges$: this.#edges$,
      read: () => this.status,
      ended: () => this.#stage$.value === 'stopped',
    });
    options.signal?.addEventListener('abort', this.#abort);
  }

  get status(): SupervisorStatus {
    return {
      state: this.#stage$.value,
      pipelines: [...this.#pipelines.values()].map((pipeline) => pipeline.status),
    };
  }

  add(pipeline: PipelineInput | LoadedPipeline): Pipeline {
    const loaded = isLoaded(pipeline) ? pipeline : readObject(pipeline);
    const { options } = loaded;
    if (this.#pipelines.has(options.name)) throw new UsageError(`a pipeline named ${options.name} is there already`);
    const stage = this.#stage$.value;
    if (stage === 'stopping' || stage === 'stopped') throw new UsageError('the supervisor has been stopped');
    const runtime = createPipeline(loaded, this.#environment, {
      secretsDir: this.#options.secretsDir,
      stateDir: this.#options.stateDir ?? join(loaded.folder, '.hawser'),
      changed: () => this.#edges$.next(),
    });
    this.#pipelines.set(options.name, runtime);
    if (stage === 'running' || stage === 'starting') this.#addRunning(runtime);
    return runtime;
  }

  async start(): Promise<void> {
    if (this.#options.signal?.aborted) {
      await this.stop();
      throw new StartError('its signal was aborted before the start');
    }
    if (this.#stage$.value !== 'added') throw new UsageError('the supervisor has been started already');
    for (const pipeline of this.#pipelines.values()) pipeline.check();
    for (const pipeline of this.#pipelines.values()) this.#children.push(pipeline.child());
    const root = this.#createRoot();
    this.#root = root;
    this.#inspections.begin(root);
    this.#setStage('starting');
    const starting = new Subscription();
    const started = new Promise<void>((resolve, reject) => {
      starting.add(root.subscribe({ next: (snapshot) => this.#judgeStart(snapshot, resolve, reject), error: reject }));
    });
    root.start();
    root.send({ type: 'start' });
    try {
      await started;
    } catch (error) {
      await this.stop({ drain: 0 });
      throw error;
    } finally {
      starting.unsubscribe();
    }
  }

  async stop(options: StopOptions = {}): Promise<Outcome> {
    const drain = options.drain === undefined ? DRAIN : parseDuration(options.drain, { zero: true });
    const root = this.#root;
    if (!root) this.#finish();
    else if (root.getSnapshot().status === 'active') {
      this.#setStage('stopping');
      // All pipelines drain at the same time; the root then only waits for them, in its order.
      for (const child of Object.values(root.getSnapshot().children)) child?.send({ type: 'stop', drain });
      root.send({ type: 'stop' });
    }
    return this.done;
  }

  reload(): void {
    for (const pipeline of this.#pipelines.values()) pipeline.renew();
  }

  inspect(options: InspectOptions = {}): Promise<Inspector> {
    return this.#inspections.inspect(options);
  }

  record(path: string, options: RecordOptions = {}): Promise<Recording> {
    return this.#inspections.record(path, options);
  }

  history(id: string): readonly Transition[] {
    return this.#connections.history(id);
  }

  reconnect(component: string): boolean {
    return this.#connections.reconnect(component);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #createRoot(): Actor<typeof supervisorMachine> {
    const { clock, logger } = this.#environment;
    const logic = groupActor({
      strategy: 'one-for-one',
      intensity: INTENSITY,
      period: PERIOD,
      autoShutdown: 'never',
      children: this.#children,
      logger,
    });
    const root = createActor(logic, { id: 'hawser', clock, input: UNUSED });
    root.subscribe({
      next: (snapshot) => this.#judgeEnd(snapshot),
      complete: () => this.#finish(),
      error: (error) => {
        logger.error({ err: error }, 'the supervisor itself has failed');
        this.#finish();
      },
    });
    return root;
  }

  #addRunning(runtime: PipelineRuntime): void {
    // After this turn, so that the app can still give it sinks.
    queueMicrotask(() => {
      if (this.#stage$.value === 'stopping' || this.#stage$.value === 'stopped') return;
      try {
        runtime.check();
        const child = runtime.child();
        this.#children.push(child);
        this.#root?.send({ type: 'child.add', spec: child.spec });
      } catch (error) {
        this.#environment.logger.error({ pipeline: runtime.name, err: error }, 'cannot start');
        runtime.refuse(error);
      }
    });
  }

  #judgeStart(snapshot: AnyMachineSnapshot, resolve: () => void, reject: (error: Error) => void): void {
    const failed = [...this.#pipelines.values()].find((pipeline) => pipeline.state() === 'failed');
    if (failed) reject(new StartError(`${failed.name} cannot start: ${describeFailure(failed.failure())}`));
    // A stop may end what was still to start, which then keeps nothing else from running.
    else if (snapshot.hasTag('running') && this.#stage$.value === 'starting') {
      this.#setStage('running');
      resolve();
    } else if (snapshot.status === 'done') reject(new StartError('stopped before everything had started'));
  }

  /** All pipelines have ended by themselves: nothing is left to supervise. */
  #judgeEnd(snapshot: AnyMachineSnapshot): void {
    this.#edges$.next();
    const none = snapshot.hasTag('running') && snapshot.context.alive.length === 0;
    if (none && this.#children.length > 0 && this.#stage$.value === 'running') void this.stop();
  }

  #finish(): void {
    if (this.#stage$.value === 'stopped') return;
    this.#root?.stop();
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#setStage('stopped');
    const outcome = this.#outcome();
    const ending = this.#inspections.end();
    if (ending) void ending.then(() => this.#resolveDone(outcome));
    else this.#resolveDone(outcome);
  }

  #outcome(): Outcome {
    const pipelines = [...this.#pipelines.values()];
    return {
      failures: pipelines
        .filter((pipeline) => pipeline.failure() !== null)
        .map((pipeline) => ({ pipeline: pipeline.name, cause: describeFailure(pipeline.failure()) })),
      undelivered: pipelines.reduce((sum, pipeline) => sum + pipeline.undelivered(), 0),
    };
  }

  #setStage(stage: Stage): void {
    this.#stage$.next(stage);
    this.#edges$.next();
  }
}

/** The group's own input is given ahead; the machine's type asks for one all the same. */
const UNUSED: SupervisorInput = {
  strategy: 'one-for-one',
  intensity: INTENSITY,
  period: PERIOD,
  autoShutdown: 'never',
  children: [],
};

function isLoaded(pipeline: PipelineInput | LoadedPipeline): pipeline is LoadedPipeline {
  return 'options' in pipeline && 'warnings' in pipeline;
}
