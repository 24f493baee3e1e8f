import { assign, fromCallback, fromPromise, sendTo, setup } from 'xstate';
import type { Loss } from '../src/environment.ts';

/** Durations in milliseconds; `null`: off, or without limit. */
export interface ConnectionInput {
  role: 'source' | 'sink';
  lazy: boolean;
  connectTimeout: number;
  closeTimeout: number;
  pingInterval: number | null;
  pingTimeout: number;
  /** heartbeat.action is log-only. */
  logOnly: boolean;
  pulseInterval: number | null;
  noDataTimeout: number | null;
  initialBackoff: number;
  maxBackoff: number;
  multiplier: number;
  maxAttempts: number | null;
  resetAfter: number;
  /** What a new socket begins with, in order. */
  script: readonly ScriptStep[];
  /** Least time between two sends of the script. */
  requestInterval: number;
}

/** Sends, expects a reply, or both. `within`: how long a reply is waited for. */
export interface ScriptStep {
  sends: boolean;
  expects: boolean;
  within: number;
}

export type ConnectionCause =
  /** `during`: what the script was waiting for. `cursor`: what a refused handshake was to go on from, cut. */
  | (Loss & { readonly during?: string; readonly cursor?: string })
  | { kind: 'preparation'; message: string }
  | { kind: 'timeout'; phase: 'prepare' | 'transport' | 'upgrade' }
  /** `unheard`: no ping was ever answered. */
  | { kind: 'silence'; judge: 'heartbeat' | 'no-data-timeout'; unheard?: boolean }
  | { kind: 'acknowledgement'; message: string }
  /** The script could not go on. */
  | { kind: 'greeting'; message: string }
  /** Somebody wants another socket: nothing was wrong with this one. */
  | { kind: 'asked' };

export type ConnectionEvent =
  | { type: 'demand' }
  | { type: 'stop' }
  | { type: 'pause' }
  | { type: 'resume' }
  /** Leaves the socket or the wait that there is, and dials again. */
  | { type: 'reconnect' }
  | { type: 'socket.connected' }
  | { type: 'socket.open' }
  /** `owing`: something that was sent is not acknowledged. */
  | { type: 'socket.lost'; cause: ConnectionCause; owing: boolean }
  /** The step's text is on its way. */
  | { type: 'step.sent' }
  /** The reply that the step expects has come, and what is extracted was in it. */
  | { type: 'step.answered' }
  /** The step's text has no value for something, or its reply lacks what is extracted. */
  | { type: 'step.failed'; message: string }
  /** The peer has fallen silent before the script was over. */
  | { type: 'greeting.unanswered' }
  /** Told by what writes to the socket, for whoever the connection is an outlet of. */
  | { type: 'outlet.blocked' }
  | { type: 'outlet.unblocked' }
  | { type: 'outlet.rejected' }
  | { type: 'ping.taken' }
  | { type: 'ping.answered' };

/** What the machine asks of the actor that holds the socket. */
export interface SocketCommand {
  type: 'close' | 'live' | 'ping' | 'grace-ping' | 'pulse';
}

/** What the machine asks of the actor that runs the script. */
export interface GreetingCommand {
  type: 'send' | 'expect';
  /** Index of the step. */
  step: number;
}

export interface ConnectionOutput {
  outcome: 'ended' | 'failed';
  cause: ConnectionCause | null;
}

/** The life of one outbound WebSocket connection, over as many sockets as it takes. */
export const connectionMachine = setup({
  types: {
    context: {} as {
      settings: ConnectionInput;
      /** Consecutive dials since the connection last proved stable; the running one included. */
      attempt: number;
      /** Exponent of the next backoff. */
      backoffs: number;
      /** How often it has been live. */
      lives: number;
      /** What the running attempt is waiting for; names the phase that a timeout ended. */
      phase: 'prepare' | 'transport' | 'upgrade';
      /** Index of the step of the script that is due. */
      step: number;
      /** Something of the script has been sent over this socket. */
      hasSent: boolean;
      /** Why the last socket or attempt ended. */
      cause: ConnectionCause | null;
      /** Something was unacknowledged when it ended. */
      owing: boolean;
    },
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput,
    output: {} as ConnectionOutput,
    tags: {} as 'idle' | 'connecting' | 'live' | 'waiting' | 'failed',
  },
  actors: {
    demand: fromCallback(() => {}),
    prepare: fromPromise<void>(async () => {}),
    socket: fromCallback<SocketCommand>(() => {}),
    greeting: fromCallback<GreetingCommand>(() => {}),
  },
  actions: {
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1, phase: 'prepare' }),
    countBackoff: assign({ backoffs: ({ context }) => context.backoffs + 1 }),
    countLife: assign({ lives: ({ context }) => context.lives + 1 }),
    forgetAttempts: assign({ attempt: 0, backoffs: 0 }),
    forgetCause: assign({ cause: null }),
    enterTransport: assign({ phase: 'transport' }),
    enterUpgrade: assign({ phase: 'upgrade' }),
    recordLoss: assign(({ event }) =>
      event.type === 'socket.lost' ? { cause: event.cause, owing: event.owing } : { cause: null },
    ),
    recordUnprepared: assign(({ event }) => ({
      owing: false,
      cause: {
        kind: 'preparation' as const,
        message: 'error' in event && event.error instanceof Error ? event.error.message : 'preparation failed',
      },
    })),
    recordTimeout: assign(({ context }) => ({
      owing: false,
      cause: { kind: 'timeout' as const, phase: context.phase },
    })),
    recordFailedStep: assign(({ event }) => ({
      owing: false,
      cause: {
        kind: 'greeting' as const,
        message: event.type === 'step.failed' ? event.message : 'the script could not go on',
      },
    })),
    recordUnmet: assign(({ context }) => ({
      owing: false,
      cause: { kind: 'greeting' as const, message: `step ${context.step + 1}: the reply was not received in time` },
    })),
    recordSilence: assign({ cause: { kind: 'silence' as const, judge: 'heartbeat' as const } }),
    // Nothing was wrong with the attempt that is left: it is not one of those that wear out.
    recordAsked: assign(({ context }) => ({
      owing: false,
      cause: { kind: 'asked' as const },
      attempt: Math.max(0, context.attempt - 1),
    })),
    recordStarvation: assign({ cause: { kind: 'silence' as const, judge: 'no-data-timeout' as const } }),
    beginScript: assign({ step: 0, hasSent: false }),
    nextStep: assign({ step: ({ context }) => context.step + 1 }),
    noteSent: assign({ hasSent: true }),
    sendStep: sendTo('greeting', ({ context }) => ({ type: 'send', step: context.step })),
    expectReply: sendTo('greeting', ({ context }) => ({ type: 'expect', step: context.step })),
    announceStarted: () => {},
    announceLive: () => {},
    announceLost: () => {},
    announceBlocked: () => {},
    announceUnblocked: () => {},
    announceRejected: () => {},
    closeIntake: () => {},
    closeSocket: sendTo('socket', { type: 'close' }),
    goLive: sendTo('socket', { type: 'live' }),
    sendPing: sendTo('socket', { type: 'ping' }),
    sendGracePing: sendTo('socket', { type: 'grace-ping' }),
    sendPulse: sendTo('socket', { type: 'pulse' }),
    markFed: () => {},
    markProgress: () => {},
    warnSilence: () => {},
    warnLongPause: () => {},
  },
  guards: {
    isLazy: ({ context }) => context.settings.lazy,
    isHeld: () => false,
    hasProgressed: () => false,
    wasLoopBlocked: () => false,
    wasFed: () => false,
    isScriptDone: ({ context }) => context.step >= context.settings.script.length,
    isListening: ({ context: { settings, step } }) => settings.script[step]?.sends === false,
    isPaced: ({ context }) => context.hasSent && context.settings.requestInterval > 0,
    expectsReply: ({ context: { settings, step } }) => settings.script[step]?.expects === true,
    hasHeartbeat: ({ context }) => context.settings.pingInterval !== null,
    silenceIsLoggedOnly: ({ context }) => context.settings.logOnly,
    hasPulse: ({ context }) => context.settings.pulseInterval !== null,
    hasWatch: ({ context }) => context.settings.noDataTimeout !== null,
    isExhausted: ({ context }) =>
      context.settings.maxAttempts !== null && context.attempt >= context.settings.maxAttempts,
    isSettledGoodbye: ({ context }) =>
      context.settings.role === 'sink' &&
      context.settings.lazy &&
      !context.owing &&
      context.cause?.kind === 'close' &&
      (context.cause.code === 1000 || context.cause.code === 1005),
    isFatal: ({ context: { cause, lives, attempt, owing } }) => {
      if (cause?.kind === 'handshake') return true;
      if (cause?.kind === 'close') return !owing && [1002, 1003, 1007, 1010].includes(cause.code);
      if (cause?.kind !== 'status') return false;
      if (cause.status < 400) return true;
      if (lives > 0 || cause.status >= 500 || [408, 425, 429].includes(cause.status)) return false;
      return [401, 403].includes(cause.status) ? attempt >= 5 : true;
    },
    isSlow: ({ context: { cause } }) => {
      if (cause?.kind === 'tls') return true;
      if (cause?.kind === 'close') return [1008, 4401, 4403].includes(cause.code);
      if (cause?.kind !== 'status') return false;
      return cause.status >= 400 && cause.status < 500 && ![408, 425, 429].includes(cause.status);
    },
  },
  delays: {
    connectTimeout: ({ context }) => context.settings.connectTimeout,
    /** What the preparation has left of it. */
    openTimeout: ({ context }) => context.settings.connectTimeout,
    closeTimeout: ({ context }) => context.settings.closeTimeout,
    /** What is left of the interval since the last send. */
    sendInterval: ({ context }) => context.settings.requestInterval,
    replyTimeout: ({ context: { settings, step } }) => settings.script[step]?.within ?? 0,
    pingInterval: ({ context }) => context.settings.pingInterval ?? 0,
    pingTimeout: ({ context }) => context.settings.pingTimeout,
    pulseInterval: ({ context }) => context.settings.pulseInterval ?? 0,
    noDataRemaining: ({ context }) => context.settings.noDataTimeout ?? 0,
    lastLook: 0,
    resetAfter: ({ context }) => context.settings.resetAfter,
    longPause: 10_000,
    backoffDelay: ({ context: { settings, backoffs } }) =>
      Math.min(settings.maxBackoff, settings.initialBackoff * settings.multiplier ** backoffs),
    slowDelay: ({ context }) => context.settings.maxBackoff,
  },
}).createMachine({
  id: 'connection',
  description: 'One outbound WebSocket connection: dialled, kept alive, judged, and dialled again.',
  context: ({ input }) => ({
    settings: input,
    attempt: 0,
    backoffs: 0,
    lives: 0,
    phase: 'prepare',
    step: 0,
    hasSent: false,
    cause: null,
    owing: false,
  }),
  output: ({ context }) => ({ outcome: context.cause ? 'failed' : 'ended', cause: context.cause }),
  initial: 'starting',
  on: { stop: { target: '.closed', actions: 'closeIntake' } },
  states: {
    starting: {
      description: 'A lazy connection waits for demand, an eager one dials at once.',
      tags: 'connecting',
      entry: 'announceStarted',
      always: [{ guard: 'isLazy', target: 'idle' }, { target: 'preparing' }],
    },
    idle: {
      description: 'Nobody needs the connection yet.',
      tags: 'idle',
      invoke: { src: 'demand', id: 'demand' },
      on: { demand: 'preparing' },
    },
    preparing: {
      description: 'Resolves credentials, templates and the cursor, anew for each attempt.',
      tags: 'connecting',
      entry: 'countAttempt',
      invoke: {
        src: 'prepare',
        id: 'prepare',
        onDone: 'linked',
        onError: { target: 'lost', actions: 'recordUnprepared' },
      },
      after: { connectTimeout: { target: 'lost', actions: 'recordTimeout' } },
    },
    linked: {
      description: 'Lives exactly as long as one socket: every way out disposes it.',
      invoke: { src: 'socket', id: 'socket' },
      initial: 'opening',
      on: {
        'socket.lost': { target: 'lost', actions: 'recordLoss' },
        reconnect: { target: 'lost', actions: 'recordAsked' },
      },
      states: {
        opening: {
          description: 'TCP, TLS and the upgrade, within what the attempt has left of its timeout.',
          tags: 'connecting',
          initial: 'transport',
          after: { openTimeout: { target: '#connection.lost', actions: 'recordTimeout' } },
          on: { 'socket.open': 'greeting' },
          states: {
            transport: {
              description: 'Name lookup, TCP and TLS.',
              entry: 'enterTransport',
              on: { 'socket.connected': 'upgrade' },
            },
            upgrade: {
              description: 'The upgrade request is sent, its answer is awaited.',
              entry: 'enterUpgrade',
            },
          },
        },
        greeting: {
          description: 'The script: requests, paced, and the replies that it needs. Messages flow in meanwhile.',
          tags: 'connecting',
          entry: 'beginScript',
          invoke: { src: 'greeting', id: 'greeting' },
          initial: 'turning',
          on: {
            'step.failed': { target: '#connection.lost', actions: 'recordFailedStep' },
            'greeting.unanswered': { target: '#connection.lost', actions: 'recordSilence' },
            stop: { target: 'closing', actions: 'closeIntake' },
          },
          states: {
            turning: {
              description: 'Turns to the next step; with none left the connection is live.',
              always: [
                { guard: 'isScriptDone', target: '#connection.linked.live' },
                { guard: 'isListening', target: 'expecting' },
                { guard: 'isPaced', target: 'pacing' },
                { target: 'sending' },
              ],
            },
            pacing: {
              description: 'Keeps the interval between two sends.',
              after: { sendInterval: 'sending' },
            },
            sending: {
              description: 'Fills in the text of the step and sends it.',
              entry: 'sendStep',
              on: {
                'step.sent': [
                  { guard: 'expectsReply', target: 'expecting', actions: 'noteSent' },
                  { target: 'turning', actions: ['noteSent', 'nextStep'] },
                ],
              },
            },
            expecting: {
              description: 'The first message from now on that is the expected reply ends the step.',
              entry: 'expectReply',
              initial: 'waiting',
              on: { 'step.answered': { target: 'turning', actions: 'nextStep' } },
              states: {
                waiting: {
                  description: 'For what is left of the time that the step says.',
                  always: { guard: 'isHeld', target: 'suspended' },
                  after: { replyTimeout: 'doubting' },
                  on: { pause: 'suspended' },
                },
                doubting: {
                  description: 'A last look: the loop first reads what waits in the system.',
                  after: { lastLook: { target: '#connection.lost', actions: 'recordUnmet' } },
                  on: { pause: 'suspended' },
                },
                suspended: {
                  description:
                    'We are not reading, so no reply could be seen. Resuming gives it what is left of its time.',
                  on: { resume: 'waiting' },
                },
              },
            },
          },
        },
        live: {
          description: 'Usable. Five regions watch it.',
          tags: 'live',
          type: 'parallel',
          entry: ['countLife', 'goLive', 'announceLive'],
          on: {
            'outlet.blocked': { actions: 'announceBlocked' },
            'outlet.unblocked': { actions: 'announceUnblocked' },
            'outlet.rejected': { actions: 'announceRejected' },
            stop: { target: 'closing', actions: 'closeIntake' },
          },
          states: {
            heartbeat: {
              description: 'Proves that the peer answers. Nothing is judged while we hold the socket paused.',
              initial: 'off',
              states: {
                quiet: {
                  description: 'Waits for the next ping.',
                  always: { guard: 'isHeld', target: 'suspended' },
                  after: { pingInterval: { target: 'queued', actions: 'sendPing' } },
                  on: { pause: 'suspended' },
                },
                queued: {
                  description: 'The ping waits in our queue: a slow peer is not a dead one.',
                  after: {
                    pingTimeout: [
                      { guard: 'hasProgressed', target: 'queued', reenter: true, actions: 'markProgress' },
                      { target: 'doubting' },
                    ],
                  },
                  on: { 'ping.taken': 'probing', 'ping.answered': 'quiet', pause: 'suspended' },
                },
                probing: {
                  description:
                    'The ping has left; any inbound frame answers it, and a peer that still reads is only slow.',
                  after: {
                    pingTimeout: [
                      { guard: 'hasProgressed', target: 'probing', reenter: true, actions: 'markProgress' },
                      { guard: 'wasLoopBlocked', target: 'graced', actions: 'sendGracePing' },
                      { target: 'doubting' },
                    ],
                  },
                  on: { 'ping.answered': 'quiet', pause: 'suspended' },
                },
                graced: {
                  description: 'Our own event loop stood still: one more ping before the peer is judged.',
                  after: { pingTimeout: 'doubting' },
                  on: { 'ping.answered': 'quiet', pause: 'suspended' },
                },
                doubting: {
                  description: 'A last look: the loop first reads what waits in the system.',
                  after: {
                    lastLook: [
                      { guard: 'silenceIsLoggedOnly', target: 'quiet', actions: 'warnSilence' },
                      { target: '#connection.lost', actions: 'recordSilence' },
                    ],
                  },
                  on: { 'ping.answered': 'quiet', pause: 'suspended' },
                },
                suspended: {
                  description: 'We are not reading, so no pong could be seen. Resuming starts a fresh ping.',
                  on: { resume: { target: 'queued', actions: 'sendPing' } },
                },
                off: {
                  description: 'Stays here with heartbeat: off.',
                  always: { guard: 'hasHeartbeat', target: 'quiet' },
                },
              },
            },
            pulse: {
              description: "The application's own heartbeat: first when live, then every interval.",
              initial: 'off',
              states: {
                beating: {
                  description: 'Sends the requests once and waits for the next time.',
                  entry: 'sendPulse',
                  after: { pulseInterval: { target: 'beating', reenter: true } },
                },
                off: {
                  description: 'Stays here without app-heartbeat.',
                  always: { guard: 'hasPulse', target: 'beating' },
                },
              },
            },
            watch: {
              description: 'Leaves a connection that brings no messages.',
              initial: 'off',
              states: {
                fed: {
                  description: 'A message came, less than the timeout ago.',
                  always: { guard: 'isHeld', target: 'suspended' },
                  after: {
                    noDataRemaining: [{ guard: 'wasFed', target: 'fed', reenter: true }, { target: 'starving' }],
                  },
                  on: { pause: 'suspended' },
                },
                starving: {
                  description: 'A last look: the loop first reads what waits in the system.',
                  after: {
                    lastLook: [
                      { guard: 'wasFed', target: 'fed' },
                      { target: '#connection.lost', actions: 'recordStarvation' },
                    ],
                  },
                  on: { pause: 'suspended' },
                },
                suspended: {
                  description: 'We are not reading, so nothing can come.',
                  on: { resume: { target: 'fed', actions: 'markFed' } },
                },
                off: {
                  description: 'Stays here with no-data-timeout: off.',
                  always: { guard: 'hasWatch', target: 'fed' },
                },
              },
            },
            stability: {
              description: 'An open alone proves nothing: only time resets the backoff.',
              initial: 'unproven',
              states: {
                unproven: {
                  description: 'Live for less than reset-after.',
                  after: { resetAfter: { target: 'proven', actions: 'forgetAttempts' } },
                },
                proven: { description: 'Live without a break for reset-after.' },
              },
            },
            flow: {
              description: 'Whether we read from the socket.',
              initial: 'flowing',
              states: {
                flowing: {
                  description: 'Reading.',
                  always: { guard: 'isHeld', target: 'paused' },
                  on: { pause: 'paused' },
                },
                paused: {
                  description: 'A sink has no room, so the socket is not read.',
                  after: { longPause: { actions: 'warnLongPause' } },
                  on: { resume: 'flowing' },
                },
              },
            },
          },
        },
        closing: {
          description: 'The close handshake, then the end in any case.',
          tags: 'idle',
          entry: 'closeSocket',
          after: { closeTimeout: '#connection.closed' },
          on: { 'socket.lost': '#connection.closed', reconnect: {}, stop: {} },
        },
      },
    },
    lost: {
      description: 'The one place that decides: retry, later, or never.',
      tags: 'waiting',
      always: [
        { guard: 'isSettledGoodbye', target: 'idle', actions: 'forgetAttempts' },
        { guard: 'isFatal', target: 'failed' },
        { guard: 'isExhausted', target: 'failed' },
        { guard: 'isSlow', target: 'backoff.slow' },
        { target: 'backoff.normal' },
      ],
    },
    backoff: {
      description: 'Waits before the next attempt.',
      tags: 'waiting',
      initial: 'normal',
      entry: 'announceLost',
      exit: 'countBackoff',
      on: { reconnect: 'preparing' },
      states: {
        normal: {
          description: 'Exponential, with jitter; at least what Retry-After asked for.',
          after: { backoffDelay: '#connection.preparing' },
        },
        slow: {
          description: 'The peer refused us: half to all of max-backoff.',
          after: { slowDelay: '#connection.preparing' },
        },
      },
    },
    closed: {
      description: 'Ended because it was asked to.',
      type: 'final',
      tags: 'idle',
      entry: 'forgetCause',
    },
    failed: {
      description: 'Ended for good; the cause says why.',
      type: 'final',
      tags: 'failed',
      entry: 'closeIntake',
    },
  },
});
