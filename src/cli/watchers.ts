import type { Observable, Unsubscribable } from 'rxjs';
import type { Clock, ConnectionStatus, Logger, PipelineStatus, SupervisorStatus } from '../index.ts';
import { plural } from './phrases.ts';

// What a run tells between its first line and its last one, besides what the runtime logs itself.

export interface Watched {
  readonly status$: Observable<SupervisorStatus>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Least milliseconds between two lines about one sink's drops. */
const DROP_INTERVAL = 10_000;
/** Milliseconds that a peer may take to answer a close without a word about it. */
const CLOSE_PATIENCE = 1000;

/** Warns when a sink drops events: at once, then from time to time with how many there were since. */
export function watchDrops({ status$, clock, logger }: Watched): Unsubscribable {
  const dropped = new Map<string, number>();
  const told = new Map<string, number>();
  const timers = new Map<string, unknown>();

  function tell(component: string): void {
    const before = told.get(component) ?? 0;
    const now = dropped.get(component) ?? 0;
    if (now <= before || timers.has(component)) return;
    const since = now - before;
    const events = plural(since, before > 0 ? 'more event' : 'event');
    logger.warn({ component, dropped: since }, `its buffer is full: ${events} dropped`);
    told.set(component, now);
    const again = () => {
      timers.delete(component);
      tell(component);
    };
    timers.set(component, clock.setTimeout(again, DROP_INTERVAL));
  }

  const following = status$.subscribe(({ pipelines }) => {
    for (const { name: pipeline, sinks } of pipelines) {
      for (const sink of sinks) {
        dropped.set(`${pipeline}/${sink.name}`, sink.dropped);
        tell(`${pipeline}/${sink.name}`);
      }
    }
  });
  return ended(following, () => timers.values(), clock);
}

/** Says which peer keeps a stop waiting by not answering the close. */
export function watchClosing({ status$, clock, logger }: Watched): Unsubscribable {
  const timers = new Map<string, unknown>();

  function follow(component: string, closing: boolean): void {
    const waits = timers.has(component);
    if (closing && !waits) {
      const tell = () => logger.info({ component }, `waiting for ${nameOf(component)} to close`);
      timers.set(component, clock.setTimeout(tell, CLOSE_PATIENCE));
    } else if (!closing && waits) {
      clock.clearTimeout(timers.get(component));
      timers.delete(component);
    }
  }

  const following = status$.subscribe(({ pipelines }) => {
    for (const { component, connection } of pipelines.flatMap(connectionsOf)) {
      follow(component, connection.detail.includes('linked.closing'));
    }
  });
  return ended(following, () => timers.values(), clock);
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

function ended(following: Unsubscribable, timers: () => Iterable<unknown>, clock: Clock): Unsubscribable {
  return {
    unsubscribe() {
      following.unsubscribe();
      for (const timer of timers()) clock.clearTimeout(timer);
    },
  };
}
