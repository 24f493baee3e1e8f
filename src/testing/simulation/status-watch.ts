import type { ConnectionStatus } from '../../actors/connection-status.ts';
import type { PipelineStatus, SinkStatus, SourceStatus } from '../../supervision/status.ts';
import type { Findings } from './findings.ts';

const PIPELINE_WORDS: readonly string[] = ['added', 'starting', 'running', 'draining', 'stopped', 'failed'];
const SOURCE_WORDS: readonly string[] = ['added', 'running', 'ended'];
const SINK_WORDS: readonly string[] = [
  'added',
  'idle',
  'flowing',
  'blocked',
  'recovering',
  'draining',
  'ended',
  'failed',
];
const CONNECTION_WORDS: readonly string[] = ['idle', 'connecting', 'live', 'waiting', 'failed'];

/** What is looked at of a process. */
export interface Looked {
  readonly status: PipelineStatus;
  /** The last socket to an address that is over. */
  readonly network: { lastOver(address: string): { readonly pausedAtEnd: boolean } | undefined };
}

/** What a component dials. */
export interface Dialled {
  readonly address: string;
  /** Milliseconds that a connection has to be live until its failures are forgotten. */
  readonly resetAfter: number;
}

/** Words of a sink that change with every message. */
const QUIET: readonly string[] = ['added', 'idle', 'flowing'];

/** Looks at the states of a pipeline: writes down what has changed, and judges what must always hold. */
export class StatusWatch {
  readonly #findings: Findings;
  /** By component. */
  readonly #dialled: ReadonlyMap<string, Dialled>;
  readonly #shown = new Map<string, string>();
  readonly #causes = new Map<string, unknown>();
  /** When a connection that is live was first seen to be. */
  readonly #liveSince = new Map<string, number>();
  /** When it looks: virtual milliseconds. */
  #at = 0;

  constructor(findings: Findings, dialled: ReadonlyMap<string, Dialled>) {
    this.#findings = findings;
    this.#dialled = dialled;
  }

  look(life: Looked, at: number): void {
    const { status } = life;
    this.#at = at;
    this.#known('process', status.state, PIPELINE_WORDS);
    this.#show('process', status.state, status.cause);
    for (const source of status.sources) this.#lookAt(source, SOURCE_WORDS, status, life);
    for (const sink of status.sinks) this.#lookAt(sink, SINK_WORDS, status, life);
    this.#findings.checks += 1;
  }

  /** The process is another one. */
  forget(): void {
    this.#shown.clear();
    this.#causes.clear();
    this.#liveSince.clear();
  }

  #lookAt(
    component: SourceStatus | SinkStatus,
    words: readonly string[],
    pipeline: PipelineStatus,
    life: Looked,
  ): void {
    const { name, state, connection } = component;
    this.#known(name, state, words);
    if (!QUIET.includes(state)) this.#show(name, state);
    else if (this.#shown.get(name) !== undefined && state !== 'added') this.#show(name, 'flowing');
    const failed = state === 'failed' || connection?.state === 'failed';
    if (failed && !ENDING.includes(pipeline.state)) {
      this.#findings.fail(
        `state of ${name}`,
        'a pipeline that fails with it',
        `failed in a pipeline ${pipeline.state}`,
      );
    }
    if (connection) this.#lookAtConnection(name, connection, life);
  }

  #lookAtConnection(name: string, connection: ConnectionStatus, life: Looked): void {
    const { state, cause } = connection;
    this.#known(`${name}'s connection`, state, CONNECTION_WORDS);
    this.#show(
      `${name} connection`,
      state,
      state === 'waiting' || state === 'failed' ? cause?.message : undefined,
      name,
    );
    this.#judgeAttempts(name, connection);
    if (cause === undefined || this.#causes.get(name) === cause.detail) return;
    this.#causes.set(name, cause.detail);
    const held = life.network.lastOver(this.#dialled.get(name)?.address ?? '')?.pausedAtEnd ?? false;
    if (cause.detail.kind !== 'silence' || !held) return;
    this.#findings.fail(`connection of ${name}`, 'not judged while it is held', cause.message);
  }

  /** That a connection was made proves nothing: only one that lasts makes failures forgotten. */
  #judgeAttempts(name: string, { state, attempt }: ConnectionStatus): void {
    const since = state === 'live' ? (this.#liveSince.get(name) ?? this.#at) : undefined;
    if (since === undefined) this.#liveSince.delete(name);
    else this.#liveSince.set(name, since);
    const { resetAfter = 0 } = this.#dialled.get(name) ?? {};
    if (since === undefined || attempt > 0 || this.#at - since >= resetAfter) return;
    const came = `forgotten after ${this.#at - since} ms`;
    this.#findings.fail(`attempts of ${name}`, `counted until it was live for ${resetAfter} ms`, came);
  }

  #known(who: string, word: string, words: readonly string[]): void {
    if (!words.includes(word)) this.#findings.fail(`state of ${who}`, words.join(' or '), word);
  }

  #show(key: string, word: string, why?: string, who = key): void {
    const what = why === undefined ? word : `${word} (${why})`;
    if (this.#shown.get(key) === what) return;
    this.#shown.set(key, what);
    this.#findings.note(who, what);
  }
}

const ENDING: readonly string[] = ['draining', 'stopped', 'failed'];
