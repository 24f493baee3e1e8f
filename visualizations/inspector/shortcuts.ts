import { button, element, found } from './elements.ts';
import { glossary } from './glossary.ts';

export interface Shortcut {
  readonly key: string;
  readonly does: string;
  readonly run: () => void;
}

const KEY = 'hawser-shortcuts';

/** What works only where the focus is. */
const IN_PLACE: readonly (readonly [keys: string, does: string])[] = [
  ['↑ ↓ Home End', 'move in the tree, the connections and the timeline'],
  ['Page ↑ ↓', 'move by a page'],
  ['← →', 'close and open a part of the tree; a second in a recording'],
  ['+ − 0', 'zoom the chart; 0 shows the whole'],
  ['Ctrl + wheel', 'zoom the chart at the pointer'],
  ['Escape', 'clear the filter, leave the enlarged chart, a step, an actor'],
];

/** Single keys that work anywhere but in a text field; they can be turned off, as speech input needs it. */
export class Shortcuts {
  readonly #dialog = found('shortcuts', HTMLDialogElement);
  readonly #on = element('input', { type: 'checkbox' });
  readonly #shortcuts: readonly Shortcut[];

  constructor(shortcuts: readonly Shortcut[]) {
    this.#shortcuts = [
      ...shortcuts,
      { key: '?', does: 'show the keys, and what is what', run: () => this.#dialog.showModal() },
    ];
    this.#on.checked = sessionStorage.getItem(KEY) !== 'off';
    this.#on.addEventListener('change', () => sessionStorage.setItem(KEY, this.#on.checked ? 'on' : 'off'));
    this.#fill();
    found('help', HTMLButtonElement).addEventListener('click', () => this.#dialog.showModal());
    document.addEventListener('keydown', (event) => this.#press(event));
  }

  #fill(): void {
    const lines = [...this.#shortcuts.map(({ key, does }) => [key, does] as const), ...IN_PLACE];
    this.#dialog.append(
      element(
        'div',
        { class: 'title' },
        element('h2', { id: 'shortcuts-title' }, 'Keyboard'),
        button('Close', () => this.#dialog.close(), { autofocus: '' }),
      ),
      element(
        'dl',
        { class: 'keys' },
        ...lines.map(([keys, does]) =>
          element('div', {}, element('dt', {}, element('kbd', {}, keys)), element('dd', {}, does)),
        ),
      ),
      element('label', {}, this.#on, ' Single keys work anywhere'),
      element('h2', { class: 'question next' }, 'What is what'),
      glossary(),
    );
  }

  #press(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || !this.#on.checked) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const shortcut = this.#shortcuts.find(({ key }) => key === event.key);
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run();
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !['checkbox', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
