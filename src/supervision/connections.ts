import type { Transition } from '../actors/transition.ts';
import { nearestNames } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';
import type { PipelineRuntime } from './pipeline.ts';

/** Most that an error names of what there is. */
const MOST_NAMED = 5;

/** `ticks/exchange` or `ticks/exchange/connection`. */
const COMPONENT = /^[^/]+\/(.+?)(?:\/connection)?$/;

/** A component that dials. */
interface Dialling {
  readonly pipeline: PipelineRuntime;
  readonly name: string;
}

/** The connections of all pipelines, by the paths that logs name them by. */
export class Connections {
  readonly #pipelines: ReadonlyMap<string, PipelineRuntime>;

  constructor(pipelines: ReadonlyMap<string, PipelineRuntime>) {
    this.#pipelines = pipelines;
  }

  /** @throws UsageError naming an id that does not exist, and some that do. */
  history(id: string): readonly Transition[] {
    const found = this.#find(id);
    if (found) return found.pipeline.connection(found.name)?.history.transitions ?? [];
    const ofPeer = this.#pipelineOf(id)?.peerHistory(id);
    if (!ofPeer) throw this.#unknown(id);
    return ofPeer;
  }

  /** @throws UsageError as for `history`, and for a peer. */
  reconnect(id: string): boolean {
    const found = this.#find(id);
    if (found) return found.pipeline.connection(found.name)?.reconnect() ?? false;
    if (this.#pipelineOf(id)?.peerHistory(id)) {
      throw new UsageError(
        `${JSON.stringify(id)} is a peer, which has dialled us: only what we dial can be dialled anew`,
      );
    }
    throw this.#unknown(id);
  }

  #pipelineOf(id: string): PipelineRuntime | undefined {
    return this.#pipelines.get(id.split('/', 1)[0] ?? '');
  }

  #find(id: string): Dialling | undefined {
    const pipeline = this.#pipelineOf(id);
    const name = COMPONENT.exec(id)?.[1];
    if (!pipeline || name === undefined) return undefined;
    return pipeline.connection(name) || pipeline.dialling().includes(name) ? { pipeline, name } : undefined;
  }

  #unknown(id: string): UsageError {
    const pipelines = [...this.#pipelines.values()];
    const dialling = pipelines.flatMap((pipeline) => pipeline.dialling().map((name) => `${pipeline.name}/${name}`));
    const peers = pipelines.flatMap((pipeline) => pipeline.peers());
    const near = nearestNames(id, dialling, MOST_NAMED);
    const named = (id.includes('/listener/') ? [...peers, ...near] : [...near, ...peers]).slice(0, MOST_NAMED);
    const more = dialling.length + peers.length - named.length;
    const others = named.length === 0 ? 'nor any other one' : `only ${named.join(', ')}`;
    return new UsageError(
      `there is no connection ${JSON.stringify(id)}, ${others}${more === 0 ? '' : ` and ${more} more`}`,
    );
  }
}
