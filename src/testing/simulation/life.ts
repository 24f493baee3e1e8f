import { PassThrough, Writable } from 'node:stream';
import type { LoadedPipeline } from '../../config/load.ts';
import type { Environment, Logger } from '../../environment.ts';
import type { Pipeline, SinkDefinition } from '../../supervision/handles.ts';
import type { PipelineStatus } from '../../supervision/status.ts';
import { createRootSupervisor, type Outcome, type Supervisor } from '../../supervision/supervisor.ts';
import type { DiskMount } from '../memory-disk.ts';
import { LifeClock } from './life-clock.ts';
import { LifeNetwork } from './life-network.ts';
import { STATE_DIRECTORY } from './plan.ts';
import { speakerOf } from './speaker.ts';

export interface LifeTerms {
  readonly loaded: LoadedPipeline;
  readonly setup: ((pipeline: Pipeline) => void) | undefined;
  /** What it shares with the lives before and after it. */
  readonly environment: Pick<Environment, 'clock' | 'now' | 'random' | 'dial' | 'listen'>;
  readonly mount: DiskMount;
  readonly log: (level: string, who: string, message: string) => void;
  /** It has ended by itself or because it was asked to. */
  readonly ended: (exit: number) => void;
}

/** One life of the simulated process: from its start to its end, or to its death. */
export class Life {
  readonly clock: LifeClock;
  readonly network: LifeNetwork;
  readonly pipeline: Pipeline;
  readonly #terms: LifeTerms;
  readonly #supervisor: Supervisor;
  #state: 'running' | 'stopping' | 'over' = 'running';
  #startFault: unknown;

  constructor(terms: LifeTerms) {
    const { loaded, setup, environment, mount } = terms;
    this.#terms = terms;
    this.clock = new LifeClock(environment.clock);
    this.network = new LifeNetwork(environment.clock, this.clock, environment.dial);
    const own: Environment = {
      ...environment,
      clock: this.clock,
      dial: this.network.dial,
      files: mount.files,
      openStore: mount.openStore,
      env: {},
      stdio: { stdin: new PassThrough(), stdout: nowhere(), stderr: nowhere() },
      logger: this.#logger(),
    };
    this.#supervisor = createRootSupervisor(own, { stateDir: STATE_DIRECTORY });
    this.pipeline = this.#supervisor.add(loaded);
    setup?.(this.#guarded(this.pipeline));
  }

  get state(): 'running' | 'stopping' | 'over' {
    return this.#state;
  }

  get status(): PipelineStatus {
    return this.pipeline.status;
  }

  start(): void {
    this.#supervisor.done.then((outcome) => this.#end(outcome));
    this.#supervisor.start().catch((error: unknown) => {
      this.#startFault = error;
    });
  }

  /** Asks for an end. Undefined: with the drain that is the default. */
  stop(drain: string | number | undefined): void {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    // A signal is heard when the event loop goes on.
    this.clock.tell(() => void this.#supervisor.stop(drain === undefined ? {} : { drain }));
  }

  /** It is gone, without another word. */
  die(): void {
    this.#state = 'over';
    this.clock.die();
    this.network.die();
    this.#terms.mount.die();
  }

  /** Its event loop stands still. */
  block(ms: number): void {
    this.network.block();
    this.clock.block(ms);
  }

  #end({ failures, undelivered }: Outcome): void {
    if (this.#state === 'over') return;
    const failed = this.status.sinks.some(({ state, owed }) => state === 'failed' && owed > 0);
    this.#state = 'over';
    // A process that exits lets go of its files. What it still writes is done or not.
    this.#terms.mount.die();
    const good = failures.length === 0 && undelivered === 0 && !failed && this.#startFault === undefined;
    this.#terms.ended(good ? 0 : 1);
  }

  /** The app is part of the process: nothing of it acts in the next life. */
  #guarded(pipeline: Pipeline): Pipeline {
    const guard = ({ function: deliver, transform, ...rest }: SinkDefinition): SinkDefinition => ({
      ...rest,
      ...(transform ? { transform } : {}),
      ...(deliver ? { function: (...given) => (this.#state === 'over' ? never() : deliver(...given)) } : {}),
    });
    return {
      name: pipeline.name,
      source: (name) => pipeline.source(name),
      sink: (name, definition) => pipeline.sink(name, definition && guard(definition)),
      get status() {
        return pipeline.status;
      },
    };
  }

  #logger(): Logger {
    const { name } = this.#terms.loaded.options;
    const at = (level: string) => (fields: object, message: string) => {
      if (this.#state !== 'over') this.#terms.log(level, speakerOf(fields, name), message);
    };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

function never(): Promise<void> {
  return new Promise(() => {});
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
