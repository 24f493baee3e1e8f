import type { Batch } from '../messages/batch.ts';
import type { Reject } from '../messages/failure.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import type { Sent } from './acknowledgement.ts';

/**
 * What is given up when the head of the window has used up its retries: its first event, or all of its batch when the
 * peer takes batches as one. An event goes with all that a transform has made of it, which settles together.
 */
export function giveUp({ batch, rejects }: Sent, { stream, framePerBatch, explanation }: GiveUpOptions): GivenUp {
  const given = withParts(framePerBatch ? batch : firstOf(batch), stream);
  const known = new Map(rejects.map((reject) => [reject.message, reject]));
  const error = { code: 'retries', message: explanation };
  return { batch: given, rejects: given.messages.map((message) => known.get(message) ?? { message, error }) };
}

export interface GiveUpOptions {
  readonly stream: Pick<SinkStream, 'parts'>;
  /** A batch is one frame; else each event is one. */
  readonly framePerBatch: boolean;
  readonly explanation: string;
}

export interface GivenUp {
  readonly batch: Batch;
  readonly rejects: readonly Reject[];
}

/** Only the last event can have parts that are behind. */
function withParts(batch: Batch, stream: Pick<SinkStream, 'parts'>): Batch {
  const last = batch.messages.at(-1);
  if (!last) return batch;
  const { source, sequence } = last;
  const parts = stream.parts(last);
  const behind = parts.slice(parts.indexOf(last) + 1);
  if (behind.length === 0) return batch;
  const through = new Map(batch.through).set(source, sequence);
  return { through, messages: [...batch.messages, ...behind], reason: batch.reason };
}

function firstOf(batch: Batch): Batch {
  const [first] = batch.messages;
  if (!first) return batch;
  return { through: new Map([[first.source, first.sequence]]), messages: [first], reason: batch.reason };
}
