import type { Actor, Entry } from './actor.ts';
import { element, setAttribute, setText } from './elements.ts';
import { STEPS } from './model.ts';
import type { Choices, Scene, View } from './scene.ts';
import { countText } from './texts.ts';
import { TimelineEntry } from './timeline-entry.ts';
import { newestOf, type Trail } from './trail.ts';

interface Shown {
  readonly actor: string;
  readonly trail: Trail<Entry> | undefined;
  readonly entry: string | undefined;
  readonly every: boolean;
}

/** What the chosen actor has done, newest first. */
export class TimelineView implements View {
  readonly element = element('section', { class: 'timeline', 'aria-labelledby': 'timeline-title' });
  readonly #list = element('ol', { class: 'entries', 'aria-label': 'Steps, newest first' });
  readonly #count = element('p', { class: 'quiet' });
  readonly #every = element('input', { type: 'checkbox' });
  readonly #empty = element('p', { class: 'empty' });
  readonly #choices: Choices;
  readonly #entries = new Map<string, TimelineEntry>();
  #shown: Shown | undefined;
  #scene: Scene | undefined;

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#every.checked = true;
    this.#every.addEventListener('change', () => this.#scene && this.show(this.#scene));
    const title = element('h3', { id: 'timeline-title' }, 'Timeline');
    const label = element(
      'label',
      { title: 'Off: only steps that change the state’s word' },
      this.#every,
      ' Every step',
    );
    this.element.append(element('div', { class: 'panel-head' }, title, this.#count, label), this.#list, this.#empty);
    this.#list.addEventListener('keydown', (event) => this.#press(event));
  }

  show(scene: Scene): void {
    this.#scene = scene;
    const { chosen, entry } = scene;
    this.element.hidden = chosen === undefined;
    if (!chosen) return;
    const shown = { actor: chosen.key, trail: chosen.timeline, entry: entry?.id, every: this.#every.checked };
    const before = this.#shown;
    if (before && isSame(before, shown)) return;
    this.#shown = shown;
    this.#arrange(chosen, scene);
  }

  /** Lines stay the elements that they were, so that focus and place are kept while new ones come. */
  #arrange(actor: Actor, scene: Scene): void {
    const steps = newestOf(actor.timeline, STEPS);
    const entries = this.#every.checked ? steps : steps.filter(({ edge }) => edge);
    const ids = new Set(entries.map(({ id }) => id));
    for (const [id, line] of this.#entries) {
      if (ids.has(id)) continue;
      line.element.remove();
      this.#entries.delete(id);
    }
    let next = this.#list.firstElementChild;
    for (const entry of entries) {
      const line = this.#lineOf(entry);
      if (line.element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(line.element, next);
      if (entry.id === scene.entry?.id) line.choose(scene);
      else line.leave();
    }
    this.#makeReachable(scene.entry?.id ?? entries[0]?.id);
    this.#list.hidden = entries.length === 0;
    this.#empty.hidden = entries.length > 0;
    setText(this.#count, stepsText(steps.length));
    setText(this.#empty, actor.machine === undefined ? 'It runs no machine.' : 'No steps are known.');
  }

  #lineOf(entry: Entry): TimelineEntry {
    const known = this.#entries.get(entry.id);
    if (known) return known;
    const line = new TimelineEntry(entry, () =>
      this.#choices.chooseEntry(this.#scene?.entry?.id === entry.id ? undefined : entry.id),
    );
    this.#entries.set(entry.id, line);
    return line;
  }

  /** Tab leads to one line; the arrow keys go on from there. */
  #makeReachable(id: string | undefined): void {
    const focused = [...this.#entries.values()].find(({ button }) => button === document.activeElement);
    for (const [each, line] of this.#entries) {
      setAttribute(line.button, 'tabindex', (focused ? line === focused : each === id) ? '0' : '-1');
    }
  }

  #press(event: KeyboardEvent): void {
    const lines = [...this.#list.querySelectorAll<HTMLButtonElement>('button.entry')];
    const at = lines.findIndex((line) => line.isSameNode(document.activeElement));
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: lines.length - 1,
    };
    const to = steps[event.key];
    if (at === -1 || to === undefined) return;
    event.preventDefault();
    const line = lines[Math.max(0, Math.min(lines.length - 1, to))];
    line?.focus();
    this.#makeReachable(undefined);
  }
}

function isSame(a: Shown, b: Shown): boolean {
  return a.actor === b.actor && a.trail === b.trail && a.entry === b.entry && a.every === b.every;
}

function stepsText(count: number): string {
  if (count === 0) return '';
  return count === 1 ? '1 step' : `${countText(count)} steps`;
}
