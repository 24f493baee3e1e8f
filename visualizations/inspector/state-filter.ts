import { button, setAttribute, setText } from './elements.ts';
import { countText } from './texts.ts';
import { CONNECTION_WORDS, RARE_WORDS, toneOf } from './words.ts';

/** Buttons for the states of connections, with how many there are. Several can be chosen; none means all. */
export class StateFilter {
  readonly #buttons = new Map<string, { readonly button: HTMLButtonElement; readonly count: HTMLElement }>();
  readonly #changed: (words: ReadonlySet<string>) => void;
  #words: ReadonlySet<string> = new Set();

  constructor(host: HTMLElement, changed: (words: ReadonlySet<string>) => void) {
    this.#changed = changed;
    for (const word of [...CONNECTION_WORDS, ...RARE_WORDS]) {
      const count = document.createElement('b');
      const made = button(`${word} `, () => this.#toggle(word), {
        class: `filter tone-${toneOf(word)}`,
        'aria-pressed': 'false',
      });
      made.append(count);
      host.append(made);
      this.#buttons.set(word, { button: made, count });
    }
  }

  show(counts: ReadonlyMap<string, number>): void {
    for (const [word, { button, count }] of this.#buttons) {
      const many = counts.get(word) ?? 0;
      setText(count, countText(many));
      const isNeeded = many > 0 || this.#words.has(word) || !RARE_WORDS.some((each) => each === word);
      button.hidden = !isNeeded;
      button.classList.toggle('none', many === 0);
    }
  }

  clear(): void {
    this.#choose(new Set());
  }

  #toggle(word: string): void {
    const words = new Set(this.#words);
    if (!words.delete(word)) words.add(word);
    this.#choose(words);
  }

  #choose(words: ReadonlySet<string>): void {
    this.#words = words;
    for (const [word, { button }] of this.#buttons) setAttribute(button, 'aria-pressed', String(words.has(word)));
    this.#changed(words);
  }
}
