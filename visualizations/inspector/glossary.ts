import { element } from './elements.ts';
import { MEASURES } from './measures.ts';

const WORDS: readonly (readonly [term: string, meaning: string])[] = [
  ['live, flowing, running', 'green: as it should be'],
  ['waiting, recovering', 'amber: the connection is lost; the next attempt is due after a wait'],
  ['blocked, slow', 'amber: it has had no room for a while for what is sent to it'],
  ['draining, closing, stopping', 'amber: it takes nothing more, delivers what it owes, and ends'],
  ['held', 'amber: the connection is up and not read, because a sink has no room'],
  ['stalled, full', 'amber: the sink owes events and delivers none; its buffer is nearly full'],
  ['owing', 'amber: the supervisor has stopped before everything was delivered'],
  ['connecting, starting', 'blue: on its way'],
  ['failed', 'red: it has ended for good; the cause says why'],
  ['idle', 'grey: nobody needs the connection yet, so it is not dialled'],
  ['closed, stopped, gone', 'grey: it has ended because it was asked to; a peer has left'],
  ['try 8 · 3 ↻', 'the eighth attempt in a row; it was live again three times after a loss'],
];

/** What the words and numbers of the page mean. */
export function glossary(): HTMLElement {
  const terms = [...WORDS, ...MEASURES.map(({ title, about }) => [title, about] as const)];
  const lines = terms.map(([term, meaning]) =>
    element('div', {}, element('dt', {}, element('b', {}, term)), element('dd', {}, meaning)),
  );
  return element('dl', { class: 'keys' }, ...lines);
}
