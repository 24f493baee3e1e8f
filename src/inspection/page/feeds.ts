import type { ServerResponse } from 'node:http';
import type { Observable, Subscription } from 'rxjs';
import type { WireEvent } from '../wire.ts';
import { ALIVE, END, encodeEvents, PageFeed } from './feed.ts';
import type { RefusalLog } from './refusal-log.ts';

/** What feeds are fed from: a recorder. */
export interface FeedSource {
  readonly events$: Observable<WireEvent>;
  backlog(): readonly WireEvent[];
}

export interface FeedLimits {
  /** Feeds at a time. */
  readonly feeds: number;
  /** Bytes that may wait for the reader of one feed. */
  readonly unsent: number;
  /** Milliseconds that events are gathered before they are sent together. */
  readonly gathering: number;
  /** Events that are gathered at most. */
  readonly gathered: number;
  /** Milliseconds between two signs of life. */
  readonly heartbeat: number;
}

/** All feeds of a page server. Events are encoded once for all of them. */
export class PageFeeds {
  readonly #source: FeedSource;
  readonly #limits: FeedLimits;
  readonly #log: RefusalLog;
  readonly #feeds = new Set<PageFeed>();
  #gathered: WireEvent[] = [];
  #following: Subscription | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(source: FeedSource, limits: FeedLimits, log: RefusalLog) {
    this.#source = source;
    this.#limits = limits;
    this.#log = log;
  }

  get full(): boolean {
    return this.#feeds.size >= this.#limits.feeds;
  }

  open(response: ServerResponse): void {
    const backlog = this.#source.backlog();
    // It holds what is gathered, also what was told while it was made: that is for the others only.
    this.#flush();
    const feed = new PageFeed(response, {
      backlog,
      unsent: this.#limits.unsent,
      overrun: () => this.#log.note('unsent'),
    });
    this.#feeds.add(feed);
    response.on('close', () => this.#left(feed));
    if (this.#ended) feed.end(END);
    else this.#follow();
  }

  /** Tells all of them that nothing more will come. */
  close(): void {
    this.#flush();
    this.#ended = true;
    this.#unfollow();
    for (const feed of this.#feeds) feed.end(END);
  }

  #follow(): void {
    if (this.#following !== undefined) return;
    this.#heartbeat = setInterval(() => this.#send(ALIVE), this.#limits.heartbeat).unref();
    this.#following = this.#source.events$.subscribe({
      next: (event) => this.#gather(event),
      complete: () => this.close(),
    });
  }

  #unfollow(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#following?.unsubscribe();
    this.#following = undefined;
  }

  #gather(event: WireEvent): void {
    this.#gathered.push(event);
    if (this.#gathered.length >= this.#limits.gathered) this.#flush();
    else this.#gathering ??= setTimeout(() => this.#flush(), this.#limits.gathering).unref();
  }

  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#gathered.length === 0) return;
    const events = this.#gathered;
    this.#gathered = [];
    this.#send(encodeEvents(events));
  }

  #send(text: Buffer): void {
    for (const feed of this.#feeds) feed.send(text);
  }

  /** Without readers nothing is encoded. */
  #left(feed: PageFeed): void {
    this.#feeds.delete(feed);
    if (this.#feeds.size > 0) return;
    this.#unfollow();
    this.#gathered = [];
  }
}
