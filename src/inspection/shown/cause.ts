import { type AnyMachineSnapshot, isMachineSnapshot, type Snapshot } from 'xstate';
import { type ConnectionCause, connectionMachine } from '../../../machines/connection.ts';
import { type SupervisorCause, supervisorMachine } from '../../../machines/supervisor.ts';
import { describeCause } from '../../actors/cause.ts';
import { HawserError } from '../../errors.ts';

/** Longest text that is shown, in characters. */
const LONGEST = 500;

/**
 * Causes that our own machines have told. An app's function may throw an object that looks like one of them, with a
 * payload where a message should be; what is not in here is never read.
 */
const told = new WeakSet<object>();

/** What a connection or a supervisor tells as its cause may be shown from then on, also where others pass it on. */
export function trustCause({ machine, context }: AnyMachineSnapshot): void {
  if (machine.config === connectionMachine.config || machine.config === supervisorMachine.config) trust(context);
}

/** What a socket tells of its loss is hidden where it must be before it is told. */
export function trust(teller: unknown): void {
  if (typeof teller !== 'object' || teller === null || !('cause' in teller)) return;
  const { cause } = teller;
  if (typeof cause === 'object' && cause !== null) told.add(cause);
}

/** A cause in one line; undefined when there is none. Of errors only what `errorName` says. */
export function causeLine(cause: unknown): string | undefined {
  if (cause === null || cause === undefined) return undefined;
  if (typeof cause !== 'object' || !told.has(cause)) return errorName(cause);
  if (isSupervisorCause(cause)) return supervisorLine(cause);
  return isConnectionCause(cause) ? cut(describeCause(cause)) : errorName(cause);
}

/** An error's name, and its code where that is one of the system's or our own. Its message may hold anything. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no Error';
  const { name } = error;
  const shown = typeof name === 'string' && NAME.test(name) ? name : 'Error';
  const code = 'code' in error ? error.code : undefined;
  const isKnown = error instanceof HawserError || (typeof code === 'string' && SYSTEM_CODE.test(code));
  return isKnown ? `${shown} (${code})` : shown;
}

export function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Why a machine came to this snapshot, in one line; undefined when nothing is known beyond the event. */
export function causeOf(
  event: { readonly type: string },
  snapshot: Snapshot<unknown>,
  before?: Snapshot<unknown>,
): string | undefined {
  if (snapshot.status === 'error' && before?.status !== 'error') return `crashed: ${errorName(snapshot.error)}`;
  if (isMachineSnapshot(snapshot)) trustCause(snapshot);
  const cause = contextCause(snapshot);
  if (cause !== null && cause !== undefined && cause !== contextCause(before)) return causeLine(cause);
  return childCause(event);
}

/** Names end as those of errors do, and have no digits: a token may stand in one all the same, set by hand. */
const NAME = /^[A-Z][A-Za-z]{0,60}(Error|Exception)$/;
const SYSTEM_CODE = /^E[A-Z_]{2,40}$/;

const CONNECTION_CAUSES: ReadonlySet<string> = new Set<ConnectionCause['kind']>([
  'asked',
  'close',
  'status',
  'network',
  'tls',
  'violation',
  'request',
  'handshake',
  'preparation',
  'timeout',
  'silence',
  'acknowledgement',
  'greeting',
]);

function isConnectionCause(cause: object): cause is ConnectionCause {
  return 'kind' in cause && typeof cause.kind === 'string' && CONNECTION_CAUSES.has(cause.kind);
}

function isSupervisorCause(cause: object): cause is SupervisorCause {
  return 'child' in cause && 'reason' in cause;
}

function supervisorLine({ child, reason, error }: SupervisorCause): string {
  const last = causeLine(error);
  return cut(`${child}: ${reason}${last === undefined ? '' : `, ${last}`}`);
}

/** Every machine of ours that has a cause has it there. */
function contextCause(snapshot: Snapshot<unknown> | undefined): unknown {
  if (!isMachineSnapshot(snapshot)) return undefined;
  const { context } = snapshot;
  return typeof context === 'object' && context !== null && 'cause' in context ? context.cause : undefined;
}

/** A child has crashed, or ended in vain, and the machine goes on. */
function childCause(event: { readonly type: string }): string | undefined {
  if (event.type.startsWith('xstate.error.actor.')) {
    return cut(
      `${event.type.slice('xstate.error.actor.'.length)} crashed: ${errorName('error' in event ? event.error : null)}`,
    );
  }
  const result = 'output' in event ? event.output : event;
  if (typeof result !== 'object' || result === null) return undefined;
  if (!('outcome' in result && result.outcome === 'failed' && 'cause' in result)) return undefined;
  const child = event.type.startsWith('xstate.done.actor.') ? event.type.slice('xstate.done.actor.'.length) : '';
  const id = 'id' in event && typeof event.id === 'string' ? event.id : child;
  return cut(`${id} failed: ${causeLine(result.cause) ?? 'nobody knows why'}`);
}
