import { type AnyActorLogic, assign, fromCallback, raise, sendTo, setup } from 'xstate';

/** A supervisor machine. */
const group: AnyActorLogic = fromCallback(() => {});

export interface PipelineInput {
  /** Milliseconds that a stop may take to deliver what is owed. */
  drain: number;
}

export interface PipelineOutput {
  outcome: 'ended' | 'failed';
  cause: unknown;
}

export type PipelineEvent =
  /** `drain`: milliseconds, instead of the pipeline's own. */
  | { type: 'stop'; drain?: number }
  | { type: 'child.ready'; id: string }
  | { type: 'child.failing'; id: string; cause: unknown }
  | { type: 'sources.ended' }
  | { type: 'sinks.ended' }
  | { type: 'foundation.ended' };

/** Foundation, sinks, sources on the way up; the other way round on the way down. */
export const pipelineMachine = setup({
  types: {
    context: {} as {
      /** Milliseconds that the running drain may take. */
      drain: number;
      /** The same, when the stop does not name its own. */
      ownDrain: number;
      /** Why it fails. */
      cause: unknown;
    },
    events: {} as PipelineEvent,
    input: {} as PipelineInput,
    output: {} as PipelineOutput,
    tags: {} as 'starting' | 'running' | 'draining' | 'stopped' | 'failed',
  },
  actors: {
    foundation: group,
    sinks: group,
    sources: group,
  },
  actions: {
    announceReady: () => {},
    closeIntakes: () => {},
    startFoundation: sendTo('foundation', { type: 'start' }),
    startSinks: sendTo('sinks', { type: 'start' }),
    startSources: sendTo('sources', { type: 'start' }),
    stopSources: sendTo('sources', { type: 'stop' }),
    stopSinks: sendTo('sinks', { type: 'stop' }),
    stopFoundation: sendTo('foundation', { type: 'stop' }),
    announceSourcesEnded: raise({ type: 'sources.ended' }),
    announceSinksEnded: raise({ type: 'sinks.ended' }),
    announceFoundationEnded: raise({ type: 'foundation.ended' }),
    noteDeadline: () => {},
    recordCause: assign({
      cause: ({ context, event }) => {
        if (context.cause !== null) return context.cause;
        if (event.type === 'child.failing') return event.cause;
        return 'error' in event ? event.error : null;
      },
    }),
    setDeadline: assign({
      drain: ({ context, event }) => (event.type === 'stop' ? (event.drain ?? context.ownDrain) : context.ownDrain),
    }),
  },
  guards: {
    isFoundation: ({ event }) => 'id' in event && event.id === 'foundation',
    areSinks: ({ event }) => 'id' in event && event.id === 'sinks',
    areSources: ({ event }) => 'id' in event && event.id === 'sources',
    hasCause: ({ context }) => context.cause !== null,
    isAtOnce: ({ event }) => event.type === 'stop' && event.drain === 0,
  },
  delays: {
    drainDeadline: ({ context }) => context.drain,
    closeGrace: 1_000,
  },
}).createMachine({
  id: 'pipeline',
  description: 'Starts what it stands on, its sinks, then its sources; drains in the other direction.',
  context: ({ input }) => ({ drain: input.drain, ownDrain: input.drain, cause: null }),
  output: ({ context }) => ({ outcome: context.cause === null ? 'ended' : 'failed', cause: context.cause }),
  invoke: [
    {
      src: 'foundation',
      id: 'foundation',
      onDone: { actions: 'announceFoundationEnded' },
      onError: { target: '.draining', actions: ['recordCause', 'setDeadline', 'announceFoundationEnded'] },
    },
    {
      src: 'sinks',
      id: 'sinks',
      onDone: { actions: 'announceSinksEnded' },
      onError: { target: '.draining', actions: ['recordCause', 'setDeadline', 'announceSinksEnded'] },
    },
    {
      src: 'sources',
      id: 'sources',
      onDone: { actions: 'announceSourcesEnded' },
      onError: { target: '.draining', actions: ['recordCause', 'setDeadline', 'announceSourcesEnded'] },
    },
  ],
  initial: 'starting',
  on: {
    'child.failing': { target: '.draining', actions: ['recordCause', 'setDeadline'] },
  },
  states: {
    starting: {
      description: 'Sinks before sources, so that nothing comes in before it can go out.',
      tags: 'starting',
      initial: 'foundation',
      on: { stop: { target: 'draining', actions: 'setDeadline' } },
      states: {
        foundation: {
          description: 'Waits until cursors are read and addresses are bound.',
          entry: 'startFoundation',
          on: { 'child.ready': { guard: 'isFoundation', target: 'sinks' } },
        },
        sinks: {
          description: 'Waits until every sink is ready.',
          entry: 'startSinks',
          on: { 'child.ready': { guard: 'areSinks', target: 'sources' } },
        },
        sources: {
          description: 'Waits until every source is ready.',
          entry: 'startSources',
          on: {
            'child.ready': { guard: 'areSources', target: '#pipeline.running' },
            'sources.ended': { target: '#pipeline.finishing', actions: 'announceReady' },
          },
        },
      },
    },
    running: {
      description: 'Everything has started.',
      tags: 'running',
      entry: 'announceReady',
      on: {
        stop: { target: 'draining', actions: 'setDeadline' },
        'sources.ended': 'finishing',
      },
    },
    finishing: {
      description: 'All sources have ended by themselves: what is owed is delivered, however long it takes.',
      tags: 'draining',
      entry: 'closeIntakes',
      initial: 'sinks',
      states: {
        sinks: {
          description: 'The sinks deliver what they owe, then end.',
          entry: 'stopSinks',
          on: {
            stop: { target: '#pipeline.draining.sinks', actions: 'setDeadline' },
            'sinks.ended': 'foundation',
          },
        },
        foundation: {
          description: 'Peers are sent away, cursors are written.',
          entry: 'stopFoundation',
          on: {
            stop: { target: '#pipeline.draining.foundation', actions: 'setDeadline' },
            'foundation.ended': '#pipeline.finished',
          },
        },
      },
    },
    draining: {
      description: 'Takes nothing more in, at once, and delivers what is owed, until the deadline.',
      tags: 'draining',
      entry: ['noteDeadline', 'closeIntakes'],
      initial: 'sources',
      after: { drainDeadline: 'closing' },
      on: {
        'child.failing': { actions: 'recordCause' },
        'xstate.error.actor.foundation': { actions: ['recordCause', 'announceFoundationEnded'] },
        'xstate.error.actor.sinks': { actions: ['recordCause', 'announceSinksEnded'] },
        'xstate.error.actor.sources': { actions: ['recordCause', 'announceSourcesEnded'] },
        'sinks.ended': '.foundation',
        'foundation.ended': 'finished',
        stop: { guard: 'isAtOnce', target: 'finished' },
      },
      states: {
        sources: {
          description: 'The sources end, last first.',
          entry: 'stopSources',
          on: { 'sources.ended': 'sinks' },
        },
        sinks: {
          description: 'The sinks deliver what they owe, then end.',
          entry: 'stopSinks',
        },
        foundation: {
          description: 'Peers are sent away, cursors are written.',
          entry: 'stopFoundation',
        },
      },
    },
    closing: {
      description: 'The deadline has passed. What is owed stays owed, but cursors are still written.',
      tags: 'draining',
      entry: 'stopFoundation',
      after: { closeGrace: 'finished' },
      on: {
        'child.failing': { actions: 'recordCause' },
        'xstate.error.actor.*': { actions: 'recordCause' },
        'foundation.ended': 'finished',
        stop: { guard: 'isAtOnce', target: 'finished' },
      },
    },
    finished: {
      description: 'Stopped, or failed?',
      tags: 'draining',
      always: [{ guard: 'hasCause', target: 'failed' }, { target: 'stopped' }],
    },
    stopped: {
      description: 'Ended as asked, or because its sources did.',
      type: 'final',
      tags: 'stopped',
    },
    failed: {
      description: 'Ended because a component gave up; the cause says which.',
      type: 'final',
      tags: 'failed',
    },
  },
});
