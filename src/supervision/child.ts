import type { AnyActorLogic } from 'xstate';
import type { Child } from '../actors/group.ts';

/** How long a child that is no connection may take to end when asked to, in milliseconds. */
export const SHUTDOWN = 5000;

export function child(
  id: string,
  logic: AnyActorLogic,
  limits: { shutdown: number | null; startTimeout: number | null } = { shutdown: SHUTDOWN, startTimeout: null },
): Child {
  return { spec: { id, restart: 'transient', ...limits }, logic };
}
