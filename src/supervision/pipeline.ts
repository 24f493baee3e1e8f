import { type AnyActorLogic, sendParent } from 'xstate';
import { pipelineMachine } from '../../machines/pipeline.ts';
import { contained } from '../actors/contained.ts';
import { parsePipeline } from '../config/load.ts';
import type { PipelineOptions, SinkOptions, SourceOptions } from '../config/options.ts';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import type { Deliver } from '../sinks/function.ts';
import { DEFAULT_BOUND } from '../streams/chunk-queue.ts';
import { createLedger } from '../streams/ledger.ts';
import { createSinkStream } from '../streams/sink-stream.ts';
import { createSourceStream } from '../streams/source-stream.ts';
import type { Transform } from '../streams/transforms.ts';
import {
  type ComponentContext,
  type SinkComponent,
  type SourceComponent,
  sinkComponent,
  sourceComponent,
} from './components.ts';
import { describeFailure } from './failure.ts';
import { type Child, groupActor, INTENSITY, PERIOD } from './group.ts';
import type { Pipeline, SinkDefinition, SinkHandle, SourceHandle } from './handles.ts';
import { iterate } from './iteration.ts';
import type { PipelineStatus, PipelineWord, SinkStatus, SourceStatus } from './status.ts';

/** What the supervisor holds of a pipeline. */
export interface PipelineRuntime extends Pipeline {
  /** @throws UsageError when something is missing that only the app can give. */
  readonly check: () => void;
  /** Builds the sinks and gives the actor to start. */
  readonly child: () => Child;
  /** Events handed to sinks and not settled. */
  readonly undelivered: () => number;
  readonly failure: () => unknown;
  readonly state: () => PipelineWord;
  /** Fails it before it has an actor: it cannot be built. */
  readonly refuse: (error: unknown) => void;
}

/** Milliseconds that a stop may take to deliver what is owed, when it does not say otherwise. */
export const DRAIN = 10_000;

export function createPipeline(
  options: PipelineOptions,
  environment: Environment,
  settings: { readonly secretsDir?: string | undefined; readonly changed: () => void },
): PipelineRuntime {
  return new AssembledPipeline(options, { pipeline: options.name, environment, ...settings });
}

interface Addition {
  readonly transform?: Transform | undefined;
  readonly deliver?: Deliver | undefined;
}

class AssembledPipeline implements PipelineRuntime {
  readonly name: string;
  readonly #context: ComponentContext;
  readonly #ledger = createLedger();
  readonly #sources = new Map<string, SourceComponent>();
  readonly #sinkOptions = new Map<string, SinkOptions>();
  readonly #additions = new Map<string, Addition>();
  readonly #sinks = new Map<string, SinkComponent>();
  readonly #restarts = new Map<string, number>();
  #state: PipelineWord = 'added';
  #cause: unknown = null;
  #built = false;

  constructor(options: PipelineOptions, context: ComponentContext) {
    this.name = options.name;
    this.#context = context;
    for (const source of options.sources) this.#sources.set(source.name, this.#createSource(source));
    for (const sink of options.sinks) this.#sinkOptions.set(sink.name, sink);
  }

  source(name: string): SourceHandle {
    const { stream, push } = this.#findSource(name);
    const status = () => this.#sourceStatus(name);
    const refuse = () => new UsageError(`source ${name} is no function source: nothing can be pushed to it`);
    return {
      name,
      messages$: stream.messages$,
      push: async (event, attributes) => {
        if (!push) throw refuse();
        if (!this.#built) throw new UsageError(`source ${name} has not started: nobody would take what is pushed`);
        await push.push(event, attributes);
      },
      end: () => {
        if (!push) throw refuse();
        push.end();
      },
      [Symbol.asyncIterator]: () => iterate(stream, this.#ledger),
      get status() {
        return status();
      },
    };
  }

  sink(name: string, definition?: SinkDefinition): SinkHandle {
    if (definition) this.#addSink(name, definition);
    if (!this.#sinkOptions.has(name)) throw new UsageError(`pipeline ${this.name} has no sink named ${name}`);
    const status = () => this.#sinkStatus(name);
    return {
      name,
      get status() {
        return status();
      },
    };
  }

  get status(): PipelineStatus {
    return {
      name: this.name,
      state: this.#state,
      ...(this.#cause === null ? {} : { cause: describeFailure(this.#cause) }),
      sources: [...this.#sources.keys()].map((name) => this.#sourceStatus(name)),
      sinks: [...this.#sinkOptions.keys()].map((name) => this.#sinkStatus(name)),
    };
  }

  check(): void {
    for (const { name, kind } of this.#sinkOptions.values()) {
      if (kind !== 'function' || this.#additions.get(name)?.deliver) continue;
      throw new UsageError(`sink ${name} is a function sink: give it one with pipeline.sink('${name}', { function })`);
    }
  }

  child(): Child {
    this.#built = true;
    for (const options of this.#sinkOptions.values()) this.#sinks.set(options.name, this.#createSink(options));
    const logic = contained(
      pipelineMachine.provide({
        actors: {
          sinks: this.#group('sinks', [...this.#sinks.values()], 'never'),
          sources: this.#group('sources', [...this.#sources.values()], 'all'),
        },
        actions: {
          announceReady: sendParent({ type: 'child.ready', id: this.name }),
          closeIntakes: () => {
            for (const { stream } of this.#sources.values()) stream.end();
          },
        },
      }),
      {
        input: { drain: DRAIN },
        observe: (snapshot) => {
          this.#state = WORDS.find((word) => snapshot.hasTag(word)) ?? 'stopped';
          this.#cause = snapshot.context.cause;
          this.#context.changed();
        },
      },
    );
    return { spec: { id: this.name, restart: 'temporary', shutdown: null, startTimeout: null }, logic };
  }

  undelivered(): number {
    return [...this.#sinks.values()].reduce((sum, { stream }) => sum + stream.counts().owed, 0);
  }

  failure(): unknown {
    return this.#cause;
  }

  state(): PipelineWord {
    return this.#state;
  }

  refuse(error: unknown): void {
    this.#state = 'failed';
    this.#cause = error;
    this.#context.changed();
  }

  #createSource(options: SourceOptions): SourceComponent {
    const { environment } = this.#context;
    const { clock, now, random } = environment;
    this.#ledger.addSource(options.name);
    const stream = createSourceStream({
      name: options.name,
      epoch: now().toString(36) + Math.floor(random() * 36 ** 4).toString(36),
      encoding: options.kind === 'function' ? 'text' : options.options.payload,
      emitInterval: options.kind === 'web-socket' ? options.options['emit-interval'] : 0,
      waiting: DEFAULT_BOUND,
      ledger: this.#ledger,
      clock,
      now,
    });
    return sourceComponent(options, stream, this.#context);
  }

  #createSink(options: SinkOptions): SinkComponent {
    const { transform, deliver } = this.#additions.get(options.name) ?? {};
    const { buffer } = options;
    const inFlight = options.kind === 'web-socket' ? options.options['max-in-flight'] : DEFAULT_BOUND;
    const stream = createSinkStream({
      name: options.name,
      inputs: options.inputs.map((name) => this.#findSource(name).stream),
      ...(transform ? { transform } : {}),
      buffer: {
        waiting: { events: buffer['max-events'], bytes: buffer['max-bytes'] },
        whenFull: buffer['when-full'],
        inFlight,
      },
      ledger: this.#ledger,
    });
    return sinkComponent(options, stream, deliver, this.#context);
  }

  #addSink(name: string, definition: SinkDefinition): void {
    if (this.#built) throw new UsageError(`sink ${name} is added too late: ${this.name} has started`);
    const { transform, function: deliver, ...written } = definition;
    const known = this.#sinkOptions.get(name);
    if (known && deliver && known.kind !== 'function') {
      throw new UsageError(`sink ${name} is a ${known.kind} sink: it takes no function`);
    }
    const before = this.#additions.get(name);
    this.#additions.set(name, { transform: transform ?? before?.transform, deliver: deliver ?? before?.deliver });
    if (known && Object.keys(written).length === 0) return;
    const { sinks } = parsePipeline({
      name: this.name,
      sources: [...this.#sources.keys()].map((source) => ({ name: source, function: {} })),
      sinks: [{ name, ...written, ...(deliver ? { function: {} } : {}) }],
    });
    for (const sink of sinks) this.#sinkOptions.set(name, sink);
  }

  #group(id: string, components: readonly { readonly child: Child }[], autoShutdown: 'never' | 'all'): AnyActorLogic {
    return groupActor({
      id,
      strategy: 'one-for-one',
      intensity: INTENSITY,
      period: PERIOD,
      autoShutdown,
      children: components.map(({ child }) => child),
      logger: this.#context.environment.logger,
      restarted: (child) => this.#restarts.set(child, (this.#restarts.get(child) ?? 0) + 1),
    });
  }

  #findSource(name: string): SourceComponent {
    const found = this.#sources.get(name);
    if (!found) throw new UsageError(`pipeline ${this.name} has no source named ${name}`);
    return found;
  }

  #sourceStatus(name: string): SourceStatus {
    const { options, stream, child, state, connection } = this.#findSource(name);
    const live = connection();
    return {
      name,
      kind: options.kind,
      state: this.#state === 'added' ? 'added' : state(),
      ...(live ? { connection: live } : {}),
      received: stream.received,
      rejected: stream.rejected,
      settled: this.#ledger.settled(name),
      inFlight: this.#ledger.inFlight(name),
      held: stream.held,
      restarts: this.#restarts.get(child.spec.id) ?? 0,
    };
  }

  #sinkStatus(name: string): SinkStatus {
    const options = this.#sinkOptions.get(name);
    const component = this.#sinks.get(name);
    const common = { name, kind: options?.kind ?? '', inputs: options?.inputs ?? [] };
    if (!component) return { ...common, state: 'added', restarts: 0, ...NOTHING };
    const live = component.connection();
    return {
      ...common,
      state: component.state(),
      ...(live ? { connection: live } : {}),
      ...component.stream.counts(),
      restarts: this.#restarts.get(component.child.spec.id) ?? 0,
    };
  }
}

const NOTHING = {
  waiting: { events: 0, bytes: 0 },
  inFlight: { events: 0, bytes: 0 },
  dropped: 0,
  owed: 0,
  delivered: 0,
  rejected: 0,
  unconsumed: 0,
};

const WORDS: readonly PipelineWord[] = ['starting', 'running', 'draining', 'stopped', 'failed'];
