import type { Subscription } from 'rxjs';
import type { Batch } from '../messages/batch.ts';
import { Message } from '../messages/message.ts';
import { encodePayload, PayloadError, type PayloadForm } from '../messages/payload.ts';
import type { Cursor } from '../store/cursor.ts';
import { cursorValue } from '../streams/cursor-trail.ts';
import type { SinkStream } from '../streams/sink-stream.ts';

export interface SinkCursor {
  readonly cursor: Pick<Cursor, 'advance'>;
  /** Dot path into the event. */
  readonly field?: string | undefined;
  /** JSON pointer into the emitted payload. */
  readonly pointer?: string | undefined;
}

/**
 * Advances a cursor with what a sink has settled, never before. Only the last event of each settlement is looked at;
 * one that has no cursor leaves it unchanged.
 */
export function keepSinkCursor(
  stream: Pick<SinkStream, 'settled$'>,
  form: PayloadForm,
  { cursor, ...place }: SinkCursor,
): Subscription {
  return stream.settled$.subscribe((batches) => {
    const message = lastOf(batches);
    const read = place.pointer === undefined ? message : emitted(message, form);
    const value = read && cursorValue(read, place);
    if (value !== undefined) cursor.advance(value);
  });
}

function lastOf(batches: readonly Batch[]): Message | undefined {
  const last = batches.findLast(({ packed, messages }) => packed !== undefined || messages.length > 0);
  // The others of a packed batch are not made for it.
  return last?.packed ? last.packed.split(last.packed.count - 1)[1].messages[0] : last?.messages.at(-1);
}

/** The event with the payload that the peer gets. */
function emitted(message: Message | undefined, form: PayloadForm): Message | undefined {
  if (!message) return undefined;
  try {
    const { source, epoch, sequence, receivedAt } = message;
    return new Message(source, epoch, sequence, receivedAt, encodePayload(message, form).data);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return undefined;
  }
}
