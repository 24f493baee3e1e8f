/** What an open connection may do to its client. */
export type ServerFault =
  /** Reads nothing any more and answers neither pings nor closes; the TCP connection stays up. */
  | 'go-silent'
  /** Sends the first half of a text message's frame and ends the TCP connection, without a close frame. */
  | 'half-a-frame'
  /** Resets the TCP connection. What the client has not read by then may be lost to it. */
  | 'reset';

/** Answers the upgrade with something else than 101, and ends the connection. */
export interface RefusingBehaviour {
  /** HTTP status, from 200 to 599. */
  readonly refuse: number;
  /** `Retry-After` in whole seconds. Default: none. A date can stand in `headers`. */
  readonly retryAfter?: number;
  /** Further headers of the answer. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Accepts the upgrade; takes the first subprotocol that is offered. Then, in this order: sends, takes messages and
 * answers pings, and ends by `close` or `fault`. Without either it takes messages until the client leaves.
 */
export interface AcceptingBehaviour {
  /** Sent as soon as the connection is open: text messages, and binary ones for bytes. Default: nothing. */
  readonly send?: readonly (string | Uint8Array)[];
  /**
   * Reads no faster than this, as `10KiB/s`; pings and closes wait in line with messages. What the systems hold between both ends
   * comes on top, on one machine up to some megabytes. Default: as fast as it comes.
   */
  readonly readSlowly?: string;
  /**
   * With `close` or `fault`: messages that it takes before. What comes behind them is not recorded and its pings are
   * not answered. Default 0: at once, behind what it sends.
   */
  readonly afterReceived?: number;
  /**
   * Close code: 1000 to 1003, 1007 to 1014, 3000 to 4999, or 1005 for a close frame without one. A client that does
   * not answer it within 30 s is cut off.
   */
  readonly close?: number;
  /** With `close`, at most 123 bytes of UTF-8. Default: none. */
  readonly reason?: string;
  /** In place of `close`. */
  readonly fault?: ServerFault;
}

/**
 * What a connection of a scripted server does: `accept` is `{}`, a fault's name is `{ fault }`, and `hang-in-upgrade`
 * takes the TCP connection and the request, and never answers it.
 */
export type ServerBehaviour = 'accept' | 'hang-in-upgrade' | ServerFault | RefusingBehaviour | AcceptingBehaviour;
