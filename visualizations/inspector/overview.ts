import { type Connection, connectionsOf } from './connections.ts';
import { element, setAttribute, setState, setText } from './elements.ts';
import type { Choices, Scene, View } from './scene.ts';
import { ageText } from './texts.ts';
import { toneOf } from './words.ts';

/** Connections that need attention and are listed. */
const LISTED = 12;

/** With nothing chosen: the connections that are not as they should be, those that failed first, then those that changed last. */
export class Overview implements View {
  readonly element = element('section', { class: 'attention', 'aria-labelledby': 'attention-title' });
  readonly #list = element('ul');
  readonly #calm = element('p', { class: 'empty' });
  readonly #choices: Choices;
  readonly #lines: Trouble[] = [];
  #shown = '';

  constructor(choices: Choices) {
    this.#choices = choices;
    const title = element('h3', { id: 'attention-title' }, 'Needs attention');
    this.element.append(title, this.#list, this.#calm);
  }

  show({ chosen, model, now }: Scene): void {
    this.element.hidden = chosen !== undefined;
    if (chosen) return;
    const troubled = connectionsOf(model)
      .filter(({ word }) => ['attention', 'bad'].includes(toneOf(word)))
      .sort((a, b) => Number(b.word === 'failed') - Number(a.word === 'failed') || b.since - a.since)
      .slice(0, LISTED);
    const shown = troubled.map(({ actor, word, since, cause }) => [actor.key, word, ageText(now - since), cause]);
    setText(
      this.#calm,
      model.root
        ? 'No connection waits or has failed. Choose an actor to see its machine.'
        : 'Nothing has been told yet.',
    );
    this.#calm.hidden = troubled.length > 0;
    setAttribute(this.#list, 'hidden', troubled.length > 0 ? undefined : '');
    const text = JSON.stringify(shown);
    if (this.#shown === text) return;
    this.#shown = text;
    this.#arrange(troubled, now);
  }

  /** Buttons stay in their places while their texts change, so that the focus is kept. */
  #arrange(troubled: readonly Connection[], now: number): void {
    while (this.#lines.length > troubled.length) this.#lines.pop()?.element.remove();
    for (const [index, connection] of troubled.entries()) {
      const line = this.#lines[index] ?? new Trouble(this.#choices);
      if (!line.element.isConnected) this.#list.append(line.element);
      this.#lines[index] = line;
      line.show(connection, now);
    }
  }
}

class Trouble {
  readonly element: HTMLElement;
  readonly #state = element('span');
  readonly #path = element('span', { class: 'path' });
  readonly #since = element('span', { class: 'since' });
  readonly #cause = element('span', { class: 'cause' });
  #key: string | undefined;

  constructor(choices: Choices) {
    const line = element('button', { type: 'button', class: 'trouble' });
    line.append(this.#state, this.#path, this.#since, this.#cause);
    line.addEventListener('click', () => choices.choose(this.#key));
    this.element = element('li', {}, line);
  }

  show({ actor, word, path, since, cause }: Connection, now: number): void {
    this.#key = actor.key;
    setState(this.#state, word, toneOf(word));
    setText(this.#path, path);
    setText(this.#since, ageText(now - since));
    setText(this.#cause, cause);
  }
}
