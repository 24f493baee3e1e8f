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
  /** For a while now, what is in flight leaves no room for more. */
  | { type: 'outlet.blocked' }
  | { type: 'outlet.unblocked' }
  /** The outlet has given up the event that was first in line; it settles as a failure. */
  | { type: 'outlet.rejected' }
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
      /** How often an event was given up so that the rest could go on. */
      givenUp: number;
    },
    events: {} as DeliveryEvent,
    output: {} as DeliveryOutput,
    tags: {} as 'idle' | 'flowing' | 'blocked' | 'recovering' | 'draining' | 'failed',
  },
  actors: {
    outlet,
    intake: fromCallback(() => {}),
    drain: fromCallback(() => {}),
  },
  actions: {
    announceReady: () => {},
    closeIntake: () => {},
    countGivenUp: assign({ givenUp: ({ context }) => context.givenUp + 1 }),
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
  context: { cause: null, givenUp: 0 },
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
      on: { 'outlet.blocked': 'blocked', 'outlet.rejected': 'rejected', 'outlet.down': 'recovering' },
    },
    blocked: {
      description: 'The outlet is up and has had no room for a while: what comes waits in the buffer.',
      tags: 'blocked',
      on: { 'outlet.unblocked': 'flowing', 'outlet.rejected': 'rejected', 'outlet.down': 'recovering' },
    },
    recovering: {
      description: 'The outlet is lost. It starts again at the first unsettled event.',
      tags: 'recovering',
      on: { 'outlet.up': 'flowing' },
    },
    rejected: {
      description: 'The first event in line was tried in vain too often: it goes to the failures, the rest goes on.',
      entry: 'countGivenUp',
      always: 'flowing',
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
