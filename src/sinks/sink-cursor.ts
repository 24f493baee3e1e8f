import type { Subscription } from 'rxjs';
import { Message } from '../messages/message.ts';
import { encodePayload, PayloadError, type PayloadForm } from '../messages/payload.ts';
import type { Cursor } from '../store/cursor.ts';
import { cursorValue } from '../streams/cursor-trail.ts';
import type { Settled } from '../streams/settlements.ts';
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
  return stream.settled$.subscribe((settled) => {
    const message = lastOf(settled);
    const read = place.pointer === undefined ? message : emitted(message, form);
    const value = read && cursorValue(read, place);
    if (value !== undefined) cursor.advance(value);
  });
}

/** The last event that was delivered: one that was given up moves no cursor. */
function lastOf({ batches, rejected }: Settled): Message | undefined {
  for (const batch of batches.toReversed()) {
    const { packed } = batch;
    // The others of a packed batch are not made for its last.
    const last = packed && rejected.size === 0 ? packed.split(packed.count - 1)[1].messages : batch.messages;
    const message = last.findLast((each) => !rejected.has(each));
    if (message) return message;
  }
  return undefined;
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
