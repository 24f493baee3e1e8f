import type { Piece } from './broadcast.ts';

export interface ReplayBounds {
  /** Most messages that are kept (option `replay.max-events`). */
  readonly events: number;
  /** Most bytes that are kept, the latest message apart (option `replay.max-bytes`). */
  readonly bytes: number;
}

/** A message that is kept. */
export interface Kept {
  readonly piece: Piece;
  /** The peer that does not get it: it comes from there. */
  readonly except: string | undefined;
}

interface Entry extends Kept {
  readonly cursor: () => string | undefined;
}

/** The latest messages of an endpoint, for peers that come back. Positions count from 0 and are never used again. */
export class ReplayLog {
  readonly #bounds: ReplayBounds;
  readonly #entries = new Map<number, Entry>();
  #start = 0;
  #end = 0;
  #bytes = 0;

  constructor(bounds: ReplayBounds) {
    this.#bounds = bounds;
  }

  /** Position of the oldest message that is kept. */
  get start(): number {
    return this.#start;
  }

  /** Position that the next message gets. */
  get end(): number {
    return this.#end;
  }

  /** `cursorAt(n)` tells the cursor of the nth message, when it is asked for. */
  append(pieces: readonly Piece[], cursorAt: (index: number) => string | undefined, except?: string): void {
    for (const [index, piece] of pieces.entries()) {
      this.#entries.set(this.#end, { piece, except, cursor: remembered(() => cursorAt(index)) });
      this.#end += 1;
      this.#bytes += piece.bytes;
      while (this.#isOver()) this.#drop();
    }
  }

  /** Where to go on after the latest message with this cursor; undefined when none is kept. */
  after(cursor: string): number | undefined {
    for (let at = this.#end - 1; at >= this.#start; at -= 1) {
      if (this.#entries.get(at)?.cursor() === cursor) return at + 1;
    }
    return undefined;
  }

  /** The cursor of the oldest message that has one. */
  get oldest(): string | undefined {
    for (let at = this.#start; at < this.#end; at += 1) {
      const cursor = this.#entries.get(at)?.cursor();
      if (cursor !== undefined) return cursor;
    }
    return undefined;
  }

  /** Messages from a position that is kept, as many as stay within `bytes` and one at the least. */
  read(from: number, bytes: number): readonly Kept[] {
    const read: Kept[] = [];
    let sum = 0;
    for (let entry = this.#entries.get(from); entry; entry = this.#entries.get(from + read.length)) {
      sum += entry.piece.bytes;
      if (read.length > 0 && sum > bytes) break;
      read.push(entry);
    }
    return read;
  }

  #drop(): void {
    this.#bytes -= this.#entries.get(this.#start)?.piece.bytes ?? 0;
    this.#entries.delete(this.#start);
    this.#start += 1;
  }

  #isOver(): boolean {
    const { size } = this.#entries;
    return size > 1 && (size > this.#bounds.events || this.#bytes > this.#bounds.bytes);
  }
}

/** A cursor is decoded when a peer comes back, and once. What it was read from is let go then. */
function remembered(read: () => string | undefined): () => string | undefined {
  let known: { readonly cursor: string | undefined } | undefined;
  let unread: typeof read | undefined = read;
  return () => {
    known ??= { cursor: unread?.() };
    unread = undefined;
    return known.cursor;
  };
}
