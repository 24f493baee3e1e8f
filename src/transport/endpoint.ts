import { Subject } from 'rxjs';
import type { EndpointOptions } from '../config/options.ts';
import type {
  Admission,
  Clock,
  Farewell,
  Frame,
  FrameSocket,
  Handshake,
  Logger,
  PackedFrames,
  ReceivedFrame,
  UpgradeRequest,
} from '../environment.ts';
import { AcceptedPeer } from './accepted-peer.ts';
import { Broadcast } from './broadcast.ts';
import { Entrance, type Refused } from './entrance.ts';
import { LongPauses } from './long-pauses.ts';
import { peerCursor } from './peer-cursor.ts';
import type { Gate } from './peer-gate.ts';
import { ReplayLog } from './replay-log.ts';

/** Close code for a peer whose cursor is not known any more (`replay.on-gap: close`). */
const GAP: Farewell = { code: 4404, reason: 'cursor unknown or too old' };

const FULL: Farewell = { code: 1013, reason: 'too many connections' };

const LEAVING: Farewell = { code: 1001, reason: 'going away' };

const OVERLOADED: Farewell = { code: 1013, reason: 'too slow' };

export interface EndpointCounts {
  /** Peers that are connected. */
  readonly peers: number;
  readonly accepted: number;
  readonly refused: Readonly<Partial<Record<Refused, number>>>;
  /** Peers that were disconnected because they were too slow. */
  readonly slow: number;
  /** Messages that slow peers did not get. */
  readonly dropped: number;
  readonly conflated: number;
  /** Messages for which there was no peer. */
  readonly unheard: number;
  /** Messages of peers that nobody takes. */
  readonly unconsumed: number;
  /** Peers whose cursor was unknown or too old. */
  readonly gaps: number;
  /** Times that no peer was read for 10 s, because a sink had no room. */
  readonly pauses: number;
}

/** Takes what the peers of an endpoint send. */
export type TakeFrames = (frames: readonly ReceivedFrame[], peer: string) => void;

/** The hand of a component that takes what peers send. */
export interface PeerIntake {
  /** Reading is held back while any component asks for it. */
  readonly hold: (held: boolean) => void;
  readonly leave: () => void;
}

export interface EndpointEnvironment {
  readonly clock: Clock;
  readonly now: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * What is served on one path of a listener: its peers, and what the components that use it send and take. It belongs
 * to the pipeline and outlives the actors. Peers are let in once all of its components have started.
 */
export class Endpoint {
  readonly options: EndpointOptions;
  readonly peers = new Map<string, AcceptedPeer>();
  /** Emits when a peer has gone. */
  readonly left$ = new Subject<void>();
  readonly held$ = new Subject<boolean>();
  readonly #environment: EndpointEnvironment;
  readonly #entrance: Entrance;
  /** Components that have not started. */
  #missing: number;
  readonly #takers = new Set<TakeFrames>();
  readonly #holders = new Set<TakeFrames>();
  readonly #pauses: LongPauses;
  readonly #log: ReplayLog | undefined;
  #accepted = 0;
  #slow = 0;
  #gone = { dropped: 0, conflated: 0 };
  #unheard = 0;
  #unconsumed = 0;
  #gaps = 0;

  constructor(options: EndpointOptions, components: number, gate: Gate, environment: EndpointEnvironment) {
    this.options = options;
    this.#missing = components;
    this.#environment = environment;
    this.#pauses = new LongPauses(options.id, environment);
    const { clock, logger } = environment;
    this.#entrance = new Entrance({ endpoint: options, gate, clock, logger });
    const { replay } = options;
    if (replay) this.#log = new ReplayLog({ events: replay['max-events'], bytes: replay['max-bytes'] });
  }

  get counts(): EndpointCounts {
    let { dropped, conflated } = this.#gone;
    for (const { outbox } of this.peers.values()) {
      dropped += outbox.dropped;
      conflated += outbox.conflated;
    }
    return {
      peers: this.peers.size,
      accepted: this.#accepted,
      refused: this.#entrance.refused,
      slow: this.#slow,
      dropped,
      conflated,
      unheard: this.#unheard,
      unconsumed: this.#unconsumed,
      gaps: this.#gaps,
      pauses: this.#pauses.count,
    };
  }

  /** Reading from the peers is held back. */
  get held(): boolean {
    return this.#holders.size > 0;
  }

  /** Keeps messages for peers that come back, so that cursors are worth being told. */
  get replays(): boolean {
    return this.#log !== undefined;
  }

  /** A component has started; the answer is called when it ends. */
  join(): () => void {
    this.#missing -= 1;
    return () => {
      this.#missing += 1;
    };
  }

  /** A component that takes what peers send has started. Several get all of it each. */
  take(frames: TakeFrames): PeerIntake {
    const leave = this.join();
    this.#takers.add(frames);
    return {
      hold: (held) => this.#hold(frames, held),
      leave: () => {
        leave();
        this.#takers.delete(frames);
        this.#hold(frames, false);
      },
    };
  }

  /** Whether a peer may come in, before the upgrade. */
  admit(request: UpgradeRequest): Admission | Promise<Admission> {
    return this.#entrance.admit(request, this.#missing === 0, () => this.peers.size);
  }

  refuse(reason: Refused, status: number): Admission {
    return this.#entrance.refuse(reason, status);
  }

  /** Takes in a peer whose upgrade is done. */
  welcome(id: string, socket: FrameSocket, handshake: Handshake): AcceptedPeer {
    const { clock, now } = this.#environment;
    const peer = new AcceptedPeer({ id, since: now() }, socket, handshake, this.#queueOptions(), () => clock.now());
    this.peers.set(id, peer);
    this.#accepted += 1;
    return peer;
  }

  /** Its actor runs: it is sent what it missed, as far as that is kept. */
  start(peer: AcceptedPeer): void {
    // Between the admission and now others may have come, or a component may have ended.
    if (this.#missing > 0) this.#sendAway(peer, 'unavailable', LEAVING);
    else if (this.#entrance.isOver(this.peers.size)) this.#sendAway(peer, 'limit', FULL);
    else if (this.#log) this.#catchUp(peer, this.#log);
  }

  leave(peer: AcceptedPeer): void {
    if (!this.peers.delete(peer.id)) return;
    peer.outbox.abandon();
    this.#gone.dropped += peer.outbox.dropped;
    this.#gone.conflated += peer.outbox.conflated;
    this.left$.next();
  }

  /** A peer's queue is over its bounds. */
  overflowed(peer: AcceptedPeer): void {
    this.#slow += 1;
    peer.dismiss(OVERLOADED);
  }

  received(frames: readonly ReceivedFrame[], peer: AcceptedPeer): void {
    if (this.#takers.size === 0) this.#unconsumed += frames.length;
    for (const take of this.#takers) take(frames, peer.id);
  }

  /**
   * Queues a turn's messages for every peer, `except` apart. `cursorAt(n)` tells the nth message's cursor to who
   * replays.
   */
  broadcast(
    frames: readonly Frame[] | PackedFrames,
    {
      except,
      cursorAt = none,
    }: { readonly except?: string | undefined; readonly cursorAt?: (index: number) => string | undefined } = {},
  ): void {
    const count = 'memory' in frames ? frames.ends.length - 1 : frames.length;
    if (count === 0) return;
    const receivers = [...this.peers.values()].filter(({ id, state }) => id !== except && state !== 'closing');
    if (receivers.length === 0) this.#unheard += count;
    if (receivers.length === 0 && !this.#log) return;
    const broadcast = new Broadcast(frames);
    this.#log?.append(broadcast.pieces, cursorAt, except);
    for (const peer of receivers) peer.send(broadcast, this.replays);
  }

  /** Queues messages for one peer; false when there is none of that id. */
  send(id: string, frames: readonly Frame[] | PackedFrames): boolean {
    const peer = this.peers.get(id);
    if (!peer || peer.state === 'closing') return false;
    peer.send(new Broadcast(frames));
    return true;
  }

  #sendAway(peer: AcceptedPeer, reason: Refused, farewell: Farewell): void {
    this.refuse(reason, 503);
    peer.dismiss(farewell);
  }

  #hold(holder: TakeFrames, held: boolean): void {
    const before = this.held;
    if (held) this.#holders.add(holder);
    else this.#holders.delete(holder);
    if (this.held === before) return;
    if (held) this.#pauses.begin();
    else this.#pauses.end();
    this.held$.next(held);
  }

  #queueOptions() {
    const { options } = this;
    return {
      messages: options['send-buffer-capacity'],
      bytes: options['send-buffer-bytes'],
      whenFull: options['slow-peer'],
      conflateBy: options['conflate-by'],
    };
  }

  #catchUp(peer: AcceptedPeer, log: ReplayLog): void {
    const cursor = peerCursor(peer.handshake, this.options.cursor);
    if (cursor === undefined) return;
    const from = log.after(cursor);
    if (from !== undefined) peer.replay(log, from);
    else this.#startBehindGap(peer, log, cursor);
  }

  #startBehindGap(peer: AcceptedPeer, log: ReplayLog, cursor: string): void {
    this.#gaps += 1;
    const onGap = this.options.replay?.['on-gap'];
    if (onGap === 'close') {
      peer.dismiss(GAP);
      return;
    }
    if (onGap === 'notify') {
      const gap = { after: cursor, ...(log.oldest === undefined ? {} : { from: log.oldest }) };
      peer.send(new Broadcast([{ data: JSON.stringify({ gap }), binary: false }]));
    }
    peer.replay(log, log.start);
  }
}

function none(): undefined {
  return undefined;
}
