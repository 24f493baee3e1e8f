import { Subject } from 'rxjs';
import type { Batch } from '../../src/messages/batch.ts';
import type { Chunk } from '../../src/messages/chunk.ts';
import { type BatchLimits, batches } from '../../src/streams/batcher.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { shownBatch } from './events.ts';

/** A batcher with wide limits, unless told otherwise, and what comes out of it. */
export function batcherBench(limits: Partial<BatchLimits> = {}, take: (batch: Batch) => void = () => {}) {
  const clock = createStepClock();
  const chunks$ = new Subject<Chunk>();
  const taken: Batch[] = [];
  let end = 'open';
  const subscription = chunks$
    .pipe(batches({ mode: 'fixed', size: 1000, bytes: 1_000_000, timeout: 100, ...limits }, clock))
    .subscribe({
      next: (batch) => {
        taken.push(batch);
        take(batch);
      },
      error: (error) => {
        end = `error ${error}`;
      },
      complete: () => {
        end = 'complete';
      },
    });
  return {
    clock,
    chunks$,
    taken,
    give: (...chunks: Chunk[]) => {
      for (const chunk of chunks) chunks$.next(chunk);
    },
    leave: () => subscription.unsubscribe(),
    get batches() {
      return taken.map(shownBatch);
    },
    get end() {
      return end;
    },
  };
}
