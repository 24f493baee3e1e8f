import type { Observable, Unsubscribable } from 'rxjs';
import type { Clock, ConnectionStatus, Logger, PipelineStatus, SupervisorStatus } from '../index.ts';
import type { EndpointStatus } from '../supervision/status.ts';
import { endpointsOf } from './endpoints.ts';
import { createGrowth } from './growth.ts';
import { plural } from './phrases.ts';
import { shownName } from './relay-parts.ts';

// What a run tells between its first line and its last one, besides what the runtime logs itself.

export interface Watched {
  readonly status$: Observable<SupervisorStatus>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Milliseconds that a peer may take to answer a close without a word about it. */
const CLOSE_PATIENCE = 1000;

/** Warns when a sink drops events. */
export function watchDrops({ status$, clock, logger }: Watched): Unsubscribable {
  const growth = createGrowth(clock);
  const following = status$.subscribe(({ pipelines }) => {
    for (const { name: pipeline, sinks } of pipelines) {
      for (const { name, dropped } of sinks) {
        const component = `${pipeline}/${name}`;
        growth.note(component, dropped, (grown, more) => {
          const events = plural(grown, more ? 'more event' : 'event');
          logger.warn({ component, dropped: grown }, `its buffer is full: ${events} dropped`);
        });
      }
    }
  });
  following.add(() => growth.close());
  return following;
}

/** Warns when peers are not let in, or are too slow. */
export function watchPeers({ status$, clock, logger }: Watched): Unsubscribable {
  const growth = createGrowth(clock);

  function follow(component: string, { address, refused, slow, dropped }: EndpointStatus): void {
    const note = (count: number, noun: string, words: string) =>
      growth.note(`${address} ${words}`, count, (grown, more) => {
        const fields = { component, address, count: grown };
        logger.warn(fields, `${plural(grown, more ? `more ${noun}` : noun)} ${words}`);
      });
    for (const [reason, count = 0] of Object.entries(refused)) {
      note(count, 'peer', `refused: ${REASONS.get(reason) ?? reason}`);
    }
    note(slow, 'peer', 'disconnected: too slow');
    note(dropped, 'message', 'dropped for slow peers');
  }

  const following = status$.subscribe(({ pipelines }) => {
    for (const { component, endpoint } of pipelines.flatMap(endpointsOf)) follow(component, endpoint);
  });
  following.add(() => growth.close());
  return following;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['path', 'nothing is served on that path'],
  ['origin', 'not one of allowed-origins'],
  ['auth', 'not what server.auth asks for'],
  ['limit', 'max-connections reached'],
  ['unavailable', 'starting or stopping'],
]);

/** Says who keeps a stop waiting by not answering the close. */
export function watchClosing({ status$, clock, logger }: Watched): Unsubscribable {
  const timers = new Map<string, unknown>();
  const late = new Map<string, string>();

  /** `who` is undefined when nobody is waited for. */
  function follow(component: string, who: string | undefined): void {
    if (who === undefined) {
      clock.clearTimeout(timers.get(component));
      timers.delete(component);
      return;
    }
    late.set(component, who);
    if (timers.has(component)) return;
    const tell = () => logger.info({ component }, `waiting for ${late.get(component)} to close`);
    timers.set(component, clock.setTimeout(tell, CLOSE_PATIENCE));
  }

  const following = status$.subscribe(({ pipelines }) => {
    for (const { component, connection } of pipelines.flatMap(connectionsOf)) {
      follow(component, connection.detail.includes('linked.closing') ? shownName(nameOf(component)) : undefined);
    }
    for (const { component, endpoint } of pipelines.flatMap(endpointsOf)) {
      const { state, peers } = endpoint;
      follow(component, state === 'draining' && peers > 0 ? plural(peers, 'peer') : undefined);
    }
  });
  following.add(() => {
    for (const timer of timers.values()) clock.clearTimeout(timer);
  });
  return following;
}

/** Why each connection that is not live is not, by component: a connection that is closed has forgotten its own. */
export function watchTroubles({ status$ }: Pick<Watched, 'status$'>): Unsubscribable & {
  readonly troubles: ReadonlyMap<string, string>;
} {
  const troubles = new Map<string, string>();
  const following = status$.subscribe(({ pipelines }) => {
    for (const { component, connection } of pipelines.flatMap(connectionsOf)) {
      if (connection.state === 'live') troubles.delete(nameOf(component));
      else if (connection.cause) troubles.set(nameOf(component), connection.cause.message);
    }
  });
  return { troubles, unsubscribe: () => following.unsubscribe() };
}

interface Connected {
  /** `ticks/exchange`. */
  readonly component: string;
  readonly connection: ConnectionStatus;
}

function connectionsOf({ name: pipeline, sources, sinks }: PipelineStatus): Connected[] {
  return [...sources, ...sinks].flatMap(({ name, connection }) =>
    connection ? [{ component: `${pipeline}/${name}`, connection }] : [],
  );
}

function nameOf(component: string): string {
  return component.slice(component.indexOf('/') + 1);
}
