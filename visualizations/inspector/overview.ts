import { element, setAttribute, setState, setText } from './elements.ts';
import type { Choices, Scene, View } from './scene.ts';
import { ageText, countedText, countText } from './texts.ts';
import { hasStopped, owedIn, remainsOf, type Trouble, troublesOf } from './troubles.ts';
import { toneOf } from './words.ts';

/** Components that need attention and are listed; how many more there are is said. */
const LISTED = 12;

/** With nothing chosen: what is not as it should be; after the end: what is left. */
export class Overview implements View {
  readonly element = element('section', { class: 'attention', 'aria-labelledby': 'attention-title' });
  readonly #title = element('h3', { id: 'attention-title' });
  readonly #list = element('ul');
  readonly #more = element('p', { class: 'empty' });
  readonly #choices: Choices;
  readonly #lines: TroubleLine[] = [];
  #shown = '';

  constructor(choices: Choices) {
    this.#choices = choices;
    this.element.append(this.#title, this.#list, this.#more);
  }

  show(scene: Scene): void {
    const { chosen, model, now } = scene;
    this.element.hidden = chosen !== undefined;
    if (chosen) return;
    const isOver = scene.isOver || hasStopped(model);
    const all = isOver ? remainsOf(model) : troublesOf(model, now);
    setText(
      this.#title,
      `${isOver ? 'Left at the end' : 'Needs attention'}${all.length > 0 ? ` (${all.length})` : ''}`,
    );
    const text = isOver ? endText(scene) : calmText(scene, all.length);
    setText(this.#more, [text, restText(all.length)].filter(Boolean).join(' '));
    this.#more.hidden = this.#more.textContent === '';
    setAttribute(this.#list, 'hidden', all.length > 0 ? undefined : '');
    this.#arrange(all.slice(0, LISTED), now);
  }

  /** Buttons stay in their places while their texts change, so that the focus is kept. */
  #arrange(troubles: readonly Trouble[], now: number): void {
    const shown = JSON.stringify(troubles.map((trouble) => [trouble, ageText(now - trouble.since)]));
    if (this.#shown === shown) return;
    this.#shown = shown;
    while (this.#lines.length > troubles.length) this.#lines.pop()?.element.remove();
    for (const [index, trouble] of troubles.entries()) {
      const line = this.#lines[index] ?? new TroubleLine(this.#choices);
      if (!line.element.isConnected) this.#list.append(line.element);
      this.#lines[index] = line;
      line.show(trouble, now);
    }
  }
}

function calmText({ model }: Scene, count: number): string {
  if (!model.root) return 'Nothing has been told yet.';
  if (count > 0) return '';
  return 'No connection waits or has failed, and every sink delivers. Choose an actor to see its machine.';
}

function endText({ model }: Scene): string {
  if (!model.root) return 'The supervisor has stopped.';
  const owed = owedIn(model);
  if (owed === 0) return 'The supervisor has stopped. By the last samples every sink has settled what it took.';
  return `The supervisor has stopped. By the last samples ${countedText(owed, 'event')} in flight or in buffers ${owed === 1 ? 'was' : 'were'} not delivered.`;
}

function restText(count: number): string {
  return count > LISTED ? `${countText(count - LISTED)} more are not listed here.` : '';
}

class TroubleLine {
  readonly element: HTMLElement;
  readonly #state = element('span');
  readonly #path = element('span', { class: 'path' });
  readonly #since = element('span', { class: 'since' });
  readonly #why = element('span', { class: 'cause' });
  #key: string | undefined;

  constructor(choices: Choices) {
    const line = element('button', { type: 'button', class: 'trouble' });
    line.append(this.#state, this.#path, this.#since, this.#why);
    line.addEventListener('click', () => choices.choose(this.#key));
    this.element = element('li', {}, line);
  }

  show({ key, word, path, since, why }: Trouble, now: number): void {
    this.#key = key;
    setState(this.#state, word, toneOf(word));
    setText(this.#path, path);
    setText(this.#since, ageText(now - since));
    setText(this.#why, why);
  }
}
