import { type AnyActorLogic, assign, fromCallback, sendTo, setup } from 'xstate';

/** Beside these, by its id, each shard: a supervisor machine over at most 128 peers, known where the peers are. */
const actors: Record<string, AnyActorLogic> = {
  server: fromCallback(() => {}),
  farewell: fromCallback(() => {}),
};

export interface ListenerOutput {
  outcome: 'ended' | 'failed';
  cause: unknown;
}

export type ListenerEvent =
  | { type: 'bound' }
  /** It cannot be bound, or its certificate cannot be read. */
  | { type: 'bind.failed'; cause: unknown }
  /** `fresh`: the first peer of a new shard. */
  | { type: 'peer.accepted'; shard: string; peer: string; fresh: boolean }
  /** The last peer has gone. */
  | { type: 'emptied' }
  /** Reads the certificates again. */
  | { type: 'renew' }
  | { type: 'stop' };

/** One bound address: accepts peers and hands them to shards, says goodbye to them before it ends. */
export const listenerMachine = setup({
  types: {
    context: {} as {
      /** Why it cannot serve. */
      cause: unknown;
    },
    events: {} as ListenerEvent,
    output: {} as ListenerOutput,
    tags: {} as 'binding' | 'listening' | 'draining' | 'closed' | 'failed',
  },
  actors,
  actions: {
    announceReady: () => {},
    /** Starts a shard for the peer, or adds the peer to the one that it names. */
    adoptPeer: () => {},
    /** A shard ends with its last peer. */
    forgetShard: () => {},
    logShard: () => {},
    renewServer: sendTo('server', { type: 'renew' }),
    recordCause: assign({ cause: ({ event }) => (event.type === 'bind.failed' ? event.cause : null) }),
  },
  guards: {
    /** The server's own crash is the listener's. */
    isShard: ({ event }) => 'actorId' in event && String(event.actorId).startsWith('shard'),
  },
  delays: {
    /** What the goodbyes may take. */
    drainTimeout: 10_000,
  },
}).createMachine({
  id: 'listener',
  description: 'One bound address: accepts peers, hands them to shards, and says goodbye to them before it ends.',
  context: { cause: null },
  output: ({ context }) => ({ outcome: context.cause === null ? 'ended' : 'failed', cause: context.cause }),
  initial: 'up',
  states: {
    up: {
      description: 'Lives exactly as long as the server: every way out closes it.',
      invoke: { src: 'server', id: 'server' },
      initial: 'binding',
      on: {
        'peer.accepted': { actions: 'adoptPeer' },
        'xstate.done.actor.*': { guard: 'isShard', actions: 'forgetShard' },
        'xstate.error.actor.*': { guard: 'isShard', actions: ['logShard', 'forgetShard'] },
      },
      states: {
        binding: {
          description: 'Reads the certificate and takes the address.',
          tags: 'binding',
          on: {
            bound: 'listening',
            'bind.failed': { target: '#listener.failed', actions: 'recordCause' },
            stop: '#listener.closed',
          },
        },
        listening: {
          description: 'Accepts peers.',
          tags: 'listening',
          entry: 'announceReady',
          on: { renew: { actions: 'renewServer' }, stop: 'draining' },
        },
        draining: {
          description: 'Refuses newcomers. The peers are sent away, spread over the time that is left.',
          tags: 'draining',
          invoke: { src: 'farewell', id: 'farewell' },
          after: { drainTimeout: '#listener.closed' },
          on: { emptied: '#listener.closed', stop: {} },
        },
      },
    },
    closed: {
      description: 'Ended because it was asked to.',
      type: 'final',
      tags: 'closed',
    },
    failed: {
      description: 'The address could not be taken; the cause says why.',
      type: 'final',
      tags: 'failed',
    },
  },
});
