import type { ServerResponse } from 'node:http';
import type { WireEvent } from '../wire.ts';

export interface PageFeedOptions {
  /** What the newcomer is told first. */
  readonly backlog: readonly WireEvent[];
  /** Most bytes that may wait for the reader. */
  readonly unsent: number;
  /** The bound was reached: the connection is cut. The browser comes again by itself, and is told all anew. */
  readonly overrun: () => void;
}

/** Events of the backlog that are encoded and written in one go. */
const PIECE = 250;
/** Milliseconds after which a browser connects again. */
const RETRY = 1000;

/** One connection of Server-Sent Events. What it is told waits here, in order, while its reader is slow. */
export class PageFeed {
  readonly #response: ServerResponse;
  readonly #options: PageFeedOptions;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** How much of the backlog is written. */
  #told = 0;
  #blocked = false;
  #ending = false;

  constructor(response: ServerResponse, options: PageFeedOptions) {
    this.#response = response;
    this.#options = options;
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
    response.on('drain', () => {
      this.#blocked = false;
      this.#write();
    });
    this.#put(encodeReset(this.#piece()));
    this.#write();
  }

  send(text: Buffer): void {
    if (this.#ending || this.#response.destroyed) return;
    this.#waiting.push(text);
    this.#waitingBytes += text.length;
    this.#write();
    if (this.#waitingBytes + this.#response.writableLength <= this.#options.unsent) return;
    this.#response.destroy();
    this.#options.overrun();
  }

  /** After this text nothing more is sent. */
  end(text: Buffer): void {
    this.send(text);
    this.#ending = true;
    this.#write();
  }

  #write(): void {
    while (!this.#blocked && !this.#response.destroyed) {
      const next = this.#next();
      if (next === undefined) {
        if (this.#ending && !this.#response.writableEnded) this.#response.end();
        return;
      }
      this.#put(next);
    }
  }

  #put(text: Buffer): void {
    this.#blocked = !this.#response.write(text);
  }

  /** The backlog is encoded while it is read: for a slow reader it lies in memory once, as what the recorder holds. */
  #next(): Buffer | undefined {
    if (this.#told < this.#options.backlog.length) return encodeEvents(this.#piece());
    const text = this.#waiting.shift();
    this.#waitingBytes -= text?.length ?? 0;
    return text;
  }

  #piece(): readonly WireEvent[] {
    const piece = this.#options.backlog.slice(this.#told, this.#told + PIECE);
    this.#told += piece.length;
    return piece;
  }
}

/** The JSON of an event has no line break, which would end its `data`. */
export function encodeEvents(events: readonly WireEvent[]): Buffer {
  return Buffer.from(`event: events\ndata: ${JSON.stringify(events)}\n\n`);
}

function encodeReset(events: readonly WireEvent[]): Buffer {
  return Buffer.from(`retry: ${RETRY}\nevent: reset\ndata: ${JSON.stringify(events)}\n\n`);
}

/** EventSource passes no event on that has no data. */
export const END = Buffer.from('event: end\ndata: {}\n\n');

export const ALIVE = Buffer.from(': alive\n\n');
