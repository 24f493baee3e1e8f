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
  readonly #open = new Set<{ readonly close: () => Promise<void> }>();
  #ended = false;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** The root actor is made, and has not started. */
  begin(root: AnyActorRef): void {
    this.#root$.next(root);
  }

  // What inspection consists of is loaded only by who asks for it.
  async inspect(options: InspectOptions): Promise<Inspector> {
    this.#check();
    const { openInspector } = await import('../inspection/inspector.ts');
    return this.#keep(await openInspector(this.#inspected(), options));
  }

  async record(path: string, options: RecordOptions): Promise<Recording> {
    this.#check();
    const { openRecord } = await import('../inspection/inspector.ts');
    return this.#keep(await openRecord(this.#inspected(), path, options));
  }

  /** Undefined when there is nobody to wait for. */
  end(): Promise<unknown> | undefined {
    this.#ended = true;
    if (this.#open.size === 0) return undefined;
    const ending = [...this.#open].map((inspection) => inspection.close());
    this.#open.clear();
    return Promise.allSettled(ending);
  }

  #check(): void {
    if (this.#ended) throw new UsageError('the supervisor has stopped: there is nothing to inspect');
  }

  #inspected(): Inspected {
    const { environment, control } = this.#subject;
    return { environment, control, root$: this.#root$, measure: () => this.#measure() };
  }

  async #keep<Opened extends { readonly close: () => Promise<void> }>(opened: Opened): Promise<Opened> {
    this.#open.add(opened);
    // The supervisor may have come to its end meanwhile.
    if (this.#ended) await this.end();
    return opened;
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
