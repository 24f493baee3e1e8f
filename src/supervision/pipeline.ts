import { type AnyActorLogic, sendParent } from 'xstate';
import { pipelineMachine } from '../../machines/pipeline.ts';
import type { ConnectionHandle } from '../actors/connection-handle.ts';
import { contained } from '../actors/contained.ts';
import { type Child, groupActor, INTENSITY, PERIOD } from '../actors/group.ts';
import type { Transition } from '../actors/transition.ts';
import { addSink, type LoadedPipeline } from '../config/load.ts';
import type { PipelineOptions, SinkOptions } from '../config/options.ts';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import { type Addition, type Assembly, assemble } from './assembly.ts';
import { dials } from './component.ts';
import { peersOf, type StatusContext, sinkStatus, sourceStatus } from './component-status.ts';
import { describeFailure } from './failure.ts';
import { Gauges } from './gauges.ts';
import type { Pipeline, SinkDefinition, SinkHandle, SourceHandle } from './handles.ts';
import { iterate } from './iteration.ts';
import type { PipelineStatus, PipelineWord } from './status.ts';
import { PipelineStreams } from './streams.ts';

/** What the supervisor holds of a pipeline. */
export interface PipelineRuntime extends Pipeline {
  /** @throws UsageError when something is missing that only the app can give. */
  readonly check: () => void;
  /** Builds the sinks and gives the actor to start. */
  readonly child: () => Child;
  /** Events handed to sinks, not settled and not on disk. */
  readonly undelivered: () => number;
  readonly failure: () => unknown;
  readonly state: () => PipelineWord;
  /** Reads the certificates of its listeners again. */
  readonly renew: () => void;
  /** Starts to measure it. */
  readonly measure: () => Gauges;
  /** Names of the components that dial. */
  readonly dialling: () => string[];
  /** Of the component of that name, if it dials and has started. */
  readonly connection: (component: string) => ConnectionHandle | undefined;
  /** Paths of the peers that are connected. */
  readonly peers: () => string[];
  /** Of the peer of that path, if it is connected. */
  readonly peerHistory: (path: string) => readonly Transition[] | undefined;
  /** Fails it before it has an actor: it cannot be built. */
  readonly refuse: (error: unknown) => void;
}

/** Milliseconds that a stop may take to deliver what is owed, when it does not say otherwise. */
export const DRAIN = 10_000;

export interface PipelineSettings {
  readonly secretsDir?: string | undefined;
  /** Where cursors without `persist-to` are kept. */
  readonly stateDir: string;
  readonly changed: () => void;
}

export function createPipeline(
  loaded: LoadedPipeline,
  environment: Environment,
  settings: PipelineSettings,
): PipelineRuntime {
  return new AssembledPipeline(loaded, environment, settings);
}

class AssembledPipeline implements PipelineRuntime {
  readonly name: string;
  readonly #environment: Environment;
  readonly #settings: PipelineSettings;
  readonly #streams: PipelineStreams;
  readonly #additions = new Map<string, Addition>();
  readonly #restarts = new Map<string, number>();
  #loaded: LoadedPipeline;
  #assembly: Assembly | undefined;
  #state: PipelineWord = 'added';
  #cause: unknown = null;
  /** When the running drain has to be over, on the monotonic clock. */
  #deadline: number | undefined;

  constructor(loaded: LoadedPipeline, environment: Environment, settings: PipelineSettings) {
    const { options } = loaded;
    this.name = options.name;
    this.#loaded = loaded;
    this.#environment = environment;
    this.#settings = settings;
    this.#streams = new PipelineStreams(options.sources, environment);
  }

  source(name: string): SourceHandle {
    const stream = this.#streams.source(name);
    const status = () => sourceStatus(this.#sourceOptions(name), this.#statusContext);
    const peers = () => peersOf(this.#sourceOptions(name), this.#assembly);
    const push = () => {
      const { kind } = this.#sourceOptions(name);
      if (kind !== 'function')
        throw new UsageError(`source ${name} is no function source: nothing can be pushed to it`);
      const found = this.#assembly?.sources.get(name)?.push;
      if (!found) throw new UsageError(`source ${name} has not started: nobody would take what is pushed`);
      return found;
    };
    return {
      name,
      messages$: stream.messages$,
      push: async (event, attributes) => push().push(event, attributes),
      end: () => push().end(),
      [Symbol.asyncIterator]: () => iterate(stream, this.#streams.ledger, this.#environment),
      get status() {
        return status();
      },
      get peers() {
        return peers();
      },
    };
  }

  sink(name: string, definition?: SinkDefinition): SinkHandle {
    if (definition) this.#addSink(name, definition);
    const status = () => sinkStatus(this.#sinkOptions(name), this.#statusContext);
    const peers = () => peersOf(this.#sinkOptions(name), this.#assembly);
    this.#sinkOptions(name);
    return {
      name,
      get status() {
        return status();
      },
      get peers() {
        return peers();
      },
    };
  }

  get status(): PipelineStatus {
    return {
      name: this.name,
      state: this.#state,
      ...(this.#cause === null ? {} : { cause: describeFailure(this.#cause) }),
      sources: this.#options.sources.map((each) => sourceStatus(each, this.#statusContext)),
      sinks: this.#options.sinks.map((each) => sinkStatus(each, this.#statusContext)),
    };
  }

  check(): void {
    for (const { name, kind } of this.#options.sinks) {
      if (kind !== 'function' || this.#additions.get(name)?.deliver) continue;
      throw new UsageError(`sink ${name} is a function sink: give it one with pipeline.sink('${name}', { function })`);
    }
  }

  child(): Child {
    const assembly = this.#assemble();
    this.#assembly = assembly;
    const logic = contained(
      pipelineMachine.provide({
        actors: {
          foundation: this.#group('foundation', assembly.foundation.children, 'never'),
          sinks: this.#group('sinks', childrenOf(assembly.sinks), 'never'),
          sources: this.#group('sources', childrenOf(assembly.sources), 'all'),
        },
        actions: {
          announceReady: sendParent({ type: 'child.ready', id: this.name }),
          closeIntakes: () => this.#streams.endSources(),
          noteDeadline: ({ context }) => {
            this.#deadline = this.#environment.clock.now() + context.drain;
          },
        },
      }),
      {
        input: { drain: DRAIN },
        observe: (snapshot) => {
          this.#state = WORDS.find((word) => snapshot.hasTag(word)) ?? 'stopped';
          this.#cause = snapshot.context.cause;
          this.#settings.changed();
        },
      },
    );
    return { spec: { id: this.name, restart: 'temporary', shutdown: null, startTimeout: null }, logic };
  }

  renew(): void {
    this.#assembly?.foundation.renew();
  }

  measure(): Gauges {
    return new Gauges({
      options: () => this.#options,
      status: () => this.status,
      ledger: this.#streams.ledger,
      clock: this.#environment.clock,
    });
  }

  dialling(): string[] {
    const { sources, sinks } = this.#options;
    return [...sources, ...sinks].filter(dials).map(({ name }) => name);
  }

  connection(component: string): ConnectionHandle | undefined {
    return this.#assembly?.sources.get(component)?.handle ?? this.#assembly?.sinks.get(component)?.handle;
  }

  peers(): string[] {
    return this.#assembly?.foundation.peerPaths() ?? [];
  }

  peerHistory(path: string): readonly Transition[] | undefined {
    return this.#assembly?.foundation.peerHistory(path);
  }

  undelivered(): number {
    const counts = [...(this.#assembly?.sinks.values() ?? [])].map(({ stream }) => stream.counts());
    return counts.reduce((sum, { owed, kept = 0 }) => sum + owed - kept, 0);
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
    this.#settings.changed();
  }

  #assemble(): Assembly {
    return assemble({
      ...this.#settings,
      pipeline: this.#options,
      folder: this.#loaded.folder,
      streams: this.#streams,
      additions: this.#additions,
      environment: this.#environment,
      remaining: () => (this.#deadline === undefined ? undefined : this.#deadline - this.#environment.clock.now()),
    });
  }

  #addSink(name: string, definition: SinkDefinition): void {
    if (this.#assembly) throw new UsageError(`sink ${name} is added too late: ${this.name} has started`);
    const { transform, function: deliver, ...written } = definition;
    const known = this.#findSink(name);
    if (known && deliver && known.kind !== 'function') {
      throw new UsageError(`sink ${name} is a ${known.kind} sink: it takes no function`);
    }
    const before = this.#additions.get(name);
    this.#additions.set(name, { transform: transform ?? before?.transform, deliver: deliver ?? before?.deliver });
    if (known && Object.keys(written).length === 0) return;
    this.#loaded = addSink(this.#loaded, { name, ...written, ...(deliver ? { function: {} } : {}) });
    this.#streams.addSources(this.#options.sources);
  }

  get #options(): PipelineOptions {
    return this.#loaded.options;
  }

  #group(id: string, children: readonly Child[], autoShutdown: 'never' | 'all'): AnyActorLogic {
    return groupActor({
      id,
      strategy: 'one-for-one',
      intensity: INTENSITY,
      period: PERIOD,
      autoShutdown,
      children,
      logger: this.#environment.logger,
      restarted: (child) => this.#restarts.set(child, (this.#restarts.get(child) ?? 0) + 1),
    });
  }

  #sourceOptions(name: string) {
    const found = this.#options.sources.find((source) => source.name === name);
    if (!found) throw new UsageError(`pipeline ${this.name} has no source named ${name}`);
    return found;
  }

  #findSink(name: string): SinkOptions | undefined {
    return this.#options.sinks.find((sink) => sink.name === name);
  }

  #sinkOptions(name: string): SinkOptions {
    const found = this.#findSink(name);
    if (!found) throw new UsageError(`pipeline ${this.name} has no sink named ${name}`);
    return found;
  }

  get #statusContext(): StatusContext {
    return { streams: this.#streams, assembly: this.#assembly, restarts: this.#restarts };
  }
}

const WORDS: readonly PipelineWord[] = ['starting', 'running', 'draining', 'stopped', 'failed'];

function childrenOf(components: ReadonlyMap<string, { readonly child: Child }>): Child[] {
  return [...components.values()].map(({ child }) => child);
}
