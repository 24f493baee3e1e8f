import { assign, fromCallback, sendTo, setup } from 'xstate';
import type { Farewell } from '../src/environment.ts';

/** Durations in milliseconds; `null`: off. */
export interface PeerInput {
  /** Its id; the machine is one for all peers of an endpoint. */
  peer: string;
  /** Where it is, as the system says. */
  address: string;
  pingInterval: number | null;
  pingTimeout: number;
  /** heartbeat.action is log-only. */
  logOnly: boolean;
  idleTimeout: number | null;
  closeTimeout: number;
}

export type PeerEvent =
  /** Reading is held back, and free again. */
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'ping.answered' }
  /** Its send buffer is half full, and empty again. */
  | { type: 'slow' }
  | { type: 'caught.up' }
  | { type: 'socket.lost' }
  /** Says goodbye and ends. */
  | { type: 'dismiss'; farewell: Farewell }
  | { type: 'stop' };

/** What the machine asks of the actor that holds the socket. */
export type PeerCommand = { type: 'ping' } | { type: 'close'; farewell: Farewell };

/** One accepted WebSocket connection: judged, slow or not, and closed. */
export const peerMachine = setup({
  types: {
    context: {} as {
      settings: PeerInput;
      farewell: Farewell;
    },
    events: {} as PeerEvent,
    input: {} as PeerInput,
    tags: {} as 'live' | 'slow' | 'idle' | 'closing',
  },
  actors: {
    socket: fromCallback<PeerCommand, { peer: string }>(() => {}),
  },
  actions: {
    sendPing: sendTo('socket', { type: 'ping' }),
    sayFarewell: sendTo('socket', ({ context }) => ({ type: 'close', farewell: context.farewell })),
    recordFarewell: assign(({ event }) => (event.type === 'dismiss' ? { farewell: event.farewell } : {})),
    recordIdle: assign({ farewell: { code: 1001, reason: 'idle timeout' } }),
    announceReady: () => {},
    markProgress: () => {},
    markUsed: () => {},
    warnSilence: () => {},
    logSilence: () => {},
  },
  guards: {
    isHeld: () => false,
    hasProgressed: () => false,
    isTooEarly: () => false,
    wasLoopBlocked: () => false,
    wasUsed: () => false,
    hasHeartbeat: ({ context }) => context.settings.pingInterval !== null,
    hasIdleTimeout: ({ context }) => context.settings.idleTimeout !== null,
    silenceIsLoggedOnly: ({ context }) => context.settings.logOnly,
  },
  delays: {
    pingInterval: ({ context }) => context.settings.pingInterval ?? 0,
    /** The timeout runs from when the ping left our queue, which no event tells: that would be one more for each. */
    pingRemaining: ({ context }) => context.settings.pingTimeout,
    idleRemaining: ({ context }) => context.settings.idleTimeout ?? 0,
    closeTimeout: ({ context }) => context.settings.closeTimeout,
    lastLook: 0,
  },
}).createMachine({
  id: 'peer',
  description: 'One accepted WebSocket connection, from the upgrade to its end.',
  context: ({ input }) => ({ settings: input, farewell: { code: 1001, reason: 'going away' } }),
  invoke: { src: 'socket', id: 'socket', input: ({ context }) => ({ peer: context.settings.peer }) },
  initial: 'live',
  on: { 'socket.lost': '.closed' },
  states: {
    live: {
      description: 'Usable. Three regions watch it.',
      type: 'parallel',
      tags: 'live',
      entry: 'announceReady',
      on: {
        dismiss: { target: 'closing', actions: 'recordFarewell' },
        stop: 'closing',
      },
      states: {
        heartbeat: {
          description: 'Proves that the peer answers. Nothing is judged while we hold the socket paused.',
          initial: 'off',
          states: {
            quiet: {
              description: 'Waits for the next ping.',
              always: { guard: 'isHeld', target: 'suspended' },
              after: { pingInterval: { target: 'probing', actions: 'sendPing' } },
              on: { pause: 'suspended' },
            },
            probing: {
              description:
                'A ping is under way. A peer that still reads is slow, not dead; our own stall is no silence.',
              after: {
                pingRemaining: [
                  { guard: 'hasProgressed', target: 'probing', reenter: true, actions: 'markProgress' },
                  { guard: 'isTooEarly', target: 'probing', reenter: true },
                  { guard: 'wasLoopBlocked', target: 'probing', reenter: true, actions: 'sendPing' },
                  { target: 'doubting' },
                ],
              },
              on: {
                'ping.answered': 'quiet',
                pause: 'suspended',
              },
            },
            doubting: {
              description: 'A last look: the loop first reads what waits in the system.',
              after: {
                lastLook: [
                  { guard: 'silenceIsLoggedOnly', target: 'quiet', actions: 'warnSilence' },
                  { target: '#peer.closed', actions: 'logSilence' },
                ],
              },
              on: { 'ping.answered': 'quiet', pause: 'suspended' },
            },
            suspended: {
              description: 'We are not reading, so no pong could be seen. Resuming starts a fresh ping.',
              on: { resume: { target: 'probing', actions: 'sendPing' } },
            },
            off: {
              description: 'Stays here with heartbeat: off.',
              always: { guard: 'hasHeartbeat', target: 'quiet' },
            },
          },
        },
        activity: {
          description: 'Whether messages pass, in either direction.',
          initial: 'off',
          states: {
            used: {
              description: 'A message passed, less than the timeout ago.',
              always: { guard: 'isHeld', target: 'suspended' },
              after: {
                idleRemaining: [{ guard: 'wasUsed', target: 'used', reenter: true }, { target: 'idle' }],
              },
              on: { pause: 'suspended' },
            },
            idle: {
              description: 'A last look, then the peer is sent away: the loop first reads what waits in the system.',
              tags: 'idle',
              after: {
                lastLook: [
                  { guard: 'wasUsed', target: 'used' },
                  { target: '#peer.closing', actions: 'recordIdle' },
                ],
              },
              on: { pause: 'suspended' },
            },
            suspended: {
              description: 'We are not reading, so nothing can come.',
              on: { resume: { target: 'used', actions: 'markUsed' } },
            },
            off: {
              description: 'Stays here without idle-timeout.',
              always: { guard: 'hasIdleTimeout', target: 'used' },
            },
          },
        },
        pace: {
          description: 'Whether the peer takes what is sent to it.',
          initial: 'keeping',
          states: {
            keeping: {
              description: 'Its send buffer is less than half full.',
              on: { slow: 'slow' },
            },
            slow: {
              description: 'Its send buffer was half full and has not been empty since.',
              tags: 'slow',
              on: { 'caught.up': 'keeping' },
            },
          },
        },
      },
    },
    closing: {
      description: 'What is queued, the close handshake, then the end in any case.',
      tags: 'closing',
      entry: 'sayFarewell',
      after: { closeTimeout: 'closed' },
    },
    closed: {
      description: 'The socket is gone.',
      type: 'final',
    },
  },
});
