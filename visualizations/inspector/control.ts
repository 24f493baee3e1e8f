import type { Announcer } from './announcer.ts';
import { Confirmation } from './confirmation.ts';
import { found } from './elements.ts';
import { messageOf, type Notices } from './notices.ts';

/** What may be asked of the running supervisor, where that was allowed. What fails is told. */
export class Control {
  readonly #announcer: Announcer;
  readonly #notices: Notices;
  readonly #confirmation = new Confirmation();
  readonly #badge = found('control', HTMLSpanElement);
  readonly #stopButton = found('stop', HTMLButtonElement);

  constructor(isAllowed: boolean, announcer: Announcer, notices: Notices) {
    this.#announcer = announcer;
    this.#notices = notices;
    this.#badge.hidden = !isAllowed;
    this.#stopButton.hidden = !isAllowed;
    this.#stopButton.addEventListener('click', () => this.#askToStop());
  }

  /** Nothing is left to be asked. */
  end(): void {
    this.#stopButton.hidden = true;
    this.#badge.hidden = true;
  }

  reconnect(component: string): void {
    ask(`reconnect?component=${encodeURIComponent(component)}`).then(
      () => this.#announcer.say(`${component}: asked to reconnect`),
      (error: unknown) => this.#notices.tell('control', `${component} cannot be reconnected: ${messageOf(error)}`),
    );
  }

  #askToStop(): void {
    this.#confirmation.ask(
      'Stop the supervisor?',
      'All pipelines take in nothing more, deliver what they owe, and end. The process may end with them.',
      'Stop',
      () => this.#stop(),
    );
  }

  #stop(): void {
    ask('stop').then(
      () => this.#announcer.say('The supervisor is stopping'),
      (error: unknown) => this.#notices.tell('control', `It cannot be stopped: ${messageOf(error)}`),
    );
  }
}

/** @throws Error saying why it does not happen. */
async function ask(what: 'stop' | `reconnect?component=${string}`): Promise<void> {
  const response = await fetch(what, { method: 'POST' });
  if (response.ok) return;
  if (response.status === 404) throw new Error('it has no such connection any more');
  if (response.status === 403) throw new Error('the inspector was started without control');
  throw new Error(`the process answered ${response.status}`);
}
