import { button, element, found } from './elements.ts';

/** Lines below the header that stay until they are read: what could not be done, and what is not shown. */
export class Notices {
  readonly #host = found('notices', HTMLDivElement);
  readonly #lines = new Map<string, { readonly line: HTMLElement; readonly text: HTMLElement }>();
  /** Those that somebody has put away come again only with another text. */
  readonly #closed = new Map<string, string>();

  /** One line per subject. */
  tell(subject: string, text: string): void {
    if (this.#closed.get(subject) === text) return;
    const shown = this.#lines.get(subject);
    if (shown) {
      if (shown.text.textContent !== text) shown.text.textContent = text;
      return;
    }
    const content = element('span', {}, text);
    const line = element('p', { class: 'notice' }, content);
    line.append(button('Dismiss', () => this.#close(subject, content.textContent ?? '')));
    this.#lines.set(subject, { line, text: content });
    this.#host.append(line);
  }

  forget(subject: string): void {
    this.#lines.get(subject)?.line.remove();
    this.#lines.delete(subject);
  }

  #close(subject: string, text: string): void {
    this.#closed.set(subject, text);
    this.forget(subject);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
