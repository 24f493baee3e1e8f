import { type AnyActorLogic, assign, fromCallback, sendTo, setup } from 'xstate';

/** A connection machine, or a callback actor. */
const outlet: AnyActorLogic = fromCallback(() => {});

export interface DeliveryOutput {
  outcome: 'ended' | 'failed';
  cause: unknown;
}

export type DeliveryEvent =
  /** The outlet has started as far as its configuration asks for. */
  | { type: 'child.ready'; id: string }
  | { type: 'outlet.up' }
  | { type: 'outlet.down' }
  /** The intake is closed and everything is settled. */
  | { type: 'drained' }
  | { type: 'stop' }
  | { type: 'child.ended'; id: string; outcome: 'ended' | 'failed'; cause: unknown };

/** One sink: an outlet (a connection, a file, a function) that is up or down, fed by an intake. */
export const deliveryMachine = setup({
  types: {
    context: {} as {
      /** Why the outlet ended for good. */
      cause: unknown;
    },
    events: {} as DeliveryEvent,
    output: {} as DeliveryOutput,
    tags: {} as 'idle' | 'flowing' | 'recovering' | 'draining' | 'failed',
  },
  actors: {
    outlet,
    intake: fromCallback(() => {}),
    drain: fromCallback(() => {}),
  },
  actions: {
    announceReady: () => {},
    closeIntake: () => {},
    stopOutlet: sendTo('outlet', { type: 'stop' }),
    recordCause: assign({
      cause: ({ event }) => {
        if (event.type === 'child.ended') return event.cause;
        const output = 'output' in event ? event.output : null;
        return typeof output === 'object' && output !== null && 'cause' in output ? output.cause : output;
      },
    }),
  },
}).createMachine({
  id: 'delivery',
  description: 'One sink: delivers while its outlet is up, waits while it is down, drains before it closes.',
  context: { cause: null },
  output: ({ context }) => ({ outcome: context.cause === null ? 'ended' : 'failed', cause: context.cause }),
  invoke: [
    { src: 'intake', id: 'intake' },
    { src: 'outlet', id: 'outlet', onDone: { target: '.failed', actions: 'recordCause' } },
  ],
  initial: 'idle',
  on: {
    'child.ready': { actions: 'announceReady' },
    'child.ended': { target: '.failed', actions: 'recordCause' },
    stop: '.draining',
  },
  states: {
    idle: {
      description: 'The outlet has not been up yet.',
      tags: 'idle',
      on: { 'outlet.up': 'flowing' },
    },
    flowing: {
      description: 'Events are written as they come.',
      tags: 'flowing',
      on: { 'outlet.down': 'recovering' },
    },
    recovering: {
      description: 'The outlet is lost. It starts again at the first unsettled event.',
      tags: 'recovering',
      on: { 'outlet.up': 'flowing' },
    },
    draining: {
      description: 'No more comes in; what is owed is delivered.',
      tags: 'draining',
      entry: 'closeIntake',
      invoke: { src: 'drain', id: 'drain' },
      on: { drained: 'closing', stop: {} },
    },
    closing: {
      description: 'Everything is settled; the outlet ends.',
      tags: 'draining',
      entry: 'stopOutlet',
      on: { 'child.ended': 'closed', 'xstate.done.actor.outlet': 'closed', stop: {} },
    },
    closed: {
      description: 'Ended because it was asked to, with nothing owed.',
      type: 'final',
    },
    failed: {
      description: 'The outlet ended for good.',
      type: 'final',
      tags: 'failed',
    },
  },
});
