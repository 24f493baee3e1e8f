import { found, setAttribute } from './elements.ts';

const THEMES = ['system', 'light', 'dark'] as const;
const KEY = 'hawser-theme';

/** Light, dark, or as the system is; remembered as long as the tab is open. */
export class Theme {
  readonly #button = found('theme', HTMLButtonElement);

  constructor() {
    this.#button.addEventListener('click', () => this.#next());
    this.#apply(sessionStorage.getItem(KEY) ?? 'system');
  }

  #next(): void {
    const at = THEMES.findIndex((theme) => `${theme}` === sessionStorage.getItem(KEY));
    const next = THEMES[(Math.max(0, at) + 1) % THEMES.length] ?? 'system';
    sessionStorage.setItem(KEY, next);
    this.#apply(next);
  }

  #apply(theme: string): void {
    setAttribute(document.documentElement, 'data-theme', theme === 'system' ? undefined : theme);
    this.#button.textContent = `Theme: ${theme}`;
  }
}
