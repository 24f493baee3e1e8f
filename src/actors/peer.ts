import { type AnyActorLogic, sendParent } from 'xstate';
import { type PeerCommand, type PeerInput, peerMachine } from '../../machines/peer.ts';
import type { Environment, Farewell } from '../environment.ts';
import type { AcceptedPeer, PeerWord } from '../transport/accepted-peer.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import type { Traffic } from '../transport/traffic.ts';
import { contained } from './contained.ts';
import { History } from './history.ts';
import { Link } from './link.ts';
import { resource } from './resource.ts';
import { statePaths } from './state-paths.ts';

export interface PeerActorsOptions {
  /** Path of the listener in the tree. */
  readonly listener: string;
  readonly endpoint: Endpoint;
  readonly environment: Environment;
  readonly histories: PeerHistories;
}

/** What the peers of a listener have been through, while they are connected. */
export type PeerHistories = WeakMap<AcceptedPeer, History>;

/** Makes the actors of an endpoint's peers. `id`: its path in the tree; `gone` runs when its socket is. */
export type PeerActors = (peer: AcceptedPeer, id: string, gone: () => void) => AnyActorLogic;

/** A peer whose actor is made; its link is there while the socket is. */
interface Watched {
  readonly peer: AcceptedPeer;
  readonly id: string;
  readonly gone: () => void;
  link?: Link;
}

const WORDS: readonly PeerWord[] = ['closing', 'slow', 'idle', 'live'];

/**
 * Binds the peer machine to the connections of an endpoint, once for all of them: a machine of its own for each peer
 * would take 60 kB and a millisecond, measured.
 */
export function createPeerActors({ listener, endpoint, environment, histories }: PeerActorsOptions): PeerActors {
  const { clock, now, logger } = environment;
  const { heartbeat, 'idle-timeout': idleTimeout = 0 } = endpoint.options;
  const pingTimeout = heartbeat ? heartbeat.timeout : 0;
  const payload = heartbeat ? (heartbeat.payload ?? '') : '';
  const watched = new Map<string, Watched>();

  function of({ context }: { context: { settings: PeerInput } }): Watched | undefined {
    return watched.get(context.settings.peer);
  }

  function usedAt(each: Watched | undefined): number {
    return Math.max(each?.link?.fedAt ?? 0, each?.peer.sentAt ?? 0);
  }

  /** Milliseconds that an unanswered ping may still take. */
  function patienceOf(each: Watched | undefined): number {
    return pingTimeout - (each?.link?.questionAge ?? 0);
  }

  function fieldsOf(each: Watched | undefined) {
    return { listener, peer: each?.peer.id, address: each?.peer.handshake.remoteAddress };
  }

  const socket = resource<PeerCommand, { peer: string }>(({ input, sendBack, receive, guard, onEnd }) => {
    const each = watched.get(input.peer);
    if (!each) throw new Error(`there is no peer ${input.peer}`);
    const { peer, gone } = each;
    const link = new Link(peer.socket, clock, trafficOf(peer, endpoint), {
      pingTaken: () => {},
      pingAnswered: () => sendBack({ type: 'ping.answered' }),
    });
    each.link = link;
    peer.dismiss = (farewell) => sendBack({ type: 'dismiss', farewell });
    peer.outbox.watch({
      slow: () => sendBack({ type: 'slow' }),
      caughtUp: () => sendBack({ type: 'caught.up' }),
      overflowed: () => endpoint.overflowed(peer),
    });

    function follow(held: boolean): void {
      if (held) peer.socket.pause();
      else peer.socket.resume();
      sendBack({ type: held ? 'pause' : 'resume' });
    }
    if (endpoint.held) peer.socket.pause();
    const holding = endpoint.held$.subscribe(guard(follow));

    receive((command) => {
      if (command.type === 'ping') link.ask(payload);
      else {
        const { code, reason } = command.farewell;
        // While reading is held its answer is not read either: who is sent away must not get past the bounds by that.
        peer.outbox.finish(() => peer.socket.close(code, reason));
      }
    });
    onEnd(() => {
      holding.unsubscribe();
      peer.socket.terminate();
      endpoint.leave(peer);
      watched.delete(peer.id);
      gone();
    });
    peer.tell({
      connected: () => {},
      open: () => {},
      frames: guard((frames) => link.frames(frames)),
      pong: guard((answer) => link.pong(answer)),
      drained: () => {},
      lost: guard((loss) => {
        logger.debug({ ...fieldsOf(each), loss }, 'peer gone');
        sendBack({ type: 'socket.lost' });
      }),
    });
    endpoint.start(peer);
  });

  const machine = peerMachine.provide({
    actors: { socket },
    actions: {
      announceReady: sendParent((args) => ({ type: 'child.ready', id: of(args)?.id ?? '' })),
      markProgress: (args) => of(args)?.link?.markProgress(),
      markUsed: (args) => of(args)?.link?.markFed(),
      warnSilence: (args) =>
        logger.warn(fieldsOf(of(args)), 'the peer does not answer pings (heartbeat.action: log-only)'),
      logSilence: (args) =>
        logger.warn(fieldsOf(of(args)), 'the peer did not answer a ping within heartbeat.timeout: terminated'),
    },
    guards: {
      isHeld: () => endpoint.held,
      hasProgressed: (args) => of(args)?.link?.hasProgressed() ?? false,
      isTooEarly: (args) => patienceOf(of(args)) > 0,
      wasLoopBlocked: (args) => (of(args)?.link?.questionAge ?? 0) > pingTimeout * 1.5,
      wasUsed: (args) => clock.now() - usedAt(of(args)) < idleTimeout,
    },
    delays: {
      // A ping that is sent in the same transition has not begun to wait yet.
      pingRemaining: (args) => {
        const patience = patienceOf(of(args));
        return patience > 0 ? patience : pingTimeout;
      },
      idleRemaining: (args) => usedAt(of(args)) + idleTimeout - clock.now(),
    },
  });

  return (peer, id, gone) => {
    const history = new History(now);
    watched.set(peer.id, { peer, id, gone });
    histories.set(peer, history);
    return contained(machine, {
      input: peerInput(peer, endpoint.options),
      observe: (snapshot, event) => {
        const isSentAway = snapshot.hasTag('closing') && peer.state !== 'closing';
        history.record(
          event,
          statePaths(snapshot.value),
          isSentAway ? describeFarewell(snapshot.context.farewell) : undefined,
        );
        peer.state = WORDS.find((word) => snapshot.hasTag(word)) ?? 'closing';
      },
    });
  };
}

function describeFarewell({ code, reason }: Farewell): string {
  return `sent away with ${code}: ${reason}`;
}

function trafficOf(peer: AcceptedPeer, endpoint: Endpoint): Traffic {
  return {
    live: () => {},
    frames: (frames) => endpoint.received(frames, peer),
    pong: () => {},
    drained: () => {},
    lost: () => {},
    owing: false,
  };
}

function peerInput(peer: AcceptedPeer, options: Endpoint['options']): PeerInput {
  const { heartbeat } = options;
  return {
    peer: peer.id,
    address: peer.handshake.remoteAddress,
    pingInterval: heartbeat ? heartbeat['ping-interval'] : null,
    pingTimeout: heartbeat ? heartbeat.timeout : 0,
    logOnly: heartbeat ? heartbeat.action === 'log-only' : false,
    idleTimeout: options['idle-timeout'] ?? null,
    closeTimeout: options['close-timeout'],
  };
}
