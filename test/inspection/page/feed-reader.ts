import type { Socket } from 'node:net';
import { Watch } from '../../end-to-end/watch.ts';
import { openStream, type Page } from './page-bench.ts';

export interface FeedMessage {
  readonly name: string;
  /** Ids of the events in it. */
  readonly ids: readonly number[];
}

/** Reads a feed as the HTML standard says that EventSource does, with nothing in common with the code under test. */
export class FeedReader {
  readonly messages: FeedMessage[] = [];
  readonly comments: string[] = [];
  readonly stream: Socket;
  readonly #watch = new Watch();
  status = 0;
  ended = false;
  head: string | undefined;
  #rest = Buffer.alloc(0);
  #line = '';
  #block: string[] = [];

  constructor(stream: Socket) {
    this.stream = stream;
    stream.on('data', (bytes: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, bytes]);
      this.#read();
      this.#watch.changed();
    });
    stream.on('close', () => {
      this.ended = true;
      this.#watch.changed();
    });
  }

  /** Of all events that came, in order. */
  get ids(): number[] {
    return this.messages.flatMap(({ ids }) => ids);
  }

  get names(): string[] {
    return this.messages.map(({ name }) => name);
  }

  answers(): Promise<void> {
    return this.#watch.until(() => this.status > 0 || this.ended);
  }

  /** Resolves once an event with this id is there, or the connection has ended. */
  reaches(id: number): Promise<void> {
    return this.#watch.until(() => this.ended || this.messages.some(({ ids }) => ids.includes(id)));
  }

  hears(name: string): Promise<void> {
    return this.#watch.until(() => this.ended || this.names.includes(name));
  }

  comes(comments: number): Promise<void> {
    return this.#watch.until(() => this.ended || this.comments.length >= comments);
  }

  ends(): Promise<void> {
    return this.#watch.until(() => this.ended);
  }

  #read(): void {
    if (this.head === undefined && !this.#readHead()) return;
    for (let chunk = this.#takeChunk(); chunk !== undefined; chunk = this.#takeChunk()) this.#readText(chunk);
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0) return false;
    this.head = this.#rest.toString('latin1', 0, end);
    this.status = Number(this.head.split(' ')[1]);
    this.#rest = this.#rest.subarray(end + 4);
    return true;
  }

  /** Of the chunked transfer coding. */
  #takeChunk(): string | undefined {
    const end = this.#rest.indexOf('\r\n');
    if (end < 0) return undefined;
    const size = Number.parseInt(this.#rest.toString('latin1', 0, end), 16);
    const next = end + 2 + size + 2;
    if (!(size > 0) || this.#rest.length < next) return undefined;
    const text = this.#rest.toString('utf8', end + 2, end + 2 + size);
    this.#rest = this.#rest.subarray(next);
    return text;
  }

  #readText(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith(':')) this.comments.push(line);
      else if (line !== '') this.#block.push(line);
      else this.#dispatch();
    }
  }

  #dispatch(): void {
    const field = (name: string) => this.#block.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field('data');
    const name = field('event') ?? 'message';
    if (data !== undefined) this.messages.push({ name, ids: idsIn(JSON.parse(data)) });
    this.#block = [];
  }
}

/** Opens the feed of a page. */
export async function openFeed({ port, token }: Pick<Page, 'port' | 'token'>): Promise<FeedReader> {
  const head = `GET /${token}/feed HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  return new FeedReader(await openStream(port, head));
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function idsIn(events: unknown): number[] {
  if (!Array.isArray(events)) return [];
  return events.map((event: unknown) => {
    const known = typeof event === 'object' && event !== null && 'id' in event;
    return known ? Number(event.id) : Number.NaN;
  });
}
