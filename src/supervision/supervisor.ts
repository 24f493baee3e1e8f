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
import type { Pipeline } from './handles.ts';
import { Inspections } from './inspections.ts';
import { createPipeline, DRAIN, type PipelineRuntime } from './pipeline.ts';
import type { SupervisorStatus } from './status.ts';
import { throttledStatus } from './throttle.ts';

export interface SupervisorOptions {
  /** Where `${secret|NAME}` looks for the file NAME when `HAWSER_SECRET_NAME` is not set. Default: nowhere. */
  readonly secretsDir?: string | undefined;
  /** Where buffers of `type: disk`, and cursors without `persist-to`, are kept. Default: `.hawser` beside the config file, else in the working directory. */
  readonly stateDir?: string | undefined;
  /** Stops the supervisor, with the default drain, when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export interface StopOptions {
  /** How long to go on delivering what is owed: `'10s'`, or seconds. Default 10 s; 0 stops at once. */
  readonly drain?: string | number;
}

/** How it ended. */
export interface Outcome {
  /** Names of the pipelines that failed, with their causes. */
  readonly failures: readonly { readonly pipeline: string; readonly cause: string }[];
  /** Events that were handed on and that some sink has not settled, and does not keep on disk. */
  readonly undelivered: number;
}

export interface Supervisor extends AsyncDisposable {
  /**
   * Adds a pipeline, from `loadPipeline` or as an object in the native shape. After `start()` it starts at once.
   * @throws ConfigError when the object is not valid, UsageError when the name is taken.
   */
  add(pipeline: PipelineInput | LoadedPipeline): Pipeline;
  /**
   * Starts everything, sinks before sources. Resolves when all pipelines run.
   * @throws StartError when one cannot start; everything is stopped again by then.
   */
  start(): Promise<void>;
  /** Stops taking in, delivers what is owed until the deadline, closes. Afterwards no timer and no socket is left. */
  stop(options?: StopOptions): Promise<Outcome>;
  /** Reads the certificates of all listeners again; peers that connect from then on are shown the new ones. */
  reload(): void;
  /**
   * Serves the inspector's page on 127.0.0.1 until it is closed or the supervisor has stopped. Nothing is inspected
   * before that; may be called before the start, to see it.
   * @throws UsageError when the supervisor has stopped, an option is wrong, or Stately is asked for and its package
   *   `@statelyai/inspect` is not installed.
   * @throws NetworkError when the port is taken.
   */
  inspect(options?: InspectOptions): Promise<Inspector>;
  /**
   * Writes what the inspector would be told to a file, a JSON object per line, until it is closed or the supervisor has
   * stopped. An old file of that name is replaced.
   * @throws UsageError when the supervisor has stopped, or the file cannot be written.
   */
  record(path: string, options?: RecordOptions): Promise<Recording>;
  /**
   * The last 200 transitions of a connection, oldest first, each with its time and, after a loss, its cause. Always kept,
   * over restarts too; empty before the start. The id is the path that log lines name: of a component that dials,
   * `ticks/exchange` or `ticks/exchange/connection`, or of a peer that is connected, `ticks/listener/0.0.0.0:8080/ID`.
   * What is taken again and again while a connection is live, such as a heartbeat's, is told once, with how often.
   * @throws UsageError when there is no such connection; it names the nearest that there are.
   */
  history(id: string): readonly Transition[];
  /**
   * Has the connection of a component, `ticks/exchange`, dial anew: at once when it waits for its next attempt, else
   * after a loss of its own making, whose backoff is that of any loss. What a sink has sent and the peer not acknowledged
   * is sent again. False when it is not needed yet or has ended: then nothing happens.
   * @throws UsageError as for `history`, and for a peer: that has dialled us.
   */
  reconnect(component: string): boolean;
  /** Resolves once every pipeline has ended, by itself or by `stop`. */
  readonly done: Promise<Outcome>;
  readonly status: SupervisorStatus;
  /** The tree at once, then every change of state; counters at most every 250 ms. */
  readonly status$: Observable<SupervisorStatus>;
}

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
