import { type AnyActorRef, createActor } from 'xstate';
import { groupActor } from '../../../src/actors/group.ts';
import { readObject } from '../../../src/config/load.ts';
import type { SinkInput, SourceInput } from '../../../src/config/options.ts';
import type { Environment } from '../../../src/environment.ts';
import { Recorder } from '../../../src/inspection/recorder/recorder.ts';
import type { WireEvent } from '../../../src/inspection/wire.ts';
import type { SinkDefinition } from '../../../src/supervision/handles.ts';
import { createPipeline, type PipelineRuntime } from '../../../src/supervision/pipeline.ts';
import { type Server, World, webSocketSink, webSocketSource } from '../../supervision/world.ts';
import { WireModel } from './wire-model.ts';

export interface RecordedWorldOptions {
  readonly sources: readonly SourceInput[];
  readonly sinks?: readonly SinkInput[];
  /** Sinks that only an application can give. */
  readonly functions?: Readonly<Record<string, SinkDefinition>>;
  readonly backlog?: number;
  readonly environment?: Partial<Environment>;
}

/** A pipeline below a root of its own, as a supervisor starts it, and a recorder that watches it. */
export class RecordedWorld {
  readonly world: World;
  readonly root: AnyActorRef;
  readonly recorder: Recorder;
  readonly pipeline: PipelineRuntime;
  /** All that was told. */
  readonly told: WireEvent[] = [];

  constructor(world: World, { sources, sinks = [], functions = {}, backlog, environment }: RecordedWorldOptions) {
    const surroundings = { ...world.environment, ...environment };
    this.world = world;
    this.pipeline = createPipeline(
      readObject({ name: 'ticks', sources: [...sources], sinks: [...sinks] }),
      surroundings,
      { stateDir: '/state', changed: () => {} },
    );
    for (const [name, definition] of Object.entries(functions)) this.pipeline.sink(name, definition);
    const { clock, logger, now } = surroundings;
    const logic = groupActor({
      strategy: 'one-for-one',
      intensity: 3,
      period: 60_000,
      autoShutdown: 'never',
      children: [this.pipeline.child()],
      logger,
    });
    const input = { strategy: 'one-for-one', intensity: 0, period: 0, autoShutdown: 'never', children: [] } as const;
    this.root = createActor(logic, { id: 'hawser', clock, input: { ...input, children: [] } });
    this.root.subscribe({ error: () => {} });
    this.recorder = new Recorder({ now, logger, ...(backlog === undefined ? {} : { backlog }) });
    this.recorder.events$.subscribe((event) => this.told.push(event));
  }

  /** Begins to record, then starts everything. */
  async start(): Promise<this> {
    this.recorder.attach(this.root);
    return this.startUnseen();
  }

  /** Starts everything without the recorder. */
  async startUnseen(): Promise<this> {
    this.root.start();
    this.root.send({ type: 'start' });
    await this.world.clock.advance(100);
    return this;
  }

  /** Asks everything to end, and lets time pass until it has. */
  async stop(): Promise<void> {
    for (const child of Object.values<AnyActorRef | undefined>(this.root.getSnapshot().children)) {
      child?.send({ type: 'stop', drain: 1000 });
    }
    this.root.send({ type: 'stop' });
    await this.world.clock.advance(20_000);
  }

  /** What a reader makes of all that was told. */
  get model(): WireModel {
    return new WireModel(this.told);
  }
}

/** Of the source of `createRecorded`. */
export const CONNECTION = 'ticks/exchange/connection';

/** All actors of `createRecorded`, in the order of their start. */
export const ALL_ACTORS = [
  'hawser',
  'ticks < hawser',
  'foundation < ticks < hawser',
  'sinks < ticks < hawser',
  'sources < ticks < hawser',
  'ticks/buffers < foundation < ticks < hawser',
  'ticks/store < sinks < ticks < hawser',
  'outlet < ticks/store < sinks < ticks < hawser',
  'ticks/exchange/connection < sources < ticks < hawser',
];

/** A pipeline from one server to another one; nothing has started yet. */
export async function createRecorded(
  backlog?: number,
): Promise<{ recorded: RecordedWorld; exchange: Server; store: Server }> {
  const world = new World();
  const [exchange, store] = [await world.server('exchange'), await world.server('store')];
  const recorded = new RecordedWorld(world, {
    sources: [webSocketSource(exchange.url)],
    sinks: [webSocketSink(store.url)],
    ...(backlog === undefined ? {} : { backlog }),
  });
  return { recorded, exchange, store };
}

/** Live, lost, in backoff, and live again. */
export async function createReconnected(): Promise<RecordedWorld> {
  const { recorded, exchange } = await createRecorded();
  await recorded.start();
  const { clock } = recorded.world;
  await exchange.die();
  await clock.advance(200);
  await exchange.open();
  await clock.advance(2_000);
  return recorded;
}
