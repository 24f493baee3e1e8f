import type { GreetingCommand } from '../../machines/connection.ts';
import type { WebSocketClientOptions } from '../config/options.ts';
import type { Clock } from '../environment.ts';
import type { Link } from './link.ts';
import type { ResourceScope } from './resource.ts';
import { type Script, ScriptError } from './script.ts';

export interface GreetingOptions {
  readonly link: Link;
  readonly script: Script;
  readonly options: Pick<WebSocketClientOptions, 'heartbeat'>;
  /** While reading is held nothing is judged. */
  readonly isHeld: () => boolean;
  readonly clock: Clock;
}

type Scope = Pick<ResourceScope<GreetingCommand>, 'receive' | 'sendBack' | 'guard' | 'onEnd'>;

/** Does what the script of a new connection asks for, step by step, and notices a peer that falls silent meanwhile. */
export function greet(greeting: GreetingOptions, scope: Scope): void {
  watch(greeting, scope);
  follow(greeting, scope);
}

function follow({ link, script, isHeld }: GreetingOptions, { receive, sendBack, onEnd }: Scope): void {
  function send(step: number): void {
    try {
      const data = script.text(step);
      if (data !== undefined) link.socket.write([{ data, binary: false }]);
      sendBack({ type: 'step.sent' });
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      sendBack({ type: 'step.failed', message: error.message });
    }
  }

  function expect(step: number): void {
    script.expect(step, isHeld(), (fault) =>
      sendBack(fault === undefined ? { type: 'step.answered' } : { type: 'step.failed', message: fault }),
    );
  }

  receive(({ type, step }) => (type === 'send' ? send(step) : expect(step)));
  onEnd(() => script.forget());
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
