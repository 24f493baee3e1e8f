import type { Logger } from '../environment.ts';
import type { Message } from '../messages/message.ts';
import { PayloadError } from '../messages/payload.ts';
import type { SinkStream } from '../streams/sink-stream.ts';

/**
 * Encodes what can be encoded. An event that cannot is counted as rejected and logged; it settles with its batch, and
 * the rest goes on.
 */
export function encodeEach<Encoded>(
  messages: readonly Message[],
  encode: (message: Message) => Encoded,
  stream: Pick<SinkStream, 'name' | 'reject'>,
  logger: Pick<Logger, 'error'>,
): Encoded[] {
  const encoded: Encoded[] = [];
  for (const message of messages) {
    try {
      encoded.push(encode(message));
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      stream.reject(1);
      logger.error({ sink: stream.name, source: message.source, id: message.id }, `rejected: ${error.message}`);
    }
  }
  return encoded;
}
