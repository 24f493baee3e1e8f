import { createActor, enqueueActions, fromCallback, fromPromise } from 'xstate';
import { type ListenerEvent, listenerMachine } from '../../machines/listener.ts';
import { resource } from '../../src/actors/resource.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { pathsOf } from './connection-bench.ts';
import { TransitionCoverage } from './transition-coverage.ts';

export const coverage = new TransitionCoverage(listenerMachine);

interface Shard {
  readonly end: () => void;
  readonly crash: (error: unknown) => void;
}

/** The listener machine over a server, a farewell and shards that write down what becomes of them. */
export class ListenerBench {
  readonly clock = createStepClock();
  /** What was asked and said, in order: `server: renew`, `shard-1: a`, `announceReady`. */
  readonly log: string[] = [];
  /** What is not disposed, in order of start. */
  readonly running: string[] = [];
  /** What it crashed with. */
  readonly crashes: unknown[] = [];
  readonly #shards = new Map<string, Shard>();
  readonly #actor;

  constructor() {
    const machine = listenerMachine.provide({
      actors: {
        server: resource<{ type: string }>(({ receive, onEnd }) => {
          onEnd(this.#begin('server'));
          receive(({ type }) => {
            if (type === 'crash') throw new Error('server crashed');
            this.log.push(`server: ${type}`);
          });
        }),
        farewell: fromCallback(() => this.#begin('farewell')),
      },
      actions: {
        announceReady: () => this.log.push('announceReady'),
        adoptPeer: enqueueActions(({ event, enqueue }) => {
          if (event.type !== 'peer.accepted') return;
          if (event.fresh) enqueue.spawnChild(this.#shard(event.shard), { id: event.shard });
          this.log.push(`${event.shard}: ${event.peer}`);
        }),
        forgetShard: enqueueActions(({ event, enqueue }) => {
          enqueue.stopChild(shardOf(event));
          this.log.push(`forget ${shardOf(event)}`);
        }),
        logShard: ({ event }) => this.log.push(`log ${shardOf(event)}`),
      },
    });
    this.#actor = createActor(machine, { clock: this.clock, inspect: coverage.inspect });
    this.#actor.subscribe({ error: (error) => this.crashes.push(error) });
    this.#actor.start();
  }

  get state(): string {
    return pathsOf(this.#actor.getSnapshot().value).join();
  }

  get output() {
    return this.#actor.getSnapshot().output;
  }

  /** Ids of the actors below it, ended ones included. */
  get children(): string[] {
    return Object.keys(this.#actor.getSnapshot().children);
  }

  send(...events: ListenerEvent[]): void {
    for (const event of events) this.#actor.send(event);
  }

  /** Bound, and ready. */
  bind(): this {
    this.send({ type: 'bound' });
    return this;
  }

  accept(shard: string, peer: string, fresh = false): void {
    this.send({ type: 'peer.accepted', shard, peer, fresh });
  }

  /** The last peer of the shard has gone. */
  async endShard(id: string): Promise<void> {
    this.#shards.get(id)?.end();
    await this.clock.settle();
  }

  async crashShard(id: string): Promise<void> {
    this.#shards.get(id)?.crash(new Error(`${id} crashed`));
    await this.clock.settle();
  }

  async crashServer(): Promise<void> {
    this.#actor.getSnapshot().children.server?.send({ type: 'crash' });
    await this.clock.settle();
  }

  /** What was written down since this was last asked. */
  news(): string[] {
    return this.log.splice(0);
  }

  #shard(id: string) {
    return fromPromise(({ signal }) => {
      const end = this.#begin(id);
      signal.addEventListener('abort', end);
      return new Promise<void>((resolve, reject) => {
        this.#shards.set(id, { end: resolve, crash: reject });
      }).finally(end);
    });
  }

  /** Gives back what to run at the end. */
  #begin(name: string): () => void {
    this.running.push(name);
    let runs = true;
    return () => {
      if (runs) this.running.splice(this.running.indexOf(name), 1);
      runs = false;
    };
  }
}

function shardOf(event: object): string {
  return 'actorId' in event ? String(event.actorId) : '';
}
