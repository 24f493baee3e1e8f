import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Loss } from '../environment.ts';
import { TunnelError } from './request-fault.ts';

const TOO_BIG = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'WS_ERR_TOO_MANY_BUFFERED_PARTS',
]);

/** What an error means that came before the connection was open. `socket` is the one that the request ran over. */
export function openingLoss(error: Error, socket: Socket | undefined): Loss {
  if (error instanceof TunnelError) return { kind: 'network', code: error.code, message: error.message };
  const code = codeOf(error);
  // ws's own verdicts on the upgrade answer have no code.
  if (code === undefined) return { kind: 'handshake', message: messageOf(error) };
  // Node's HTTP parser: something answered, and it may be another thing tomorrow.
  if (code.startsWith('HPE_'))
    return { kind: 'network', code, message: `the peer does not speak HTTP: ${messageOf(error)}` };
  const kind = failedVerification(socket, code) ? 'tls' : 'network';
  return { kind, code, message: messageOf(error) };
}

/** What an error means that ws's receiver reports on an open connection. */
export function violationLoss(error: Error): Loss {
  const code = codeOf(error);
  if (code === 'WS_ERR_INVALID_UTF8') return { kind: 'violation', code: 1007, message: error.message };
  if (code !== undefined && TOO_BIG.has(code)) return { kind: 'violation', code: 1009, message: error.message };
  return { kind: 'violation', code: 1002, message: error.message };
}

/** The loss for an upgrade answered by `status`. Header names are lower case; `now` is the wall clock. */
export function statusLoss(status: number, headers: AnswerHeaders, now: () => number): Loss {
  const retryAfter = retryDelay(headers['retry-after'], headers.date, now);
  const location = headers.location;
  return {
    kind: 'status',
    status,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(location === undefined ? {} : { location: withoutSecrets(location) }),
  };
}

export interface AnswerHeaders {
  readonly 'retry-after'?: string | undefined;
  readonly date?: string | undefined;
  readonly location?: string | undefined;
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3); milliseconds from now, at least 0. */
function retryDelay(value: string | undefined, date: string | undefined, now: () => number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  // The answer's own date, where it has one: the two clocks may differ.
  const answered = Date.parse(date ?? '');
  return Math.max(0, until - (Number.isNaN(answered) ? now() : answered));
}

/** A location without its query, fragment and user. */
function withoutSecrets(location: string): string {
  return location.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
}

function failedVerification(socket: Socket | undefined, code: string): boolean {
  return socket instanceof TLSSocket && !socket.authorized && String(socket.authorizationError) === code;
}

/** As Node names it. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An error over all addresses of a name has no message of its own. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message;
  return error.errors.map(messageOf).join('; ');
}
