import type { Attributes, Encoding } from '../messages/message.ts';

/** What arrived, before it has a number. */
export interface Received {
  readonly data: Buffer | string;
  readonly attributes?: Attributes | undefined;
  /** Instead of the source's own. */
  readonly encoding?: Encoding | undefined;
}

/** With what it shares with its turn. */
export interface Arrival extends Received {
  /** Wall clock, in milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Bytes and nothing else: what a connection brings. */
export type PlainReceived = Received & { readonly data: Buffer };

export function isPlain(received: Received): received is PlainReceived {
  return typeof received.data !== 'string' && !received.attributes && !received.encoding;
}

/** Its own attributes win over those of its turn. */
export function arrivalOf(received: Received, turn: Attributes | undefined, receivedAt: number): Arrival {
  const { data, attributes, encoding } = received;
  return {
    data,
    attributes: turn && attributes ? { ...turn, ...attributes } : (attributes ?? turn),
    encoding,
    receivedAt,
  };
}
