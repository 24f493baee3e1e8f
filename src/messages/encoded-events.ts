import type { Batch } from './batch.ts';
import type { Reject } from './failure.ts';
import type { Message } from './message.ts';
import { PayloadError } from './payload-error.ts';

export interface EncodedEvents<Encoded> {
  readonly encoded: readonly Encoded[];
  /** The first event of what is encoded. */
  readonly first: Message | undefined;
  readonly rejects: readonly Reject[];
}

/** Encodes what can be encoded. An event for which a `PayloadError` is thrown is left out, and the rest goes on. */
export function encodeEvents<Encoded>(batch: Batch, encode: (message: Message) => Encoded): EncodedEvents<Encoded> {
  const encoded: Encoded[] = [];
  const rejects: Reject[] = [];
  let first: Message | undefined;
  for (const message of batch.messages) {
    try {
      encoded.push(encode(message));
      first ??= message;
    } catch (error) {
      rejects.push({ message, error: payloadFault(error) });
    }
  }
  return { encoded, first, rejects };
}

/** Anything else is a crash of the sink. */
export function payloadFault(error: unknown): PayloadError {
  if (error instanceof PayloadError) return error;
  throw error;
}
