import { map, Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import type { Clock } from '../environment.ts';
import type { Batch, BatchReason } from '../messages/batch.ts';
import type { Chunk } from '../messages/chunk.ts';
import { endsDocument } from '../messages/document.ts';
import type { Message } from '../messages/message.ts';
import { PackedChunk } from '../messages/packed-chunk.ts';
import { OpenBatch } from './open-batch.ts';

export interface BatchLimits {
  /** `fixed`: any events, up to `size`. `document`: those of one source, up to the end of a document. */
  readonly mode: 'fixed' | 'document';
  /** Most events in a batch of mode fixed (option `batch.fixed-size`). */
  readonly size: number;
  /** Most payload bytes in a batch; a larger single event makes a batch of its own (option `batch.max-bytes`). */
  readonly bytes: number;
  /** Milliseconds from the batch's first event until it is closed (option `batch.timeout`). */
  readonly timeout: number;
}

/** Every chunk is a batch of its own: what a sink without the option `batch` gets. */
export function turnBatches(): OperatorFunction<Chunk, Batch> {
  return map((chunk) => {
    const through = new Map([[chunk.source, chunk.through]]);
    if (!(chunk instanceof PackedChunk)) return { through, messages: chunk.messages, reason: 'turn' };
    return {
      through,
      get messages() {
        return chunk.messages;
      },
      reason: 'turn',
      packed: chunk,
    };
  });
}

/**
 * Gathers chunks into batches. Completing the source flushes the open batches (reason `drain`); unsubscribing drops
 * them, which loses nothing, since what is not settled is read again.
 */
export function batches(limits: BatchLimits, clock: Clock): OperatorFunction<Chunk, Batch> {
  return (chunks$) =>
    new Observable((subscriber) => {
      const batcher = new Batcher(limits, clock, subscriber);
      const subscription = chunks$.subscribe({
        next: (chunk) => batcher.take(chunk),
        error: (error) => subscriber.error(error),
        complete: () => {
          batcher.drain();
          subscriber.complete();
        },
      });
      return () => {
        batcher.drop();
        subscription.unsubscribe();
      };
    });
}

class Batcher {
  readonly #limits: BatchLimits;
  readonly #clock: Clock;
  readonly #taker: Subscriber<Batch>;
  /** By source in mode document, else one for all. */
  readonly #open = new Map<string, OpenBatch>();

  constructor(limits: BatchLimits, clock: Clock, taker: Subscriber<Batch>) {
    this.#limits = limits;
    this.#clock = clock;
    this.#taker = taker;
  }

  take({ source, through, messages }: Chunk): void {
    const batch = this.#batchOf(source);
    messages.forEach((message, at) => {
      // Whoever takes a batch may leave over it; a timer set after that would stay in the clock.
      const { bytes } = message;
      if (batch.events > 0 && batch.bytes + bytes > this.#limits.bytes) this.#close(batch, 'bytes');
      if (this.#taker.closed) return;
      batch.add(message, bytes);
      const next = messages[at + 1];
      batch.cover(source, next ? next.sequence - 1 : through);
      const reason = this.#fulfilled(batch, message, next);
      if (reason) this.#close(batch, reason);
    });
    if (messages.length > 0) return;
    batch.cover(source, through);
    // Nothing is open before this filtered range, so it need not wait for anything.
    if (batch.events === 0) this.#close(batch, 'turn');
  }

  drain(): void {
    for (const batch of this.#open.values()) this.#close(batch, 'drain');
  }

  drop(): void {
    for (const batch of this.#open.values()) batch.drop();
  }

  #batchOf(source: string): OpenBatch {
    const key = this.#limits.mode === 'document' ? source : '';
    const open = this.#open.get(key) ?? this.#openBatch();
    this.#open.set(key, open);
    return open;
  }

  #openBatch(): OpenBatch {
    const batch: OpenBatch = new OpenBatch(this.#clock, this.#limits.timeout, () => this.#close(batch, 'timeout'));
    return batch;
  }

  #fulfilled(batch: OpenBatch, message: Message, next: Message | undefined): BatchReason | undefined {
    const { mode, size, bytes } = this.#limits;
    // Parts of an expanded event all say that they are the last.
    if (mode === 'document' && endsDocument(message) && next?.sequence !== message.sequence) return 'document';
    if (mode === 'fixed' && batch.events >= size) return 'size';
    return batch.bytes >= bytes ? 'bytes' : undefined;
  }

  #close(batch: OpenBatch, reason: BatchReason): void {
    const closed = batch.close(reason);
    if (closed) this.#taker.next(closed);
  }
}
