import { isUtf8 } from 'node:buffer';
import type { Fault } from '../messages/failure.ts';
import type { Attributes } from '../messages/message.ts';
import type { Received, SourceStream } from '../streams/source-stream.ts';

/** Whether bytes that are no UTF-8 cannot be events of this source. */
export function expectsText({ encoding }: Pick<SourceStream, 'encoding'>): boolean {
  return encoding === 'text' || encoding === 'json';
}

export function isText(data: Buffer | string): boolean {
  return typeof data === 'string' || isUtf8(data);
}

/** Hands a turn on. What is not sound fails in its place, between what came before it and what came after. */
export function receiveSound<Item extends Received>(
  stream: Pick<SourceStream, 'receive' | 'fail'>,
  received: readonly Item[],
  isSound: (item: Item) => boolean,
  fault: Fault,
  attributes?: Attributes,
): void {
  let start = 0;
  received.forEach((item, at) => {
    if (isSound(item)) return;
    stream.receive(received.slice(start, at), attributes);
    stream.fail(item, fault);
    start = at + 1;
  });
  stream.receive(start === 0 ? received : received.slice(start), attributes);
}
