import type { Attributes, Decode, Encoding } from '../messages/message.ts';

/** What arrived, before it has a number. */
export interface Received {
  readonly data: Buffer | string;
  readonly attributes?: Attributes | undefined;
  /** Instead of the source's own. */
  readonly encoding?: Encoding | undefined;
  /** Reads the event's value, instead of its encoding. */
  readonly decode?: Decode | undefined;
  /** Its place among the events of one message: they are one document. Left out: it is the only one. */
  readonly part?: Part | undefined;
}

export interface Part {
  /** Counts from 0 in its message. */
  readonly index: number;
  readonly last: boolean;
}

/** With what it shares with its turn. */
export interface Arrival extends Received {
  /** Wall clock, in milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Bytes and nothing else: what a connection brings. Its part is for documents alone, which are not packed. */
export type PlainReceived = Received & { readonly data: Buffer };

export function isPlain(received: Received): received is PlainReceived {
  return typeof received.data !== 'string' && !received.attributes && !received.encoding && !received.decode;
}

/** Its own attributes win over those of its turn. */
export function arrivalOf(received: Received, turn: Attributes | undefined, receivedAt: number): Arrival {
  const { data, attributes, encoding, decode, part } = received;
  return {
    data,
    attributes: turn && attributes ? { ...turn, ...attributes } : (attributes ?? turn),
    encoding,
    decode,
    part,
    receivedAt,
  };
}
