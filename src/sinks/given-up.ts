import type { Batch } from '../messages/batch.ts';
import type { Reject } from '../messages/failure.ts';
import type { Sent } from './acknowledgement.ts';

/**
 * What is given up when the head of the window has used up its retries: its first event, or all of its batch when the
 * peer takes batches as one.
 */
export function giveUp({ batch, rejects }: Sent, framePerBatch: boolean, explanation: string): GivenUp {
  const given = framePerBatch ? batch : firstOf(batch);
  const known = new Map(rejects.map((reject) => [reject.message, reject]));
  const error = { code: 'retries', message: explanation };
  return { batch: given, rejects: given.messages.map((message) => known.get(message) ?? { message, error }) };
}

export interface GivenUp {
  readonly batch: Batch;
  readonly rejects: readonly Reject[];
}

function firstOf(batch: Batch): Batch {
  const [first] = batch.messages;
  if (!first) return batch;
  return { through: new Map([[first.source, first.sequence]]), messages: [first], reason: batch.reason };
}
