import { type Batch, batchCount } from '../messages/batch.ts';
import type { FrameEncoder } from '../messages/batch-encoder.ts';
import type { Reject } from '../messages/failure.ts';
import type { Message } from '../messages/message.ts';
import { unpackFrames } from '../messages/packed-chunk.ts';
import { encodePayload, type PayloadForm } from '../messages/payload.ts';
import { PayloadError } from '../messages/payload-error.ts';
import type { Outgoing, Sent } from './acknowledgement.ts';
import { type ReplyKey, replyKey } from './reply-key.ts';

/** Makes of a batch what is written, and what awaits its acknowledgement. */
export type Outgo = (batch: Batch) => Outgoing;

/** A batch is acknowledged as a whole. */
export function wholeBatches(encode: FrameEncoder): Outgo {
  return (batch) => {
    const { frames, bytes, rejects } = encode(batch);
    return { frames, sent: [{ batch, rejects, events: batchCount(batch), bytes }] };
  };
}

/**
 * Each event is acknowledged by a reply of its own. `pointer`: JSON pointer into its emitted payload, to the value that
 * the reply holds too (option `reply.event-pointer`); an event without it is rejected.
 */
export function repliedEvents(encode: FrameEncoder, pointer: string): Outgo {
  const keyOf = replyKey(pointer);
  return (batch) => {
    const { frames: encoded, rejects } = encode(batch);
    const waiting = 'memory' in encoded ? unpackFrames(encoded) : [...encoded];
    const rejected = new Map(rejects.map((reject) => [reject.message, reject]));
    const frames: typeof waiting = [];

    function send(message: Message, part: Batch): Sent {
      const reject = rejected.get(message);
      const frame = reject ? undefined : waiting.shift();
      const key = frame && keyOf(frame.data);
      if (frame && key !== undefined) {
        frames.push(frame);
        return { batch: part, rejects: [], events: 1, bytes: frame.data.length, key };
      }
      return { batch: part, rejects: [reject ?? unanswerable(message, pointer)], events: 1, bytes: 0 };
    }

    const sent = batch.messages.map((message, at) => send(message, partOf(batch, at)));
    return { frames, sent: sent.length > 0 ? sent : [{ batch, rejects, events: 0, bytes: 0 }] };
  };
}

/** Each batch is one frame, acknowledged by the reply to its last event. */
export function repliedBatches(encode: FrameEncoder, form: PayloadForm, pointer: string): Outgo {
  const keyOf = replyKey(pointer);
  return (batch) => {
    const { key, rejects: unanswerables } = lastKey(batch, form, keyOf, pointer);
    const { frames, bytes, rejects } = encode(unanswerables.length > 0 ? without(batch, unanswerables) : batch);
    const written = bytes > 0 ? key : undefined;
    const all = [...rejects, ...unanswerables];
    return { frames, sent: [{ batch, rejects: all, events: batchCount(batch), bytes, key: written }] };
  };
}

/** The key of the last event that has one. What comes after that event is rejected, unless it has no payload at all. */
function lastKey(batch: Batch, form: PayloadForm, keyOf: ReplyKey, pointer: string) {
  const rejects: Reject[] = [];
  for (const message of batch.messages.toReversed()) {
    const payload = emitted(message, form);
    if (payload === undefined) continue;
    const key = keyOf(payload);
    if (key !== undefined) return { key, rejects };
    rejects.push(unanswerable(message, pointer));
  }
  return { key: undefined, rejects };
}

function emitted(message: Message, form: PayloadForm): Buffer | string | undefined {
  try {
    return encodePayload(message, form).data;
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return undefined;
  }
}

function unanswerable(message: Message, pointer: string): Reject {
  const { id, source } = message;
  const explanation = `event ${id} of ${source} has no value at ${pointer}, which its reply would hold`;
  return { message, error: { code: 'reply', message: explanation, path: pointer } };
}

/** One event of a turn, as a batch that settles up to the next one. */
function partOf({ through, messages, reason }: Batch, at: number): Batch {
  const message = messages[at];
  const next = messages[at + 1];
  const part = message ? [message] : [];
  return { through: next ? new Map([[next.source, next.sequence - 1]]) : through, messages: part, reason };
}

function without({ through, messages, reason }: Batch, rejects: readonly Reject[]): Batch {
  const left = new Set(rejects.map(({ message }) => message));
  return { through, messages: messages.filter((message) => !left.has(message)), reason };
}
