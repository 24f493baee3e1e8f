import { isUtf8 } from 'node:buffer';
import type { Fault, Message } from './message.ts';

export type { Fault } from './message.ts';

/** An event that a sink cannot deliver. The rest of its batch goes on. */
export interface Reject {
  readonly message: Message;
  readonly error: Fault;
}

/** What is known of an event that did not get through, and its payload. */
export interface Failure extends Fault {
  readonly source: string;
  /** Absent when the event failed at its source. */
  readonly sink?: string;
  /** `epoch/sequence` of the event. */
  readonly id?: string;
  /** Wall clock, in milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly payload: Buffer | string;
}

/** The failure as the JSON text of an event of its own. A payload that is not UTF-8 is written as base64. */
export function encodeFailure(failure: Failure): string {
  const { source, sink, id, receivedAt, code, message, path, payload } = failure;
  return JSON.stringify({
    source,
    sink,
    id,
    receivedAt: new Date(receivedAt).toISOString(),
    error: { code, message, path },
    ...writePayload(payload),
  });
}

function writePayload(payload: Buffer | string): { payload: string; payloadEncoding?: 'base64' } {
  if (typeof payload === 'string') return { payload };
  if (isUtf8(payload)) return { payload: payload.toString('utf8') };
  return { payload: payload.toString('base64'), payloadEncoding: 'base64' };
}
