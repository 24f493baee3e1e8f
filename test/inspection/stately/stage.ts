import { type AnyActorRef, type AnyEventObject, createActor, setup } from 'xstate';
import { openStatelyFeed, type StatelyFeed } from '../../../src/inspection/stately/feed.ts';
import { type Server, World } from '../../supervision/world.ts';

/** One event as it comes over the wire. */
export interface Told {
  readonly type: string;
  readonly sessionId: string;
  readonly rootId: string;
  readonly name?: string;
  readonly parentId?: string;
  readonly sourceId?: string;
  readonly definition?: string;
  readonly event?: AnyEventObject;
  readonly snapshot?: { readonly status: string; readonly value?: unknown; readonly context?: unknown };
}

/** A feed, and a relay for it on a memory network. */
export class Stage {
  readonly world = new World();
  readonly url = 'ws://localhost/';
  readonly feeds: StatelyFeed[] = [];
  readonly relays: Server[] = [];
  readonly #started: AnyActorRef[] = [];

  async openRelay(): Promise<Server> {
    const relay = await this.world.server('localhost');
    this.relays.push(relay);
    return relay;
  }

  async feed(root?: AnyActorRef): Promise<StatelyFeed> {
    const feed = await openStatelyFeed({ url: this.url, environment: this.world.environment });
    this.feeds.push(feed);
    if (root) feed.attach(root);
    await this.pass(10);
    return feed;
  }

  pass(ms: number): Promise<void> {
    return this.world.clock.advance(ms);
  }

  /** What has come to the relay that was opened last. */
  get told(): Told[] {
    return (this.relays.at(-1)?.received ?? []).map((text) => JSON.parse(text));
  }

  of(type: string, sessionId?: string): Told[] {
    return this.told.filter((each) => each.type === type && (sessionId === undefined || each.sessionId === sessionId));
  }

  warnings(text: string): string[] {
    return this.world.log.filter((line) => line.startsWith('warn') && line.includes(text));
  }

  /** The actor, which is stopped at the end. */
  keep<Ref extends AnyActorRef>(actor: Ref): Ref {
    this.#started.push(actor);
    return actor;
  }

  async end(): Promise<void> {
    for (const actor of this.#started) actor.stop();
    for (const feed of this.feeds) await this.world.during(feed.close());
    for (const relay of this.relays) await relay.die();
  }
}

/** A machine that turns whenever it is told to. */
export const wheelMachine = setup({}).createMachine({
  id: 'wheel',
  initial: 'left',
  states: { left: { on: { turn: 'right' } }, right: { on: { turn: 'left' } } },
});

export function startWheel() {
  return createActor(wheelMachine, { id: 'hawser' }).start();
}

/** A parent that starts a wheel when it is told to. */
export const workshopMachine = setup({ actors: { wheel: wheelMachine } }).createMachine({
  id: 'workshop',
  initial: 'empty',
  states: {
    empty: { on: { work: 'busy' } },
    busy: { invoke: { src: 'wheel', id: 'shop/wheel' }, on: { rest: 'empty' } },
  },
});
