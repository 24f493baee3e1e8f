import type { Actor, Entry } from './actor.ts';
import { ChartViewport } from './chart-viewport.ts';
import { button, element, setAttribute, setText } from './elements.ts';
import type { Scene, View } from './scene.ts';
import { Statechart } from './statechart.ts';
import { activeIds, leavesOf, leavesText } from './states.ts';
import { toneOf } from './words.ts';

/** The machine of the chosen actor, with what is active in it. */
export class StatechartView implements View {
  readonly element = element('section', { class: 'chart', 'aria-label': 'Statechart' });
  readonly #title = element('h3');
  readonly #viewport = element('div', {
    class: 'viewport',
    tabindex: '0',
    role: 'region',
    'aria-label': 'Drawing of the statechart',
  });
  readonly #active = element('p', { class: 'active-states' });
  readonly #zoom: ChartViewport;
  readonly #enlarge: HTMLButtonElement;
  readonly #charts = new Map<string, Promise<Statechart>>();
  #machine: string | undefined;
  #chart: Statechart | undefined;
  /** Whose states were brought into view, and at which step. */
  #seen: { readonly key: string; readonly entry: string | undefined } | undefined;
  #scene: Scene | undefined;

  constructor(enlarge: () => void) {
    this.#zoom = new ChartViewport(this.#viewport);
    this.#enlarge = button('Enlarge', enlarge, { 'aria-pressed': 'false' });
    const tools = element(
      'div',
      { class: 'tools', role: 'group', 'aria-label': 'Zoom' },
      button('−', () => this.#zoom.zoomOut(), { 'aria-label': 'Zoom out', title: 'Zoom out (−)' }),
      button('+', () => this.#zoom.zoomIn(), { 'aria-label': 'Zoom in', title: 'Zoom in (+)' }),
      button('Active', () => this.#approach(), { title: 'Bring the active states near' }),
      button('Whole', () => this.#zoom.fit(), { title: 'The whole chart (0)' }),
      this.#enlarge,
    );
    const head = element('div', { class: 'panel-head' }, this.#title, tools);
    this.element.append(head, this.#viewport, this.#active);
  }

  show(scene: Scene): void {
    this.#scene = scene;
    const { chosen } = scene;
    this.element.hidden = chosen?.machine === undefined;
    if (chosen?.machine === undefined) return;
    if (this.#machine !== chosen.machine) this.#load(chosen.machine);
    this.#mark(chosen, scene.entry);
    const pressed = String(scene.enlarged);
    if (this.#enlarge.getAttribute('aria-pressed') === pressed) return;
    setAttribute(this.#enlarge, 'aria-pressed', pressed);
    this.#approach();
  }

  #load(machine: string): void {
    this.#machine = machine;
    this.#chart = undefined;
    this.#seen = undefined;
    setText(this.#title, `${machine} machine`);
    this.#viewport.replaceChildren();
    const chart = this.#charts.get(machine) ?? Statechart.load(machine);
    this.#charts.set(machine, chart);
    chart.then(
      (loaded) => this.#open(machine, loaded),
      (error: unknown) => {
        this.#charts.delete(machine);
        if (this.#machine !== machine) return;
        const reason = error instanceof Error ? error.message : String(error);
        this.#viewport.replaceChildren(element('p', { class: 'empty' }, `No chart: ${reason}`));
      },
    );
  }

  #open(machine: string, chart: Statechart): void {
    if (this.#machine !== machine) return;
    this.#chart = chart;
    this.#zoom.open(chart);
    if (this.#scene) this.show(this.#scene);
  }

  #mark(actor: Actor, chosen: Entry | undefined): void {
    const entry = chosen ?? actor.timeline?.newest;
    const value = chosen ? chosen.value : actor.snapshot.value;
    const leaves = chosen ? leavesOf(value) : actor.leaves;
    setText(this.#active, `${chosen ? 'Active then' : 'Active'}: ${leavesText(leaves)}`);
    const machine = actor.machine ?? '';
    setAttribute(this.#viewport, 'class', `viewport tone-${toneOf(chosen?.word ?? actor.word)}`);
    this.#chart?.mark(activeIds(machine, value), entry?.transitions ?? []);
    const before = this.#seen;
    if (!this.#chart || (before?.key === actor.key && before.entry === entry?.id)) return;
    this.#seen = { key: actor.key, entry: entry?.id };
    if (before?.key !== actor.key) this.#approach();
    else this.#zoom.reveal(idsOf(machine, entry && entry.to.length > 0 ? entry.to : leaves));
  }

  #approach(): void {
    const { chosen, entry } = this.#scene ?? {};
    if (chosen?.machine === undefined) return;
    const recent = (entry ?? chosen.timeline?.newest)?.to ?? [];
    const active = entry ? leavesOf(entry.value) : chosen.leaves;
    this.#zoom.approach(idsOf(chosen.machine, active), idsOf(chosen.machine, recent));
  }
}

function idsOf(machine: string, paths: readonly string[]): Set<string> {
  return new Set(paths.map((path) => `${machine}.${path}`));
}
