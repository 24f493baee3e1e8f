import type { ConnectionInput } from '../../machines/connection.ts';
import type { WebSocketClientOptions } from '../config/options.ts';

/** The part of a connection's options that its machine decides by. */
export function connectionInput(role: ConnectionInput['role'], options: WebSocketClientOptions): ConnectionInput {
  const { connect, heartbeat, reconnect } = options;
  return {
    role,
    lazy: connect.mode === 'lazy',
    connectTimeout: connect.timeout,
    closeTimeout: options['close-timeout'],
    pingInterval: heartbeat ? heartbeat['ping-interval'] : null,
    pingTimeout: heartbeat ? heartbeat.timeout : 0,
    logOnly: heartbeat ? heartbeat.action === 'log-only' : false,
    pulseInterval: pulseInterval(options),
    noDataTimeout: options['no-data-timeout'] || null,
    initialBackoff: reconnect['initial-backoff'],
    maxBackoff: reconnect['max-backoff'],
    multiplier: reconnect.multiplier,
    maxAttempts: reconnect['max-attempts'] ?? null,
    resetAfter: reconnect['reset-after'],
    script: options.requests.map(({ send, expect, within }) => ({
      sends: send !== undefined,
      expects: expect !== undefined,
      within,
    })),
    requestInterval: options['request-interval'],
  };
}

/** An interval of 0 means every emit-interval; without one, every second. */
function pulseInterval(options: WebSocketClientOptions & { 'emit-interval'?: number }): number | null {
  const pulse = options['app-heartbeat'];
  return pulse ? pulse.interval || options['emit-interval'] || 1000 : null;
}
