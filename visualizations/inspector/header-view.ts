import { connectionsOf, isPresent } from './connections.ts';
import { element, found, setState, setText } from './elements.ts';
import type { FeedState } from './feed.ts';
import { countsOf } from './filter.ts';
import type { Scene, View } from './scene.ts';
import { clockText, countedText, countText, dateText } from './texts.ts';
import { hasStopped } from './troubles.ts';
import { CONNECTION_WORDS, RARE_WORDS, toneOf } from './words.ts';

export interface HeaderState {
  readonly title: string;
  readonly feed: FeedState | undefined;
  /** Where a recording that is played comes from. */
  readonly recording: string | undefined;
  readonly isPaused: boolean;
  readonly unseen: number;
}

const FEED: Readonly<Record<FeedState, readonly [text: string, tone: string]>> = {
  connecting: ['connecting to the process', 'progress'],
  live: ['following live', 'good'],
  full: ['8 pages are open already; waiting for one to close', 'attention'],
  disconnected: ['disconnected: the process has gone, or cannot be reached', 'bad'],
  ended: ['ended: the supervisor has stopped', 'quiet'],
};

/** What is running, and how its connections are. */
export class HeaderView implements View {
  readonly #pipelines = found('pipelines', HTMLParagraphElement);
  readonly #supervisor = found('supervisor', HTMLParagraphElement);
  readonly #feed = found('feed', HTMLParagraphElement);
  readonly #counts = found('counts', HTMLUListElement);
  readonly #lines = new Map<string, { readonly line: HTMLElement; readonly count: HTMLElement }>();
  readonly #supervisorName = element('span');
  readonly #state = element('span');
  readonly #feedState = element('span');
  readonly #feedMore = element('span', { class: 'quiet' });
  #header: HeaderState = { title: '', feed: undefined, recording: undefined, isPaused: false, unseen: 0 };

  constructor() {
    this.#supervisor.append(this.#supervisorName, this.#state);
    this.#feed.append(this.#feedState, this.#feedMore);
    for (const word of [...CONNECTION_WORDS, ...RARE_WORDS]) this.#add(word);
  }

  tell(header: HeaderState): void {
    this.#header = header;
  }

  show(scene: Scene): void {
    const { model } = scene;
    const names = [...model.actors.values()].filter(({ machine }) => machine === 'pipeline').map(({ name }) => name);
    const title = names.length > 0 ? names.join(', ') : this.#header.title;
    setText(this.#pipelines, title);
    this.#pipelines.title = title;
    document.title = title === '' ? 'hawser' : `${title} – hawser`;
    const word = stateOf(scene);
    const isPast = this.#header.feed === 'disconnected' && this.#header.recording === undefined;
    setText(this.#supervisorName, isPast ? 'Supervisor, last seen ' : 'Supervisor ');
    setState(this.#state, word, isPast ? 'quiet' : toneOf(word));
    this.#showFeed(scene);
    this.#showCounts(countsOf(connectionsOf(model).filter(isPresent)));
  }

  #showFeed({ now }: Scene): void {
    const { feed, recording, isPaused, unseen } = this.#header;
    this.#feed.title = recording ?? (isPaused ? dateText(now) : '');
    if (recording !== undefined) {
      setState(this.#feedState, 'playback', 'progress');
      setText(this.#feedMore, ` ${recording}`);
    } else if (isPaused) {
      setState(this.#feedState, 'paused', 'attention');
      setText(this.#feedMore, ` at ${clockText(now)}, ${countedText(unseen, 'event')} since`);
    } else {
      const [text, tone] = FEED[feed ?? 'connecting'];
      setState(this.#feedState, text, tone);
      setText(this.#feedMore, '');
    }
  }

  #showCounts(counts: ReadonlyMap<string, number>): void {
    for (const [word, { line, count }] of this.#lines) {
      setText(count, countText(counts.get(word) ?? 0));
      line.hidden = !counts.has(word);
    }
  }

  #add(word: string): void {
    const count = element('b');
    const line = element('li', { class: `tone-${toneOf(word)}` }, count, ` ${word}`);
    this.#lines.set(word, { line, count });
    this.#counts.append(line);
  }
}

/** The feed may end before the supervisor's last state was told. */
function stateOf({ model, isOver }: Scene): string {
  const word = model.root?.word ?? 'unknown';
  return isOver && !hasStopped(model) ? 'stopped' : word;
}
