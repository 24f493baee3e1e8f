import { documentAttributes } from '../messages/document.ts';
import type { Arrival, Part } from './arrival.ts';

/** What makes a document: `message`: each message is one, with all of its parts; `stream`: all of a file or stdin. */
export type DocumentKind = 'message' | 'stream';

const WHOLE: Part = { index: 0, last: true };

/**
 * Gives events their place in their documents. Which event of a stream is its last is known only when nothing follows,
 * so one is kept back until the next comes or the document ends.
 */
export class Documents {
  readonly #kind: DocumentKind;
  readonly #epoch: string;
  #kept: Arrival | undefined;
  /** The document that is open. */
  #id = '';
  #index = 0;

  constructor(kind: DocumentKind, epoch: string) {
    this.#kind = kind;
    this.#epoch = epoch;
  }

  /** What may be handed on of what arrived; its first event will have the number `sequence`. */
  place(arrivals: readonly Arrival[], sequence: number): Arrival[] {
    if (this.#kind === 'message') return arrivals.map((arrival, at) => this.#placePart(arrival, sequence + at));
    const known = this.#kept ? [this.#kept, ...arrivals] : [...arrivals];
    const last = known.pop();
    this.#kept = last && detached(last);
    return known.map((arrival, at) => this.#next(arrival, sequence + at, false));
  }

  /** What was kept back. After a complete document, or one that was cut off for good, a new one begins. */
  release(sequence: number, end: 'complete' | 'cut' | 'open'): Arrival[] {
    const kept = this.#kept;
    this.#kept = undefined;
    const released = kept ? [this.#next(kept, sequence, end === 'complete')] : [];
    if (end !== 'open') this.#index = 0;
    return released;
  }

  #placePart(arrival: Arrival, sequence: number): Arrival {
    const { index, last } = arrival.part ?? WHOLE;
    if (index === 0) this.#id = this.#name(sequence);
    return marked(arrival, this.#id, index, last);
  }

  #next(arrival: Arrival, sequence: number, end: boolean): Arrival {
    if (this.#index === 0) this.#id = this.#name(sequence);
    this.#index += 1;
    return marked(arrival, this.#id, this.#index - 1, end);
  }

  /** A document is named after its first event. */
  #name(sequence: number): string {
    return `${this.#epoch}/${sequence}`;
  }
}

function marked(arrival: Arrival, id: string, index: number, end: boolean): Arrival {
  return { ...arrival, attributes: { ...arrival.attributes, ...documentAttributes(id, index, end) } };
}

/** It outlives its turn, and the read that it came in need not. */
function detached(arrival: Arrival): Arrival {
  return typeof arrival.data === 'string' ? arrival : { ...arrival, data: Buffer.from(arrival.data) };
}
