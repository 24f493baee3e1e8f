import { describe, expect, test } from 'vitest';
import type { ConnectionCause } from '../../machines/connection.ts';
import { describeCause } from '../../src/actors/cause.ts';

const CASES: readonly (readonly [ConnectionCause, string])[] = [
  [{ kind: 'close', code: 1001, reason: '' }, 'the peer closed with 1001'],
  [{ kind: 'close', code: 4000, reason: 'try later' }, 'the peer closed with 4000: try later'],
  [{ kind: 'close', code: 1005, reason: '' }, 'the peer closed without a code (1005)'],
  [{ kind: 'close', code: 1006, reason: '' }, 'the connection ended without a close frame (1006)'],
  [{ kind: 'status', status: 503 }, 'the peer answered the upgrade with 503'],
  [
    { kind: 'status', status: 301, location: 'wss://elsewhere/' },
    'the peer answered the upgrade with 301, naming wss://elsewhere/; redirects are not followed',
  ],
  [
    { kind: 'network', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:1' },
    'connect ECONNREFUSED 127.0.0.1:1',
  ],
  [{ kind: 'network', code: 'ECONNRESET', message: 'socket hang up' }, 'ECONNRESET: socket hang up'],
  [
    { kind: 'tls', code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' },
    "the peer's certificate is refused: certificate has expired (CERT_HAS_EXPIRED)",
  ],
  [
    { kind: 'violation', code: 1007, message: 'invalid UTF-8 sequence' },
    'the peer broke the protocol, closed with 1007: invalid UTF-8 sequence',
  ],
  [
    { kind: 'status', status: 410, cursor: '17' },
    'the peer answered the upgrade with 410; it was given the cursor "17", which it may not know',
  ],
  [
    { kind: 'close', code: 1000, reason: '', during: 'while step 1 expected /ok exists' },
    'the peer closed with 1000, while step 1 expected /ok exists',
  ],
  [{ kind: 'handshake', message: 'wrong subprotocol' }, 'wrong subprotocol'],
  [{ kind: 'preparation', message: 'no secret named X' }, 'no secret named X'],
  [{ kind: 'acknowledgement', message: 'no pong' }, 'no pong'],
  [{ kind: 'greeting', message: 'step 1: nothing came' }, 'step 1: nothing came'],
  [{ kind: 'timeout', phase: 'prepare' }, 'the handshake could not be prepared within connect.timeout'],
  [{ kind: 'timeout', phase: 'transport' }, 'no TCP or TLS connection within connect.timeout'],
  [
    { kind: 'timeout', phase: 'upgrade' },
    'the peer accepted the connection but did not answer the upgrade within connect.timeout',
  ],
  [{ kind: 'silence', judge: 'heartbeat' }, 'the peer did not answer a ping within heartbeat.timeout'],
  [
    { kind: 'silence', judge: 'heartbeat', unheard: true },
    'the peer did not answer a ping within heartbeat.timeout; it has never answered one: if it cannot, set heartbeat: off, and ack: written where it is a sink',
  ],
  [{ kind: 'silence', judge: 'no-data-timeout' }, 'no message within no-data-timeout'],
  [{ kind: 'asked' }, 'a reconnect was asked for'],
];

describe('a cause', () => {
  test.each(CASES)('%j is described', (cause, text) => {
    expect(describeCause(cause)).toBe(text);
  });
});
