import type { ConnectionCause } from '../../machines/connection.ts';

/** A cause as a person reads it: what happened, and what to do where that is known. */
export function describeCause(cause: ConnectionCause): string {
  const what = describeKind(cause);
  return 'during' in cause && cause.during !== undefined ? `${what}, ${cause.during}` : what;
}

/** Longest cursor that a cause shows, in characters. */
const LONGEST_CURSOR = 200;

/** Refusals that speak of something else: credentials, pace, the protocol. */
const OTHER_REFUSALS: readonly number[] = [401, 403, 407, 408, 425, 426, 429, 431, 451];

/** A cause with the cursor that the handshake carried, where that may be what the peer has refused. */
export function withCursor(cause: ConnectionCause, cursor: string | undefined): ConnectionCause {
  if (cursor === undefined || cause.kind !== 'status') return cause;
  const { status } = cause;
  if (status < 400 || status >= 500 || OTHER_REFUSALS.includes(status)) return cause;
  return { ...cause, cursor: cursor.slice(0, LONGEST_CURSOR) };
}

function describeKind(cause: ConnectionCause): string {
  switch (cause.kind) {
    case 'close':
      return describeClose(cause.code, cause.reason);
    case 'status':
      return describeStatus(cause.status, cause.location) + describeCursor(cause.cursor);
    case 'network':
      return cause.message.includes(cause.code) ? cause.message : `${cause.code}: ${cause.message}`;
    case 'tls':
      return `the peer's certificate is refused: ${cause.message} (${cause.code})`;
    case 'violation':
      return `the peer broke the protocol, closed with ${cause.code}: ${cause.message}`;
    case 'handshake':
    case 'request':
    case 'preparation':
    case 'acknowledgement':
    case 'greeting':
      return cause.message;
    case 'timeout':
      return TIMEOUTS[cause.phase];
    case 'silence':
      return cause.unheard ? `${SILENCES[cause.judge]}; ${UNHEARD}` : SILENCES[cause.judge];
    case 'asked':
      return 'a reconnect was asked for';
  }
}

const TIMEOUTS = {
  prepare: 'the handshake could not be prepared within connect.timeout',
  transport: 'no TCP or TLS connection within connect.timeout',
  upgrade: 'the peer accepted the connection but did not answer the upgrade within connect.timeout',
} as const;

const SILENCES = {
  heartbeat: 'the peer did not answer a ping within heartbeat.timeout',
  'no-data-timeout': 'no message within no-data-timeout',
} as const;

const UNHEARD = 'it has never answered one: if it cannot, set heartbeat: off, and ack: written where it is a sink';

function describeClose(code: number, reason: string): string {
  if (code === 1006) return 'the connection ended without a close frame (1006)';
  if (code === 1005) return 'the peer closed without a code (1005)';
  return reason === '' ? `the peer closed with ${code}` : `the peer closed with ${code}: ${reason}`;
}

function describeCursor(cursor: string | undefined): string {
  return cursor === undefined ? '' : `; it was given the cursor ${JSON.stringify(cursor)}, which it may not know`;
}

function describeStatus(status: number, location: string | undefined): string {
  const answer = `the peer answered the upgrade with ${status}`;
  return location === undefined ? answer : `${answer}, naming ${location}; redirects are not followed`;
}
