import { element, found, setAttribute, setState, setText } from './elements.ts';
import type { Choices, Scene, View } from './scene.ts';
import { countText } from './texts.ts';
import { ancestorsOf, isExpanded, labelOf, rowsOf, type Tree, type TreeRow, treeOf } from './tree.ts';
import { VirtualList, type VirtualRow } from './virtual-list.ts';
import { toneOf } from './words.ts';

/** Pixels, as in the style sheet. */
const ROW = 26;

/** The supervision tree. */
export class TreeView implements View {
  readonly #choices: Choices;
  readonly #list: VirtualList;
  readonly #host = found('tree', HTMLDivElement);
  readonly #expansion = new Map<string, boolean>();
  #scene: Scene | undefined;
  #structure: object | undefined;
  #tree: Tree = { root: undefined, children: new Map() };
  #rows: readonly TreeRow[] = [];
  #revealed: string | undefined;

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#list = new VirtualList({
      host: this.#host,
      rowHeight: ROW,
      create: () => this.#createRow(),
      moved: (index) => this.#choices.choose(this.#rows[index]?.key),
    });
    this.#host.addEventListener('keydown', (event) => this.#press(event));
  }

  show(scene: Scene): void {
    this.#scene = scene;
    const chosen = scene.chosen?.key;
    const isNew = chosen !== this.#revealed;
    if (isNew && chosen !== undefined) this.#open(chosen, scene);
    if (this.#structure !== scene.model.structure) this.#arrange(scene);
    const active = this.#rows.findIndex(({ key }) => key === chosen);
    this.#list.show(this.#rows.length, active);
    if (isNew && active !== -1) this.#list.reveal(active);
    this.#revealed = chosen;
  }

  #arrange({ model }: Scene): void {
    this.#structure = model.structure;
    this.#tree = treeOf(model);
    this.#rows = rowsOf(this.#tree, this.#expansion);
  }

  /** What is above a chosen actor is opened, once: it can be closed again. */
  #open(key: string, { model }: Scene): void {
    for (const above of ancestorsOf(key, model)) {
      if (isExpanded(above, this.#tree, this.#expansion)) continue;
      this.#expansion.set(above, true);
      this.#structure = undefined;
    }
  }

  #expand(key: string, expanded: boolean): void {
    this.#expansion.set(key, expanded);
    this.#structure = undefined;
    if (this.#scene) this.show(this.#scene);
  }

  #press(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = this.#rows[this.#list.active];
    if (!row) return;
    if (event.key === 'ArrowRight') this.#goIn(row);
    else if (event.key === 'ArrowLeft') this.#goOut(row);
    else if (event.key === 'Enter' || event.key === ' ') this.#expand(row.key, row.expanded === false);
    else return;
    event.preventDefault();
  }

  #goIn(row: TreeRow): void {
    if (row.expanded === false) this.#expand(row.key, true);
    else if (row.expanded) this.#choices.choose(this.#rows[this.#list.active + 1]?.key);
  }

  #goOut(row: TreeRow): void {
    if (row.expanded) this.#expand(row.key, false);
    else {
      const parent = this.#scene?.model.actors.get(row.key)?.parent;
      if (parent !== undefined) this.#choices.choose(parent);
    }
  }

  #createRow(): VirtualRow {
    const twist = element('span', { class: 'twist', 'aria-hidden': 'true' });
    const name = element('span', { class: 'name' });
    const machine = element('span', { class: 'machine' });
    const state = element('span');
    const row = element('div', { role: 'treeitem', class: 'row' }, twist, name, machine, state);
    let shown: TreeRow | undefined;
    twist.addEventListener('click', (event) => {
      event.stopPropagation();
      if (shown?.expanded !== undefined) this.#expand(shown.key, !shown.expanded);
    });
    row.addEventListener('click', () => this.#choices.choose(shown?.key));
    row.addEventListener('dblclick', () => {
      if (shown?.expanded !== undefined) this.#expand(shown.key, !shown.expanded);
    });
    const show = (index: number): void => {
      shown = this.#rows[index];
      const actor = shown && this.#scene?.model.actors.get(shown.key);
      if (!shown || !actor) return;
      const parent = actor.parent === undefined ? undefined : this.#scene?.model.actors.get(actor.parent);
      setText(twist, shown.expanded === undefined ? '' : shown.expanded ? '▾' : '▸');
      setText(name, labelOf(actor, parent));
      setAttribute(name, 'title', actor.name);
      const children = this.#tree.children.get(actor.key)?.length ?? 0;
      setText(machine, shown.expanded === false ? countText(children) : '');
      setState(state, actor.word, toneOf(actor.word));
      row.classList.toggle('gone', actor.gone);
      const { level, place, size, expanded } = shown;
      row.style.paddingInlineStart = `${4 + (level - 1) * 14}px`;
      setAttribute(row, 'aria-level', String(level));
      setAttribute(row, 'aria-posinset', String(place));
      setAttribute(row, 'aria-setsize', String(size));
      setAttribute(row, 'aria-expanded', expanded === undefined ? undefined : String(expanded));
      setAttribute(row, 'aria-selected', String(actor.key === this.#scene?.chosen?.key));
    };
    return { element: row, show };
  }
}
