import type { AnyMachineSnapshot } from 'xstate';
import type { ConnectionEvent } from '../../machines/connection.ts';
import { History } from './history.ts';

/** The actor of a connection, as far as it is needed here. */
export interface ConnectionRef {
  /** Undefined while it is being made. */
  readonly getSnapshot: () => AnyMachineSnapshot | undefined;
  readonly send: (event: Extract<ConnectionEvent, { type: 'reconnect' }>) => void;
}

/** What may be read of a connection and asked of it from outside. It outlives the actor, which may be restarted. */
export class ConnectionHandle {
  readonly history: History;
  #actor: ConnectionRef | undefined;

  /** `now`: wall clock. */
  constructor(now: () => number) {
    this.history = new History(now);
  }

  /** Another actor runs the connection from now on. */
  attach(actor: ConnectionRef): void {
    this.#actor = actor;
  }

  /** Has it leave its socket or its wait and dial again; false when it does not need to be up, or has ended. */
  reconnect(): boolean {
    const snapshot = this.#actor?.getSnapshot();
    if (snapshot?.status !== 'active' || snapshot.hasTag('idle')) return false;
    this.#actor?.send({ type: 'reconnect' });
    return true;
  }
}
