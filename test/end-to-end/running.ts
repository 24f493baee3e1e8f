import { filter, firstValueFrom, map } from 'rxjs';
import { onTestFinished } from 'vitest';
import {
  type ConnectionStatus,
  createSupervisor,
  type Environment,
  type Pipeline,
  type PipelineInput,
  type PipelineStatus,
  type SinkDefinition,
  type Supervisor,
  type SupervisorOptions,
} from '../../src/index.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

export interface RunOptions extends SupervisorOptions, Partial<Environment> {
  /** What the app adds to the pipeline: functions and transforms of sinks. */
  readonly additions?: Readonly<Record<string, SinkDefinition>>;
}

/** A pipeline under its own supervisor on real sockets, files and clocks. */
export class Running {
  readonly supervisor: Supervisor;
  readonly pipeline: Pipeline;
  readonly logs: readonly LogLine[];

  constructor(supervisor: Supervisor, pipeline: Pipeline, logs: readonly LogLine[]) {
    this.supervisor = supervisor;
    this.pipeline = pipeline;
    this.logs = logs;
  }

  /** The first status, the present one included, for which `holds` answers true. */
  until(holds: (status: PipelineStatus) => boolean): Promise<PipelineStatus> {
    const statuses$ = this.supervisor.status$.pipe(map(() => this.pipeline.status));
    return firstValueFrom(statuses$.pipe(filter(holds)));
  }

  /** The same of one component's connection. */
  async connection(name: string, holds: (connection: ConnectionStatus) => boolean): Promise<ConnectionStatus> {
    const find = (status: PipelineStatus) =>
      [...status.sources, ...status.sinks].find((component) => component.name === name)?.connection;
    const status = await this.until((each) => {
      const connection = find(each);
      return connection !== undefined && holds(connection);
    });
    const connection = find(status);
    if (connection === undefined) throw new Error(`${name} has no connection`);
    return connection;
  }

  live(name: string, reconnects = 0): Promise<ConnectionStatus> {
    return this.connection(name, (each) => each.state === 'live' && each.reconnects >= reconnects);
  }
}

/** Adds a pipeline to a new supervisor without starting it. Whatever is left of it ends with the test. */
export function prepare(pipeline: Omit<PipelineInput, 'name'>, options: RunOptions = {}): Running {
  const { additions = {}, ...environment } = options;
  const logs: LogLine[] = [];
  const log = (level: LogLine['level']) => (_: object, message: string) => void logs.push({ level, message });
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const supervisor = createSupervisor({ logger, ...environment });
  const added = supervisor.add({ name: 'under-test', ...pipeline });
  for (const [name, definition] of Object.entries(additions)) added.sink(name, definition);
  onTestFinished(async () => {
    await supervisor.stop({ drain: 0 });
  });
  return new Running(supervisor, added, logs);
}

/** Starts a pipeline. */
export async function run(pipeline: Omit<PipelineInput, 'name'>, options: RunOptions = {}): Promise<Running> {
  const running = prepare(pipeline, options);
  await running.supervisor.start();
  return running;
}

/** The texts `message 0`, `message 1`, … */
export function numbered(count: number, word = 'message'): string[] {
  return Array.from({ length: count }, (_, index) => `${word} ${index}`);
}

/** Retries soon and always after the same time, so that a test can count on it. */
export const SOON = { 'initial-backoff': '20ms', 'max-backoff': '20ms', jitter: 0 } as const;
