import { createSupervisor, HawserError, type LoadedPipeline, type Outcome, type Supervisor } from '../index.ts';
import type { Console } from './console.ts';
import { EXIT } from './exit-code.ts';
import { guaranteeOf } from './guarantee.ts';
import { onStopSignals } from './signals.ts';
import { plural } from './status-line.ts';
import { showStatus } from './status-view.ts';

export interface SessionOptions {
  readonly pipeline: LoadedPipeline;
  readonly console: Console;
  /** Milliseconds from the moment when everything has started; without it, until something else ends it. */
  readonly duration?: number | undefined;
  /** Milliseconds. */
  readonly drain?: number | undefined;
  readonly secretsDir?: string | undefined;
  /** Everything has started. */
  readonly started?: (supervisor: Supervisor) => void;
}

export interface SessionEnd {
  readonly exitCode: number;
  readonly supervisor: Supervisor;
}

/** Milliseconds that a stop may take to deliver what is owed. */
const DRAIN = 10_000;

/** Runs one pipeline until it has ended: by itself, after its duration, or by a signal. */
export function runSession(options: SessionOptions): Promise<SessionEnd> {
  return new Session(options).run();
}

class Session {
  readonly #options: SessionOptions;
  readonly #supervisor: Supervisor;
  readonly #pipeline: string;
  #asked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    const { console, pipeline, secretsDir } = options;
    this.#options = options;
    this.#pipeline = pipeline.options.name;
    this.#supervisor = createSupervisor({ logger: console.logger, stdio: console.stdio, secretsDir });
    this.#supervisor.add(pipeline);
  }

  async run(): Promise<SessionEnd> {
    const release = this.#attach();
    try {
      return { exitCode: await this.#live(), supervisor: this.#supervisor };
    } finally {
      clearTimeout(this.#timer);
      release();
    }
  }

  async #live(): Promise<number> {
    const failure = await this.#start();
    return this.#judge(await this.#supervisor.done, failure);
  }

  /** Gives why nothing runs, if so. */
  async #start(): Promise<string | undefined> {
    const { duration, started } = this.#options;
    this.#announce();
    try {
      await this.#supervisor.start();
    } catch (error) {
      // Who asked for a stop in the middle of the start gets one.
      if (this.#asked) return undefined;
      if (error instanceof HawserError) return error.message;
      throw error;
    }
    if (duration !== undefined) this.#timer = setTimeout(() => this.#stop('the time is over'), duration);
    started?.(this.#supervisor);
    return undefined;
  }

  #stop(reason: string): void {
    if (this.#asked) return;
    this.#asked = true;
    const { drain = DRAIN, console } = this.#options;
    console.logger.info({ pipeline: this.#pipeline }, `${reason}: stopping, within ${drain / 1000} s`);
    void this.#supervisor.stop({ drain: drain / 1000 });
  }

  /** What runs beside the pipeline; gives how to end it. */
  #attach(): () => void {
    const { logger, screen, style } = this.#options.console;
    const hideStatus = screen ? showStatus(this.#supervisor, screen, style) : () => {};
    const ignoreSignals = onStopSignals({
      stop: (signal) => this.#stop(signal),
      abandon: (signal) => {
        hideStatus();
        logger.warn({ pipeline: this.#pipeline }, `${signal} again: exiting at once`);
      },
    });
    const crash = (error: unknown) => {
      hideStatus();
      logger.fatal({ err: error }, 'unexpected');
      process.exit(EXIT.failed);
    };
    // Before the one of the process, which has no log.
    process.prependListener('uncaughtException', crash);
    return () => {
      process.off('uncaughtException', crash);
      ignoreSignals();
      hideStatus();
    };
  }

  #announce(): void {
    const { sources, sinks } = this.#options.pipeline.options;
    const { logger } = this.#options.console;
    const size = `${plural(sources.length, 'source')}, ${plural(sinks.length, 'sink')}`;
    logger.info({ pipeline: this.#pipeline }, `starting: ${size}`);
    for (const sink of sinks) logger.info({ component: `${this.#pipeline}/${sink.name}` }, guaranteeOf(sink));
  }

  #judge({ failures, undelivered }: Outcome, startFailure: string | undefined): number {
    const { logger } = this.#options.console;
    const sinks = Object.fromEntries(this.#owing());
    const faults = startFailure === undefined ? failures.map(({ cause }) => `failed: ${cause}`) : [startFailure];
    if (undelivered > 0) faults.push(`${plural(undelivered, 'event')} undelivered: ${listed(sinks)}`);
    if (faults.length > 0) {
      const fields = { pipeline: this.#pipeline, ...(undelivered > 0 ? { undelivered, sinks } : {}) };
      logger.error(fields, faults.join('; '));
      return EXIT.failed;
    }
    logger.info({ pipeline: this.#pipeline }, `stopped: ${this.#summary()}`);
    return EXIT.done;
  }

  #owing(): [name: string, owed: number][] {
    const sinks = this.#supervisor.status.pipelines.flatMap((pipeline) => pipeline.sinks);
    return sinks.filter(({ owed }) => owed > 0).map(({ name, owed }) => [name, owed]);
  }

  #summary(): string {
    const { pipelines } = this.#supervisor.status;
    const came = pipelines.flatMap(({ sources }) => sources.map((each) => `${each.name} received ${each.received}`));
    const went = pipelines.flatMap(({ sinks }) => sinks.map((each) => `${each.name} delivered ${each.delivered}`));
    return [...came, ...went].join(', ');
  }
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
