import { type AnyActorLogic, enqueueActions } from 'xstate';
import { type ChildSpec, type SupervisorInput, supervisorMachine } from '../../machines/supervisor.ts';
import type { Logger } from '../environment.ts';
import { contained } from './contained.ts';

/** A child as data, and what it runs. */
export interface Child {
  readonly spec: ChildSpec;
  readonly logic: AnyActorLogic;
}

export interface GroupOptions extends Omit<SupervisorInput, 'children'> {
  /** What its parent knows it by; the root has none. */
  readonly id?: string;
  readonly children: readonly Child[];
  readonly logger: Logger;
  /** Counts a restart. */
  readonly restarted?: (child: string, error: unknown) => void;
}

/** Defaults of supervision: OTP's words, Broadway's size. */
export const INTENSITY = 3;
export const PERIOD = 60_000;

/** Binds the supervisor machine to the logics of its children. `children` may grow; `child.add` starts the new one. */
export function groupActor(options: GroupOptions) {
  const { id, children, logger, strategy, intensity, period, autoShutdown } = options;
  const input: SupervisorInput = {
    strategy,
    intensity,
    period,
    autoShutdown,
    children: children.map((child) => child.spec),
  };
  const machine = supervisorMachine.provide({
    actions: {
      startChild: enqueueActions(({ event, enqueue }) => {
        if (event.type !== 'child.start') return;
        const child = children.find(({ spec }) => spec.id === event.id);
        if (child) enqueue.spawnChild(child.logic, { id: event.id });
      }),
      announceReady: enqueueActions(({ enqueue }) => {
        if (id !== undefined) enqueue.sendParent({ type: 'child.ready', id });
      }),
      announceFailing: enqueueActions(({ context, enqueue }) => {
        if (id !== undefined) enqueue.sendParent({ type: 'child.failing', id, cause: context.cause });
      }),
      logRestart: ({ event }) => {
        const { child, error } = crashOf(event);
        logger.error({ actor: child, err: error }, 'crashed; it is restarted');
        options.restarted?.(child, error);
      },
      logLoss: ({ event }) => {
        const { child, error } = crashOf(event);
        logger.error({ actor: child, err: error }, 'crashed');
      },
    },
  });
  return contained(machine, { input });
}

/** A crash names its actor, a child that ended by itself its id. */
function crashOf(event: object): { child: string; error: unknown } {
  const child = String('actorId' in event ? event.actorId : 'id' in event ? event.id : '');
  return { child, error: 'error' in event ? event.error : undefined };
}
