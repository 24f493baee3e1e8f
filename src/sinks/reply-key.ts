import { Message } from '../messages/message.ts';
import { cursorValue } from '../streams/cursor-trail.ts';

/** What a payload says which event it is, or which event it replies to; undefined when it does not say. */
export type ReplyKey = (payload: Buffer | string) => string | undefined;

/**
 * Reads the key at a JSON pointer: text as it is, a number or boolean as its text, so that `7` and `"7"` are the same;
 * long integers keep all their digits. Other values are none.
 */
export function replyKey(pointer: string): ReplyKey {
  // The whole payload is put where a pointer leads to it.
  if (pointer === '') return (payload) => keyAt(`[${payload}]`, '/0');
  return (payload) => keyAt(payload, pointer);
}

function keyAt(payload: Buffer | string, pointer: string): string | undefined {
  return cursorValue(new Message('', '', 0, 0, payload), { pointer });
}
