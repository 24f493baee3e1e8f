import type { EventObject } from 'xstate';
import type { WebSocketClientOptions } from '../config/options.ts';
import type { Clock } from '../environment.ts';
import type { Link } from './link.ts';
import type { ResourceScope } from './resource.ts';

export interface GreetingOptions {
  readonly link: Link;
  /** Text frames, in order. */
  readonly requests: readonly string[];
  readonly options: Pick<WebSocketClientOptions, 'request-interval' | 'heartbeat'>;
  /** While reading is held nothing is judged. */
  readonly isHeld: () => boolean;
  readonly clock: Clock;
}

type Scope = Pick<ResourceScope<EventObject>, 'sendBack' | 'guard' | 'onEnd'>;

/** Sends the requests of a new connection, paced, and notices a peer that falls silent meanwhile. */
export function greet(greeting: GreetingOptions, scope: Scope): void {
  watch(greeting, scope);
  send(greeting, scope);
}

function send({ link, requests, options, clock }: GreetingOptions, { sendBack, guard, onEnd }: Scope): void {
  const waiting = [...requests];
  let timer: unknown;
  const next = guard(() => {
    const data = waiting.shift();
    if (data !== undefined) link.socket.write([{ data, binary: false }]);
    if (waiting.length === 0) sendBack({ type: 'greeted' });
    else if (options['request-interval'] === 0) next();
    else timer = clock.setTimeout(next, options['request-interval']);
  });
  onEnd(() => clock.clearTimeout(timer));
  next();
}

/** A plain heartbeat, since no greeting should last long. */
function watch({ link, options, isHeld, clock }: GreetingOptions, { sendBack, guard, onEnd }: Scope): void {
  const { heartbeat } = options;
  if (!heartbeat || heartbeat.action === 'log-only') return;
  const { timeout, 'ping-interval': interval, payload = '' } = heartbeat;
  let timer: unknown;

  function after(delay: number, then: () => void): void {
    timer = clock.setTimeout(guard(then), delay);
  }
  function ask(): void {
    if (!isHeld()) link.ask(payload);
    after(timeout, look);
  }
  /** The loop first reads what waits in the system. */
  function look(): void {
    after(0, judge);
  }
  function judge(): void {
    if (isHeld() || !link.asks) after(interval, ask);
    else if (link.hasProgressed()) wait();
    // The ping has left our queue later than it was asked.
    else if (link.questionAge < timeout) after(timeout - link.questionAge, look);
    else sendBack({ type: 'greeting.unanswered' });
  }
  function wait(): void {
    link.markProgress();
    after(timeout, look);
  }

  onEnd(() => clock.clearTimeout(timer));
  after(interval, ask);
}
