import { ReplaySubject } from 'rxjs';
import type { AnyActorRef } from 'xstate';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import type { InspectOptions, Inspector, RecordOptions } from '../inspection/inspector.ts';
import type { Control } from '../inspection/page/server.ts';
import type { Recording } from '../inspection/recording/recording.ts';
import type { Inspected, Measurement } from '../inspection/watch.ts';
import type { Gauges } from './gauges.ts';
import type { PipelineRuntime } from './pipeline.ts';

/** Milliseconds that a stop waits for those who inspect: a disk may never answer. */
const CLOSING = 5000;

interface Inspection {
  readonly close: () => Promise<void>;
}

interface Subject {
  readonly environment: Environment;
  /** Also those that are added later. */
  readonly pipelines: () => Iterable<PipelineRuntime>;
  readonly control: Control;
}

/** Who inspects a supervisor: nobody, until it is asked for. They end with it. */
export class Inspections {
  readonly #subject: Subject;
  readonly #root$ = new ReplaySubject<AnyActorRef>(1);
  /** Those that are being opened too. */
  readonly #open = new Set<Inspection>();
  #ended = false;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** The root actor is made, and has not started. */
  begin(root: AnyActorRef): void {
    this.#root$.next(root);
  }

  // What inspection consists of is loaded only by who asks for it.
  inspect(options: InspectOptions): Promise<Inspector> {
    return this.#keep(async () => {
      const { openInspector } = await import('../inspection/inspector.ts');
      return openInspector(this.#inspected(), options);
    });
  }

  record(path: string, options: RecordOptions): Promise<Recording> {
    return this.#keep(async () => {
      const { openRecord } = await import('../inspection/inspector.ts');
      return openRecord(this.#inspected(), path, options);
    });
  }

  /** Undefined when there is nobody to wait for. */
  end(): Promise<void> | undefined {
    this.#ended = true;
    if (this.#open.size === 0) return undefined;
    const { clock, logger } = this.#subject.environment;
    const closed = Promise.allSettled([...this.#open].map((inspection) => inspection.close()));
    return new Promise((resolve) => {
      const late = clock.setTimeout(() => {
        logger.warn({}, `inspection has not ended within ${CLOSING / 1000} s: a recording may be incomplete`);
        resolve();
      }, CLOSING);
      void closed.then(() => {
        clock.clearTimeout(late);
        resolve();
      });
    });
  }

  #check(): void {
    if (this.#ended) throw new UsageError('the supervisor has stopped: there is nothing to inspect');
  }

  #inspected(): Inspected {
    const { environment, control } = this.#subject;
    return { environment, control, root$: this.#root$, measure: () => this.#measure() };
  }

  async #keep<Opened extends Inspection>(open: () => Promise<Opened>): Promise<Opened> {
    this.#check();
    const opening = open();
    const inspection = { close: async () => (await opening).close() };
    this.#open.add(inspection);
    const forget = () => this.#open.delete(inspection);
    try {
      const opened = await opening;
      // The supervisor has come to its end meanwhile, and closes it.
      this.#check();
      const { close } = opened;
      return Object.assign(opened, { close: () => close().finally(forget) });
    } catch (error) {
      forget();
      throw error;
    }
  }

  #measure(): Measurement {
    const measured = new Map<PipelineRuntime, Gauges>();
    const gaugesOf = (pipeline: PipelineRuntime): Gauges => {
      const gauges = measured.get(pipeline) ?? pipeline.measure();
      measured.set(pipeline, gauges);
      return gauges;
    };
    return {
      read: () => [...this.#subject.pipelines()].flatMap((pipeline) => gaugesOf(pipeline).read()),
      close: () => {
        for (const gauges of measured.values()) gauges.close();
      },
    };
  }
}
