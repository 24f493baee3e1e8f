import { ConnectionRow } from './connection-row.ts';
import { isPresent } from './connections.ts';
import { element, found, setAttribute, setText } from './elements.ts';
import { EVERY, type Found, filtered, ORDERS, type Query } from './filter.ts';
import { Roster } from './roster.ts';
import type { Choices, Scene, View } from './scene.ts';
import { StateFilter } from './state-filter.ts';
import { countText } from './texts.ts';
import { VirtualList, type VirtualRow } from './virtual-list.ts';

/** Pixels, as in the style sheet. */
const ROW = 46;

/** All connections, filtered by text and state. */
export class ConnectionList implements View {
  readonly #choices: Choices;
  readonly #list: VirtualList;
  readonly #roster = new Roster();
  readonly #text = found('filter', HTMLInputElement);
  readonly #order = found('order', HTMLSelectElement);
  readonly #nothing = found('nothing', HTMLParagraphElement);
  readonly #count = found('found', HTMLParagraphElement);
  readonly #host = found('list', HTMLDivElement);
  readonly #states: StateFilter;
  #query: Query = EVERY;
  #scene: Scene | undefined;
  #found: Found = { connections: [], counts: new Map() };
  #all = 0;
  #revealed: string | undefined;

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#list = new VirtualList({
      host: this.#host,
      rowHeight: ROW,
      create: () => this.#createRow(),
      moved: (index) => this.#choices.choose(this.#found.connections[index]?.actor.key),
    });
    this.#states = new StateFilter(found('states', HTMLFieldSetElement), (words) => this.#ask({ words }));
    this.#text.addEventListener('input', () => this.#ask({ text: this.#text.value }));
    this.#text.addEventListener('keydown', (event) => this.#leaveText(event));
    this.#host.addEventListener('keydown', (event) => this.#leaveFilter(event));
    this.#order.append(...ORDERS.map((order) => element('option', { value: order }, order)));
    this.#order.addEventListener('change', () =>
      this.#ask({ order: ORDERS.find((order) => order === this.#order.value) ?? 'path' }),
    );
  }

  show(scene: Scene): void {
    this.#scene = scene;
    const all = this.#roster.connections(scene.model);
    this.#all = all.filter(isPresent).length;
    this.#found = filtered(all, this.#query);
    const { connections, counts } = this.#found;
    const chosen = scene.chosen?.key;
    const active = connections.findIndex(({ actor }) => actor.key === chosen);
    this.#states.show(counts);
    this.#list.show(connections.length, active);
    // Followed when something is chosen, and not when the order changes below it.
    if (chosen !== this.#revealed && active !== -1) this.#list.reveal(active);
    this.#revealed = chosen;
    this.#tell(connections.length);
  }

  focusFilter(): void {
    this.#text.focus();
    this.#text.select();
  }

  #ask(part: Partial<Query>): void {
    this.#query = { ...this.#query, ...part };
    this.#host.scrollTop = 0;
    if (this.#scene) this.show(this.#scene);
  }

  #leaveText(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      this.#host.focus();
      if (event.key === 'Enter') this.#choices.choose(this.#found.connections[0]?.actor.key);
    } else if (event.key === 'Escape' && this.#text.value !== '') {
      event.stopPropagation();
      this.#text.value = '';
      this.#ask({ text: '' });
    }
  }

  #leaveFilter(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.#isFiltered) return;
    event.stopPropagation();
    this.#clear();
  }

  /** Everything is listed again. */
  #clear(): void {
    this.#text.value = '';
    this.#query = { ...this.#query, text: '' };
    this.#states.clear();
  }

  get #isFiltered(): boolean {
    return this.#query.text !== '' || this.#query.words.size > 0;
  }

  #tell(count: number): void {
    setText(this.#count, count === this.#all ? countText(count) : `${countText(count)} of ${countText(this.#all)}`);
    this.#nothing.hidden = count > 0;
    this.#host.hidden = count === 0;
    if (count > 0) return;
    setText(this.#nothing, this.#isFiltered ? 'No connection matches the filter.' : this.#emptyText());
  }

  #emptyText(): string {
    if (!this.#scene?.model.root) return 'Nothing has been told yet.';
    return this.#found.counts.size > 0 ? 'All have gone.' : 'No connections: nothing here dials or listens.';
  }

  #createRow(): VirtualRow {
    const row = new ConnectionRow();
    let key: string | undefined;
    row.element.addEventListener('click', () => this.#choices.choose(key));
    const show = (index: number): void => {
      const connection = this.#found.connections[index];
      const scene = this.#scene;
      if (!connection || !scene) return;
      key = connection.actor.key;
      setAttribute(row.element, 'aria-posinset', String(index + 1));
      setAttribute(row.element, 'aria-setsize', String(this.#found.connections.length));
      setAttribute(row.element, 'aria-selected', String(key === scene.chosen?.key));
      row.show(connection, scene.now);
    };
    return { element: row.element, show };
  }
}
