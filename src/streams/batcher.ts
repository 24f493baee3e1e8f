import { map, Observable, type OperatorFunction } from 'rxjs';
import type { Clock } from '../environment.ts';
import type { Batch, BatchReason } from '../messages/batch.ts';
import type { Chunk } from '../messages/chunk.ts';
import type { Message } from '../messages/message.ts';
import { PackedChunk } from '../messages/packed-chunk.ts';

export interface BatchLimits {
  /** Most events in a batch (option `batch.fixed-size`). */
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
 * Gathers chunks into batches. Completing the source flushes the open batch (reason `drain`); unsubscribing drops it,
 * which loses nothing, since what is not settled is read again.
 */
export function batches(limits: BatchLimits, clock: Clock): OperatorFunction<Chunk, Batch> {
  return (chunks$) =>
    new Observable((subscriber) => {
      let through = new Map<string, number>();
      let messages: Message[] = [];
      let bytes = 0;
      let timer: unknown;

      function close(reason: BatchReason): void {
        clock.clearTimeout(timer);
        timer = undefined;
        if (through.size === 0) return;
        const batch = { through, messages, reason };
        through = new Map();
        messages = [];
        bytes = 0;
        subscriber.next(batch);
      }

      function add(message: Message): void {
        const size = message.bytes;
        if (messages.length > 0 && bytes + size > limits.bytes) close('bytes');
        // Whoever takes a batch may leave over it; a timer set after that would stay in the clock.
        if (messages.length === 0 && !subscriber.closed) {
          timer = clock.setTimeout(() => close('timeout'), limits.timeout);
        }
        messages.push(message);
        bytes += size;
      }

      function take(chunk: Chunk): void {
        chunk.messages.forEach((message, at) => {
          add(message);
          const next = chunk.messages[at + 1];
          through.set(chunk.source, next ? next.sequence - 1 : chunk.through);
          if (messages.length >= limits.size) close('size');
          else if (bytes >= limits.bytes) close('bytes');
        });
        if (chunk.messages.length > 0) return;
        through.set(chunk.source, chunk.through);
        // Nothing is open before this filtered range, so it need not wait for anything.
        if (messages.length === 0) close('turn');
      }

      const subscription = chunks$.subscribe({
        next: take,
        error: (error) => subscriber.error(error),
        complete: () => {
          close('drain');
          subscriber.complete();
        },
      });
      return () => {
        clock.clearTimeout(timer);
        subscription.unsubscribe();
      };
    });
}
