import type { ConnectionCause } from '../../machines/connection.ts';

/** A cause as a person reads it: what happened, and what to do where that is known. */
export function describeCause(cause: ConnectionCause): string {
  const what = describeKind(cause);
  return 'during' in cause && cause.during !== undefined ? `${what}, ${cause.during}` : what;
}

function describeKind(cause: ConnectionCause): string {
  switch (cause.kind) {
    case 'close':
      return describeClose(cause.code, cause.reason);
    case 'status':
      return describeStatus(cause.status, cause.location);
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

function describeStatus(status: number, location: string | undefined): string {
  const answer = `the peer answered the upgrade with ${status}`;
  return location === undefined ? answer : `${answer}, naming ${location}; redirects are not followed`;
}
