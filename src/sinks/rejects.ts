import type { Logger } from '../environment.ts';
import type { Batch } from '../messages/batch.ts';
import type { Message } from '../messages/message.ts';
import { PayloadError } from '../messages/payload.ts';
import type { SinkStream } from '../streams/sink-stream.ts';

/** A batch that is written, and what of it could not be. */
export interface WrittenBatch {
  readonly batch: Batch;
  readonly rejects: readonly Reject[];
}

export interface Reject {
  readonly message: Message;
  readonly error: PayloadError;
}

const NO_REJECTS: readonly Reject[] = [];

/** Encodes what can be encoded. An event that cannot is left out, and the rest goes on. */
export function encodeBatch<Encoded>(
  batch: Batch,
  encode: (message: Message) => Encoded,
): { readonly encoded: Encoded[]; readonly written: WrittenBatch } {
  const encoded: Encoded[] = [];
  let rejects: Reject[] | undefined;
  for (const message of batch.messages) {
    try {
      encoded.push(encode(message));
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      rejects ??= [];
      rejects.push({ message, error });
    }
  }
  return { encoded, written: { batch, rejects: rejects ?? NO_REJECTS } };
}

/** Settles batches; what was rejected is counted and logged here, once, however often a batch was written. */
export function settleBatches(
  written: readonly WrittenBatch[],
  stream: Pick<SinkStream, 'name' | 'settle'>,
  logger: Pick<Logger, 'error'>,
): void {
  let rejected = 0;
  for (const { rejects } of written) {
    rejected += rejects.length;
    for (const { message, error } of rejects) {
      logger.error({ sink: stream.name, source: message.source, id: message.id }, `rejected: ${error.message}`);
    }
  }
  stream.settle(
    written.map(({ batch }) => batch),
    rejected,
  );
}
