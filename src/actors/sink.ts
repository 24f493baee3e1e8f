import type { OperatorFunction } from 'rxjs';
import { type AnyActorLogic, type AnyMachineSnapshot, sendParent } from 'xstate';
import { deliveryMachine } from '../../machines/delivery.ts';
import type { Batch } from '../messages/batch.ts';
import type { Chunk } from '../messages/chunk.ts';
import type { Outlet } from '../sinks/outlet.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import { contained } from './contained.ts';
import { resource } from './resource.ts';

export interface SinkActorOptions {
  /** Path of the sink in the tree: `ticks/warehouse`. */
  readonly id: string;
  readonly stream: SinkStream;
  /** A connection, or what `outletActor` makes. */
  readonly outlet: AnyActorLogic;
  readonly observe: (snapshot: AnyMachineSnapshot) => void;
}

/** Binds the delivery machine to a sink's stream and to what takes its events. */
export function sinkActor({ id, stream, outlet, observe }: SinkActorOptions) {
  const intake = resource(({ crash, onEnd }) => {
    const taking = stream.open(crash);
    onEnd(() => taking.unsubscribe());
  });
  const drain = resource(({ sendBack, guard, onEnd }) => {
    const look = guard(() => {
      if (stream.drained) sendBack({ type: 'drained' });
    });
    const watching = stream.progress$.subscribe(look);
    onEnd(() => watching.unsubscribe());
    look();
  });
  return contained(
    deliveryMachine.provide({
      actors: { intake, outlet, drain },
      actions: { announceReady: sendParent({ type: 'child.ready', id }), closeIntake: () => stream.end() },
    }),
    { observe },
  );
}

/** An outlet that is no connection, as an actor: up from the start, and ended when asked to. */
export function outletActor(
  id: string,
  stream: SinkStream,
  batched: () => OperatorFunction<Chunk, Batch>,
  outlet: Outlet,
) {
  return resource(({ sendBack, receive, guard, crash, onEnd }) => {
    receive((event) => {
      if (event.type === 'stop') sendBack({ type: 'child.ended', id, outcome: 'ended', cause: null });
    });
    sendBack({ type: 'child.ready', id });
    sendBack({ type: 'outlet.up' });
    const failed = (cause: unknown) => sendBack({ type: 'child.ended', id, outcome: 'failed', cause });
    outlet({ stream, batched: batched(), failed, guard, crash, onEnd });
  });
}
