import { Observable } from 'rxjs';
import { type Chunk, chunkBytes, chunkCount, countCovered } from '../messages/chunk.ts';
import type { Message } from '../messages/message.ts';
import { PackedChunk } from '../messages/packed-chunk.ts';
import { readField, readPointer } from '../messages/pointer.ts';
import { type Bound, DEFAULT_BOUND } from './chunk-queue.ts';
import type { Settlement } from './ledger.ts';

export interface CursorTrailOptions {
  readonly source: string;
  /** What the source hands on. */
  readonly chunks$: Observable<Chunk>;
  /** The ledger's; those of other sources are left out. */
  readonly settlements$: Observable<Settlement>;
  /** What is remembered as it came: 10 000 events, 16 MiB. */
  readonly bound?: Bound;
}

export interface CursorTrail {
  /**
   * The last event that every sink has settled, as often as that is another one. It is that event exactly while what
   * is in flight keeps within the bound; beyond it an earlier one, never a later. One subscriber at a time.
   */
  readonly settled$: Observable<Message>;
  /** How often it was an earlier one. */
  readonly lags: number;
}

/**
 * Finds the event behind a settlement. What is in flight is remembered anyway, by the sinks: here too, up to a bound.
 * Beyond it the oldest chunks shrink to their last event each, and of those every second one is forgotten in turn.
 */
export function createCursorTrail(options: CursorTrailOptions): CursorTrail {
  const memory = new TrailMemory(options.bound ?? DEFAULT_BOUND);
  return {
    settled$: new Observable((subscriber) => {
      function tell(): void {
        const message = memory.settled();
        if (message) subscriber.next(message);
      }
      subscriber.add(
        options.settlements$.subscribe(({ source, through }) => {
          if (source !== options.source) return;
          memory.settle(through);
          tell();
        }),
      );
      subscriber.add(
        options.chunks$.subscribe((chunk) => {
          memory.push(chunk);
          // A settlement may come before its chunk: a source without sinks settles first and hands on then.
          if (memory.covers(chunk)) tell();
        }),
      );
    }),
    get lags() {
      return memory.lags;
    },
  };
}

/** An event that stands for those before it, from the sequence `first` on, which are forgotten. */
interface Mark {
  readonly first: number;
  readonly message: Message;
}

class TrailMemory {
  readonly #bound: Bound;
  /** In order, all of them before the chunks. */
  #marks: Mark[] = [];
  #chunks: Chunk[] = [];
  readonly #marked = { events: 0, bytes: 0 };
  readonly #whole = { events: 0, bytes: 0 };
  #settled = 0;
  #told = 0;
  #lags = 0;

  constructor(bound: Bound) {
    this.#bound = bound;
  }

  get lags(): number {
    return this.#lags;
  }

  push(chunk: Chunk): void {
    if (chunkCount(chunk) === 0) return;
    this.#chunks.push(chunk);
    count(this.#whole, chunkCount(chunk), chunkBytes(chunk));
    while (this.#isOver()) this.#shrink();
  }

  /** Whether some of a chunk is settled. */
  covers(chunk: Chunk): boolean {
    return countCovered(chunk, this.#settled) > 0;
  }

  settle(through: number): void {
    this.#settled = Math.max(this.#settled, through);
  }

  /** The last event that is settled, when it was not told yet. What is settled is forgotten. */
  settled(): Message | undefined {
    const found = this.#takeChunks() ?? this.#takeMarks();
    if (!found || found.sequence <= this.#told) return undefined;
    this.#told = found.sequence;
    return found;
  }

  #takeChunks(): Message | undefined {
    let last: Message | undefined;
    for (let chunk = this.#chunks[0]; chunk; chunk = this.#chunks[0]) {
      const covered = countCovered(chunk, this.#settled);
      if (covered > 0) last = messageAt(chunk, covered - 1);
      if (chunk.through > this.#settled) break;
      this.#forgetChunk(chunk);
    }
    if (last) this.#forgetMarks(this.#marks.length);
    return last;
  }

  #takeMarks(): Message | undefined {
    const beyond = this.#marks.findIndex(({ message }) => message.sequence > this.#settled);
    const taken = beyond < 0 ? this.#marks.length : beyond;
    const next = this.#marks[taken];
    if (next && next.first <= this.#settled) this.#lags += 1;
    const last = this.#marks[taken - 1];
    this.#forgetMarks(taken);
    return last?.message;
  }

  #isOver(): boolean {
    const events = this.#whole.events + this.#marked.events;
    const bytes = this.#whole.bytes + this.#marked.bytes;
    // One event that is larger than the bound passes when alone: max-payload bounds it.
    return events > 1 && (events > this.#bound.events || bytes > this.#bound.bytes);
  }

  /** Marks take half of the bound, so that what came last is always known exactly. */
  #shrink(): void {
    const crowded = this.#marked.events > this.#bound.events / 2 || this.#marked.bytes > this.#bound.bytes / 2;
    const oldest = this.#chunks[0];
    if (oldest && !(crowded && this.#marks.length > 1)) this.#mark(oldest);
    else this.#thin();
  }

  #mark(chunk: Chunk): void {
    this.#forgetChunk(chunk);
    const first = messageAt(chunk, 0);
    const message = messageAt(chunk, chunkCount(chunk) - 1)?.detached();
    if (!first || !message) return;
    this.#marks.push({ first: first.sequence, message });
    count(this.#marked, 1, message.bytes);
  }

  #thin(): void {
    const all = this.#marks;
    this.#marks = [];
    this.#marked.events = 0;
    this.#marked.bytes = 0;
    for (let at = all.length % 2; at <= all.length; at += 2) {
      const kept = all[at - 1];
      if (!kept) continue;
      this.#marks.push({ first: all[at - 2]?.first ?? kept.first, message: kept.message });
      count(this.#marked, 1, kept.message.bytes);
    }
  }

  #forgetChunk(chunk: Chunk): void {
    this.#chunks.shift();
    count(this.#whole, -chunkCount(chunk), -chunkBytes(chunk));
  }

  #forgetMarks(amount: number): void {
    for (const { message } of this.#marks.splice(0, amount)) count(this.#marked, -1, -message.bytes);
  }
}

/** The others of a packed chunk are not made for it. */
function messageAt(chunk: Chunk, index: number): Message | undefined {
  if (!(chunk instanceof PackedChunk)) return chunk.messages[index];
  const [, tail] = chunk.split(index);
  return tail.split(1)[0].messages[0];
}

function count(sum: { events: number; bytes: number }, events: number, bytes: number): void {
  sum.events += events;
  sum.bytes += bytes;
}

/** Where an event holds its cursor: a dot path (`value-field`) or a JSON pointer (`value-pointer`). */
export interface CursorField {
  readonly field?: string | undefined;
  readonly pointer?: string | undefined;
}

/**
 * The cursor that an event holds: text as it is, a number or boolean as its text, a long integer with all its digits.
 * Undefined when the payload is no JSON object or list, or has no such value there.
 */
export function cursorValue(message: Message, place: CursorField): string | undefined {
  const found = valueAt(decoded(message), place);
  if (typeof found === 'string') return found;
  if (typeof found === 'boolean' || typeof found === 'bigint' || Number.isSafeInteger(found)) return String(found);
  // Another number may have lost digits when it was parsed, so it is taken as it was written.
  return typeof found === 'number' ? textOf(valueAt(parse(quoteNumbers(message.text)), place)) : undefined;
}

function valueAt(value: unknown, place: CursorField): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (place.field !== undefined) return readField(value, place.field);
  return place.pointer === undefined ? undefined : readPointer(value, place.pointer);
}

function decoded(message: Message): unknown {
  if (message.encoding !== 'json') return parse(message.text);
  try {
    return message.value;
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON in which each number is a string with the digits that it was written with. */
function quoteNumbers(json: string): string {
  let inString = false;
  return json.replaceAll(/\\.|"|-?\d[\d.eE+-]*/gs, (token) => {
    if (token === '"') inString = !inString;
    return inString || token === '"' || token.startsWith('\\') ? token : `"${token}"`;
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
