import {
  createSupervisor,
  HawserError,
  type Inspector,
  type LoadedPipeline,
  type Outcome,
  type Supervisor,
} from '../index.ts';
import { nodeEnvironment } from '../node-environment.ts';
import { sizeOf } from './check.ts';
import { complain } from './complain.ts';
import type { Console } from './console.ts';
import { EXIT } from './exit-code.ts';
import { guaranteeOf } from './guarantee.ts';
import { span } from './phrases.ts';
import { onSignals } from './signals.ts';
import { showStatus } from './status-view.ts';
import { manyComponents, tallies } from './tally.ts';
import { judge } from './verdict.ts';
import { watchClosing, watchDrops, watchPeers, watchTroubles } from './watchers.ts';

/** How it can be looked at. */
export interface InspectionOptions {
  /** Port of the inspector's page; 0: any free one. Left out: none. */
  readonly inspect?: number;
  readonly inspectControl?: boolean;
  /** File that takes what the inspector would be told. */
  readonly record?: string;
}

export interface SessionOptions {
  readonly pipeline: LoadedPipeline;
  readonly console: Console;
  /** Milliseconds from the moment when everything has started; without it, until something else ends it. */
  readonly duration?: number | undefined;
  /** Milliseconds. */
  readonly drain?: number | undefined;
  /** Default: as the supervisor's. */
  readonly stateDir?: string | undefined;
  readonly secretsDir?: string | undefined;
  readonly inspection?: InspectionOptions;
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
  #troubles: ReadonlyMap<string, string> = new Map();
  #asked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    const { console, pipeline, stateDir, secretsDir } = options;
    this.#options = options;
    this.#pipeline = pipeline.options.name;
    // A line of the runtime may name a sink alone; the pipeline belongs to its name.
    const logger = console.logger.child({ pipeline: this.#pipeline });
    this.#supervisor = createSupervisor({ logger, stdio: console.stdio, stateDir, secretsDir });
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
    const refusal = await this.#openInspection();
    if (refusal !== undefined) {
      complain(`hawser: ${refusal}`);
      await this.#supervisor.stop({ drain: 0 });
      return EXIT.misused;
    }
    const failure = await this.#start();
    return this.#conclude(await this.#supervisor.done, failure);
  }

  /** Before the start, so that it can be seen. Gives why it cannot be looked at, if so. */
  async #openInspection(): Promise<string | undefined> {
    const { inspect, inspectControl, record } = this.#options.inspection ?? {};
    try {
      const stop = () => this.#stop("the inspector's page");
      // A port that is taken must not have cost an old recording.
      const inspector =
        inspect === undefined
          ? undefined
          : await this.#supervisor.inspect({ port: inspect, control: inspectControl, stop });
      if (record !== undefined) await this.#supervisor.record(record);
      if (inspector) this.#tellAddress(inspector);
      return undefined;
    } catch (error) {
      if (error instanceof HawserError) return error.message;
      throw error;
    }
  }

  /** Also to who wants no such lines: it cannot be found otherwise. */
  #tellAddress({ url }: Inspector): void {
    const { logger, say } = this.#options.console;
    if (logger.isLevelEnabled('info')) logger.info({ pipeline: this.#pipeline }, `inspector: ${url}`);
    else say(`inspector: ${url}`);
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
    const pace = drain === 0 ? 'stopping at once' : `stopping, within ${span(drain)}`;
    console.logger.info({ pipeline: this.#pipeline }, `${reason}: ${pace}`);
    void this.#supervisor.stop({ drain: drain / 1000 });
  }

  async #reload(reason: string): Promise<void> {
    const { logger } = this.#options.console;
    const who = { pipeline: this.#pipeline };
    logger.info(who, `${reason}: reading certificates again`);
    try {
      await this.#supervisor.reload();
    } catch (error) {
      logger.error({ ...who, err: error }, 'certificates cannot be read again');
    }
  }

  /** What runs beside the pipeline; gives how to end it. */
  #attach(): () => void {
    const { logger, screen, style } = this.#options.console;
    const unwatch = this.#watch();
    const hideStatus = screen ? showStatus(this.#supervisor, screen, style) : () => {};
    const ignoreSignals = onSignals({
      stop: (signal) => this.#stop(signal),
      reload: (signal) => void this.#reload(signal),
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
      unwatch();
    };
  }

  #watch(): () => void {
    const { status$ } = this.#supervisor;
    const { logger } = this.#options.console;
    const watched = { status$, logger, clock: nodeEnvironment().clock };
    const following = watchTroubles(watched);
    this.#troubles = following.troubles;
    const watches = [following, watchDrops(watched), watchPeers(watched), watchClosing(watched)];
    return () => {
      for (const watch of watches) watch.unsubscribe();
    };
  }

  #announce(): void {
    const { pipeline, console } = this.#options;
    const { sinks, listeners } = pipeline.options;
    const { logger } = console;
    logger.info({ pipeline: this.#pipeline }, `starting: ${sizeOf(pipeline)}`);
    for (const sink of sinks) {
      logger.info({ component: `${this.#pipeline}/${sink.name}` }, guaranteeOf(sink, listeners));
    }
  }

  #conclude(outcome: Outcome, startFailure: string | undefined): number {
    const { logger } = this.#options.console;
    const { status } = this.#supervisor;
    const { good, sentence, fields } = judge({ outcome, status, troubles: this.#troubles, startFailure });
    if (manyComponents(status)) {
      for (const { component, words } of tallies(status)) logger.debug({ component }, words);
    }
    const who = { pipeline: this.#pipeline, ...fields };
    if (good) logger.info(who, sentence);
    else logger.error(who, sentence);
    return good ? EXIT.done : EXIT.failed;
  }
}
