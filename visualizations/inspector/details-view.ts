import type { Actor } from './actor.ts';
import { ChartView } from './chart-view.ts';
import { connectionOf, isConnection, isExplained } from './connections.ts';
import { element, found, setAttribute, setState, setText } from './elements.ts';
import { contextOf, flattened } from './members.ts';
import { Overview } from './overview.ts';
import type { Choices, Scene, View } from './scene.ts';
import { StatechartView } from './statechart-view.ts';
import { ageText, countText, dateText } from './texts.ts';
import { TimelineView } from './timeline-view.ts';
import { toneOf } from './words.ts';

export interface DetailsChoices extends Choices {
  reconnect(component: string): void;
  /** Gives the chart the whole page, or takes it back. */
  enlarge(): void;
  readonly canControl: boolean;
}

/** All about the chosen actor; with none chosen, an overview. */
export class DetailsView implements View {
  readonly #host = found('details', HTMLElement);
  readonly #heading = element('h2');
  readonly #state = element('span');
  readonly #held = element('span', { title: 'A sink has no room, so this connection is not read' });
  readonly #facts = element('dl', { class: 'facts' });
  readonly #cause = element('p', { class: 'why' });
  readonly #reconnect: HTMLButtonElement;
  readonly #context = element('dl', { class: 'context' });
  readonly #contextPanel: HTMLElement;
  readonly #head: HTMLElement;
  readonly #lower: HTMLElement;
  readonly #views: readonly View[];
  #scene: Scene | undefined;
  #shownContext: unknown;

  constructor(choices: DetailsChoices) {
    this.#reconnect = element(
      'button',
      { type: 'button', title: 'Closes the connection and dials again' },
      'Reconnect',
    );
    this.#reconnect.addEventListener('click', () => {
      const component = this.#scene?.chosen?.component;
      if (component !== undefined) choices.reconnect(component);
    });
    this.#reconnect.hidden = !choices.canControl;
    setState(this.#held, 'held', toneOf('held'));
    const title = element('div', { class: 'title' }, this.#heading, this.#state, this.#held, this.#reconnect);
    this.#head = element('div', { class: 'details-head' }, title, this.#facts, this.#cause);
    this.#contextPanel = element(
      'section',
      { class: 'context-panel', 'aria-label': 'Context' },
      element('h3', {}, 'Context'),
      this.#context,
    );
    const charts = new ChartView();
    const chart = new StatechartView(() => choices.enlarge());
    const timeline = new TimelineView(choices);
    const overview = new Overview(choices);
    this.#lower = element('div', { class: 'lower' }, timeline.element, this.#contextPanel);
    this.#host.append(this.#head, charts.element, overview.element, chart.element, this.#lower);
    this.#views = [charts, overview, chart, timeline];
  }

  show(scene: Scene): void {
    this.#scene = scene;
    const { chosen } = scene;
    this.#host.classList.toggle('overview', chosen === undefined);
    this.#lower.hidden = chosen === undefined;
    if (chosen) this.#describe(chosen, scene);
    else this.#describeAll();
    this.#showContext(chosen);
    for (const view of this.#views) view.show(scene);
  }

  #describe(actor: Actor, scene: Scene): void {
    setText(this.#heading, actor.component);
    setState(this.#state, actor.word, toneOf(actor.word));
    this.#held.hidden = !isConnection(actor) || !connectionOf(actor, scene.model).held;
    const { canReconnect, facts } = factsOf(actor, scene);
    this.#reconnect.disabled = scene.playback || scene.isOver || !canReconnect;
    this.#reconnect.classList.toggle('unfit', actor.machine !== 'connection');
    const lines = facts.filter(([, value]) => value !== '');
    const text = lines.map(([name, value]) => `${name}\n${value}`).join('\n');
    if (this.#facts.dataset.text !== text) {
      this.#facts.dataset.text = text;
      this.#facts.replaceChildren(
        ...lines.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
      );
    }
    this.#explain(actor, scene);
  }

  #explain(actor: Actor, { model }: Scene): void {
    const { cause = '' } = isConnection(actor) ? connectionOf(actor, model) : actor;
    const isPast = isConnection(actor) && !isExplained(actor);
    this.#cause.hidden = false;
    setText(this.#cause, isPast && cause !== '' ? `Last lost: ${cause}` : cause);
    setAttribute(this.#cause, 'class', `why tone-${isPast ? 'quiet' : toneOf(actor.word)}`);
  }

  #describeAll(): void {
    setText(this.#heading, 'Overview');
    this.#state.className = '';
    setText(this.#state, '');
    this.#reconnect.classList.add('unfit');
    this.#facts.dataset.text = '';
    this.#facts.replaceChildren();
    this.#cause.hidden = true;
    this.#held.hidden = true;
  }

  #showContext(actor: Actor | undefined): void {
    const context = actor && contextOf(actor);
    this.#contextPanel.hidden = context === undefined || Object.keys(context).length === 0;
    if (this.#shownContext === actor?.snapshot.context) return;
    this.#shownContext = actor?.snapshot.context;
    this.#context.replaceChildren(
      ...flattened(context ?? {}).map(([name, value]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value)),
      ),
    );
  }
}

function factsOf(actor: Actor, { model, now }: Scene) {
  const sample = model.measurements.components.get(actor.component)?.sample;
  const facts: [string, string][] = [['since', `${ageText(now - actor.since)} (${dateText(actor.since)})`]];
  if (isConnection(actor)) {
    const { host, attempt, reconnects } = connectionOf(actor, model);
    facts.push([actor.machine === 'peer' ? 'address' : 'url', sample?.connection?.url ?? host]);
    if (actor.machine === 'connection' && isExplained(actor)) facts.push(['attempt', countText(attempt)]);
    if (actor.machine === 'connection') facts.push(['reconnects', countText(reconnects)]);
    const { retryIn } = sample?.connection ?? {};
    if (actor.word === 'waiting' && retryIn !== undefined)
      facts.push(['next attempt', nextText(actor.since + retryIn - now)]);
  }
  if (sample) facts.push([sample.role === 'source' ? 'received' : 'delivered', countText(sample.events)]);
  if (sample && sample.failed > 0) facts.push(['failed', countText(sample.failed)]);
  if (sample?.dropped) facts.push(['dropped', countText(sample.dropped)]);
  if (sample?.peers !== undefined) facts.push(['peers', countText(sample.peers)]);
  const restarts = Math.max(actor.restarts, sample?.restarts ?? 0);
  if (restarts > 0) facts.push(['restarts', countText(restarts)]);
  return { facts, canReconnect: actor.machine === 'connection' && !actor.gone };
}

function nextText(wait: number): string {
  return wait >= 1000 ? `in ${ageText(wait)}` : 'now';
}
