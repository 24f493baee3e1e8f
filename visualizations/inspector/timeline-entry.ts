import type { WireMessage } from '../../src/inspection/wire.ts';
import type { Entry } from './actor.ts';
import { element, setAttribute, setState } from './elements.ts';
import { eventName } from './event-name.ts';
import { membersOf } from './members.ts';
import { causalChain } from './message-log.ts';
import type { Scene } from './scene.ts';
import { regionsOf, shortened } from './states.ts';
import { clockText, spanText } from './texts.ts';
import { toneOf } from './words.ts';

/** A line of the timeline. Chosen, it says what is known of its cause. */
export class TimelineEntry {
  readonly element = element('li');
  readonly button: HTMLButtonElement;
  readonly #entry: Entry;
  #more: HTMLElement | undefined;

  constructor(entry: Entry, chosen: () => void) {
    this.#entry = entry;
    const word = element('span');
    if (entry.edge) setState(word, entry.word, toneOf(entry.word));
    this.button = element(
      'button',
      { type: 'button', class: 'entry', tabindex: '-1', 'aria-expanded': 'false' },
      element('time', {}, clockText(entry.at)),
      element('span', { class: 'event' }, eventName(entry.event.type)),
      changeOf(entry),
      word,
    );
    if (entry.cause !== undefined) this.button.append(element('span', { class: 'cause' }, entry.cause));
    this.button.addEventListener('click', chosen);
    this.element.append(this.button);
  }

  choose(scene: Scene): void {
    if (this.#more) return;
    this.#more = element('div', { class: 'more' }, ...factsOf(this.#entry, scene));
    this.element.append(this.#more);
    this.element.classList.add('chosen');
    setAttribute(this.button, 'aria-expanded', 'true');
  }

  leave(): void {
    this.#more?.remove();
    this.#more = undefined;
    this.element.classList.remove('chosen');
    setAttribute(this.button, 'aria-expanded', 'false');
  }
}

function changeOf(entry: Entry): HTMLElement {
  const { shared, from, to } = shortened(entry);
  const regions = regionsOf(entry);
  const change = element('span', { class: 'change' });
  if (regions.length > 0) {
    for (const [index, region] of regions.entries()) {
      change.append(index > 0 ? ', ' : '', element('span', { class: 'shared' }, `${region.region} `), region.from);
      change.append(element('span', { class: 'arrow' }, ' → '), region.to);
    }
  } else if (from === '' && to === '') change.append(element('span', { class: 'shared' }, 'stays'));
  else {
    const region = shared.split('.').at(-2);
    change.append(element('span', { class: 'shared' }, region === undefined ? '' : `${region} `), from);
    change.append(element('span', { class: 'arrow' }, ' → '), to);
  }
  change.title = [entry.from.join(', '), entry.to.join(', ')].join(' → ');
  return change;
}

function factsOf(entry: Entry, scene: Scene): HTMLElement[] {
  const chain = causalChain(entry.causedBy, scene.messages);
  const facts: HTMLElement[] = [];
  if (chain.length > 0) {
    const steps = chain.map((message, index) => linkOf(message, index === 0, entry.at, scene));
    facts.push(element('ol', { class: 'chain', 'aria-label': 'Causes, nearest first' }, ...steps));
  } else facts.push(element('p', {}, 'Who sent it is no longer known.'));
  const members = membersOf(entry.event).map(([name, value]) => `${name} ${value}`);
  if (members.length > 0) facts.push(element('p', {}, `It brought ${members.join(', ')}.`));
  return facts;
}

/** One event of the chain: who sent it, to whom, and when. */
function linkOf(message: WireMessage, isOwn: boolean, at: number, scene: Scene): HTMLElement {
  const before = at - Number(message.createdAt);
  const receiver = isOwn ? '' : ` to ${receiverOf(message, scene)}`;
  const time = before < 1 ? '' : `, ${spanText(before)} before`;
  const name = element('b', {}, eventName(message.event.type));
  const sender = senderOf(message, scene);
  const from = sender === '' ? '' : ` from ${sender}`;
  return element('li', {}, isOwn ? '' : 'because of ', name, `${from}${receiver}${time}`);
}

/** A timer is named by its event. */
function senderOf(message: WireMessage, { model }: Scene): string {
  if (message.event.type.startsWith('xstate.after.')) return '';
  const sender = model.actorOf(message.sourceId);
  if (sender) return sender.sessionId === message.sessionId ? 'itself' : sender.component;
  if (message.source !== undefined) return message.source;
  return 'outside';
}

function receiverOf({ sessionId }: WireMessage, { model }: Scene): string {
  return model.actorOf(sessionId)?.component ?? 'an actor that has gone';
}
