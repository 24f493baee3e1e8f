import { type Connection, isExplained, listedPath } from './connections.ts';
import { element, setAttribute, setState, setText } from './elements.ts';
import { ageText, countText } from './texts.ts';
import { toneOf } from './words.ts';

/** Two lines of the list of connections. */
export class ConnectionRow {
  readonly #state = element('span');
  readonly #path = element('span', { class: 'path' });
  readonly #since = element('span', { class: 'since' });
  readonly #host = element('span', { class: 'host' });
  readonly #tries = element('span', { class: 'tries' });
  readonly #cause = element('span', { class: 'cause' });
  readonly element = element(
    'div',
    { role: 'option', class: 'row' },
    this.#state,
    this.#path,
    this.#since,
    this.#tries,
    element('span', { class: 'more-line' }, this.#host, this.#cause),
  );

  show(connection: Connection, now: number): void {
    const { word, path, host, since, cause, held } = connection;
    setState(this.#state, word, toneOf(word));
    setText(this.#path, listedPath(connection));
    setAttribute(this.#path, 'title', path);
    setText(this.#since, ageText(now - since));
    setText(this.#host, host);
    setText(this.#tries, triesText(connection));
    setAttribute(this.#tries, 'class', held ? `tries tone-${toneOf('held')} held` : 'tries');
    setAttribute(this.#tries, 'title', held ? 'A sink has no room, so this connection is not read' : undefined);
    // A cause that is over is shown in the details only.
    const shown = isExplained(connection) ? cause : '';
    setText(this.#cause, shown);
    setAttribute(this.#cause, 'title', shown === '' ? undefined : shown);
  }
}

function triesText({ kind, word, attempt, reconnects, held }: Connection): string {
  const isTrying = isExplained({ word }) && attempt > 0;
  if (kind === 'accepted') return held ? 'held' : 'accepted';
  const tries = isTrying ? `try ${countText(attempt)}` : '';
  const again = reconnects === 0 ? '' : `${countText(reconnects)}\u00a0↻`;
  return [held ? 'held' : '', tries, again].filter(Boolean).join(' · ');
}
