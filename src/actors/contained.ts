import type { AnyActorRef, AnyActorScope, AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate';

export interface Containment {
  /** Hears of every event, and of the state that the machine has come to by it, its first included. */
  readonly observe?: (snapshot: AnyMachineSnapshot, event: AnyEventObject) => void;
  /** The machine's input, given ahead: who spawns it need not know it. */
  readonly input?: unknown;
}

/**
 * The same machine, but an action that throws takes the machine's children with it. XState alone leaves them running
 * with nobody to stop them (statelyai/xstate #4726, #5433).
 */
export function contained<Machine extends AnyStateMachine>(machine: Machine, containment: Containment = {}): Machine {
  const { transition, getInitialSnapshot } = machine;
  const { observe, input: ownInput } = containment;
  const guarded: Pick<AnyStateMachine, 'transition' | 'getInitialSnapshot'> = {
    transition(snapshot, event, scope) {
      try {
        const next = transition(snapshot, event, scope);
        observe?.(next, event);
        return next;
      } catch (error) {
        stopChildren(snapshot, scope);
        throw error;
      }
    },
    getInitialSnapshot(scope, input) {
      const snapshot = getInitialSnapshot(initialScope(scope), ownInput ?? input);
      observe?.(snapshot, INIT);
      return snapshot;
    },
  };
  return Object.assign(Object.create(machine), guarded);
}

/** What XState itself tells who inspects a machine. */
const INIT = { type: 'xstate.init' };

/** The actions of the first states run when the actor starts, after its children have, outside of any transition. */
function initialScope(scope: AnyActorScope): AnyActorScope {
  const actionExecutor: AnyActorScope['actionExecutor'] = (action) => {
    const { exec } = action;
    if (!exec) return scope.actionExecutor(action);
    scope.actionExecutor({
      ...action,
      exec: (info, params) => {
        try {
          exec(info, params);
        } catch (error) {
          stopChildren(scope.self.getSnapshot(), scope);
          throw error;
        }
      },
    });
  };
  return { ...scope, actionExecutor };
}

function stopChildren(snapshot: AnyMachineSnapshot, scope: AnyActorScope): void {
  const children = Object.values<AnyActorRef | undefined>(snapshot.children);
  for (const child of children) if (child) scope.stopChild(child);
}
