import type { ConnectionCause } from '../../machines/connection.ts';
import type { SupervisorCause } from '../../machines/supervisor.ts';
import { describeCause } from '../actors/cause.ts';

/** Why a pipeline failed, in one line: which component, and the deepest reason that is known. */
export function describeFailure(cause: unknown): string {
  if (isSupervisorCause(cause)) {
    const name = componentOf(cause.child);
    if (cause.reason === 'not ready in time') return `${name}: not live within connect.eager-timeout`;
    const reason = describeFailure(cause.error);
    return cause.reason === 'failed' ? `${name}: ${reason}` : `${name}: ${cause.reason}, last: ${reason}`;
  }
  if (cause instanceof Error) return cause.message;
  if (isConnectionCause(cause)) return describeCause(cause);
  return String(cause);
}

/** `ticks/exchange/connection` is the component `exchange`. */
function componentOf(id: string): string {
  return id.split('/')[1] ?? id;
}

function isSupervisorCause(cause: unknown): cause is SupervisorCause {
  return typeof cause === 'object' && cause !== null && 'child' in cause && 'reason' in cause;
}

function isConnectionCause(cause: unknown): cause is ConnectionCause {
  return typeof cause === 'object' && cause !== null && 'kind' in cause;
}
