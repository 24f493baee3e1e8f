import { element, setAttribute } from './elements.ts';

/** Rows beyond the visible ones, above and below. */
const OVERSCAN = 4;

export interface VirtualRow {
  readonly element: HTMLElement;
  /** Called in every frame for each row that is in the page. */
  show(index: number): void;
}

export interface VirtualListOptions {
  /** Scrolls, and has the focus. */
  readonly host: HTMLElement;
  /** Pixels. */
  readonly rowHeight: number;
  readonly create: () => VirtualRow;
  readonly moved: (index: number) => void;
}

/** A list of which only the rows that can be seen are in the page. */
export class VirtualList {
  readonly #options: VirtualListOptions;
  readonly #space = element('div', { class: 'space', role: 'presentation' });
  readonly #rows: VirtualRow[] = [];
  #count = 0;
  #active = -1;
  #shownCount = -1;

  constructor(options: VirtualListOptions) {
    this.#options = options;
    const { host } = options;
    host.append(this.#space);
    host.addEventListener('scroll', () => this.#fill(), { passive: true });
    host.addEventListener('keydown', (event) => this.#press(event));
    new ResizeObserver(() => this.#fill()).observe(host);
  }

  get active(): number {
    return this.#active;
  }

  /** `active`: index of the row that the keyboard is at, or -1. */
  show(count: number, active: number): void {
    this.#count = count;
    this.#active = active;
    if (this.#shownCount !== count) this.#space.style.height = `${count * this.#options.rowHeight}px`;
    this.#shownCount = count;
    this.#fill();
  }

  /** Brings a row into view; nothing moves when it is there. */
  reveal(index: number): void {
    const { host, rowHeight } = this.#options;
    const top = index * rowHeight;
    if (top < host.scrollTop) host.scrollTop = top;
    else if (top + rowHeight > host.scrollTop + host.clientHeight) {
      host.scrollTop = top + rowHeight - host.clientHeight;
    }
  }

  #fill(): void {
    const { host, rowHeight } = this.#options;
    const first = Math.max(0, Math.floor(host.scrollTop / rowHeight) - OVERSCAN);
    const visible = Math.ceil(host.clientHeight / rowHeight) + 2 * OVERSCAN;
    const last = Math.min(this.#count, first + visible);
    this.#resize(last - first);
    for (const [offset, row] of this.#rows.entries()) this.#place(row, first + offset);
    const isShown = this.#active >= first && this.#active < last;
    setAttribute(host, 'aria-activedescendant', isShown ? this.#idOf(this.#active) : undefined);
  }

  #resize(count: number): void {
    while (this.#rows.length < count) {
      const row = this.#options.create();
      this.#rows.push(row);
      this.#space.append(row.element);
    }
    while (this.#rows.length > Math.max(0, count)) this.#rows.pop()?.element.remove();
  }

  #place(row: VirtualRow, index: number): void {
    setAttribute(row.element, 'id', this.#idOf(index));
    const transform = `translateY(${index * this.#options.rowHeight}px)`;
    if (row.element.style.transform !== transform) row.element.style.transform = transform;
    row.element.classList.toggle('active', index === this.#active);
    row.show(index);
  }

  #idOf(index: number): string {
    return `${this.#options.host.id}-${index}`;
  }

  #press(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.#options.host.clientHeight / this.#options.rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#count - 1,
    };
    const to = steps[event.key];
    if (to === undefined || this.#count === 0) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(this.#count - 1, to));
    // A second key may come before the first one is painted.
    this.#active = index;
    this.reveal(index);
    this.#options.moved(index);
  }
}
