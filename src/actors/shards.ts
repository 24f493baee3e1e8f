import type { AnyActorLogic } from 'xstate';
import type { Logger } from '../environment.ts';
import { type Child, groupActor, INTENSITY, PERIOD } from './group.ts';

/** More children than this under one parent make every further one dear. */
const SHARD_SIZE = 128;

interface Shard {
  readonly id: string;
  /** Those that it was told of. */
  readonly children: Child[];
  /** Those that it has no room for any more. */
  size: number;
}

/** Where a child goes. `fresh`: the shard does not run yet. */
export interface Place {
  readonly shard: string;
  readonly fresh: boolean;
}

/** The groups that a listener's peers are spread over. Each ends with its last child. */
export class Shards {
  readonly #logger: Logger;
  readonly #shards = new Map<string, Shard>();
  /** Placed, and not handed to their shards yet. */
  readonly #arriving = new Map<string, Child>();
  #count = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Finds room for a temporary child. `make` gives its logic, which says when it has `gone`. */
  place(id: string, shutdown: number, make: (gone: () => void) => AnyActorLogic): Place {
    const { shard, fresh } = this.#shardWithRoom();
    const child: Child = {
      spec: { id, restart: 'temporary', shutdown, startTimeout: null },
      logic: make(() => {
        shard.size -= 1;
        shard.children.splice(shard.children.indexOf(child), 1);
      }),
    };
    this.#arriving.set(id, child);
    return { shard: shard.id, fresh };
  }

  /** Hands a placed child to its shard, which must be told of it; undefined when it has been forgotten meanwhile. */
  adopt(id: string, shardId: string): Child | undefined {
    const shard = this.#shards.get(shardId);
    const child = this.#arriving.get(id);
    if (!shard || !child) return undefined;
    this.#arriving.delete(id);
    shard.children.push(child);
    return child;
  }

  /** The group of a shard, with the children that it has. */
  logicOf(shardId: string): AnyActorLogic {
    return groupActor({
      strategy: 'one-for-one',
      intensity: INTENSITY,
      period: PERIOD,
      autoShutdown: 'all',
      children: this.#shards.get(shardId)?.children ?? [],
      logger: this.#logger,
    });
  }

  forget(shardId: string): void {
    this.#shards.delete(shardId);
  }

  clear(): void {
    this.#shards.clear();
    this.#arriving.clear();
  }

  #shardWithRoom(): { shard: Shard; fresh: boolean } {
    for (const shard of this.#shards.values()) {
      if (shard.size >= SHARD_SIZE) continue;
      shard.size += 1;
      return { shard, fresh: false };
    }
    this.#count += 1;
    const shard = { id: `shard-${this.#count}`, children: [], size: 1 };
    this.#shards.set(shard.id, shard);
    return { shard, fresh: true };
  }
}
