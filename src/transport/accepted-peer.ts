import type { Farewell, FrameSocket, Handshake, Loss, ReceivedFrame, SocketEvents } from '../environment.ts';
import type { Broadcast } from './broadcast.ts';
import { PeerOutbox } from './peer-outbox.ts';
import type { ReplayLog } from './replay-log.ts';
import type { SendQueueOptions } from './send-queue.ts';

/** A peer in one word. */
export type PeerWord = 'live' | 'slow' | 'idle' | 'closing';

export interface PeerStatus {
  /** What the attribute `peer.id` of its events says. */
  readonly id: string;
  readonly address: string;
  readonly state: PeerWord;
  /** Wall clock of the upgrade, in milliseconds since the epoch. */
  readonly since: number;
  /** Messages that wait for it. */
  readonly queued: number;
  readonly dropped: number;
  readonly conflated: number;
}

/** One accepted connection as the data plane sees it. Its actor, which judges it, is told of the socket's events. */
export class AcceptedPeer implements SocketEvents {
  readonly id: string;
  readonly socket: FrameSocket;
  readonly handshake: Handshake;
  readonly since: number;
  readonly outbox: PeerOutbox;
  readonly #now: () => number;
  #events: SocketEvents | undefined;
  #loss: Loss | undefined;
  #sentAt: number;
  state: PeerWord = 'live';
  /** Asks its actor to say goodbye. */
  dismiss: (farewell: Farewell) => void = () => this.socket.terminate();

  constructor(
    identity: { readonly id: string; readonly since: number },
    socket: FrameSocket,
    handshake: Handshake,
    queue: SendQueueOptions,
    /** Monotonic. */
    now: () => number,
  ) {
    this.id = identity.id;
    this.since = identity.since;
    this.socket = socket;
    this.handshake = handshake;
    this.#now = now;
    this.#sentAt = now();
    this.outbox = new PeerOutbox({ write: (...written) => this.#write(...written) }, queue);
  }

  /** When something was last sent to it, or queued for it. */
  get sentAt(): number {
    return this.#sentAt;
  }

  get status(): PeerStatus {
    const { queued, dropped, conflated } = this.outbox;
    const { id, state, since, handshake } = this;
    return { id, address: handshake.remoteAddress, state, since, queued, dropped, conflated };
  }

  /** `logged` as for the outbox. */
  send(broadcast: Broadcast, logged?: boolean): void {
    this.#sentAt = this.#now();
    this.outbox.send(broadcast, logged);
  }

  replay(log: ReplayLog, from: number): void {
    this.outbox.replay(log, from, this.id);
  }

  /** Its actor listens. A socket that was lost before that is told of now. */
  tell(events: SocketEvents): void {
    this.#events = events;
    if (this.#loss) events.lost(this.#loss);
  }

  connected(): void {}
  open(): void {}

  frames(frames: readonly ReceivedFrame[]): void {
    this.#events?.frames(frames);
  }

  pong(payload: string): void {
    this.#events?.pong(payload);
  }

  drained(): void {
    this.#events?.drained();
  }

  lost(loss: Loss): void {
    this.#loss = loss;
    this.#events?.lost(loss);
  }

  #write(...written: Parameters<FrameSocket['write']>): void {
    this.#sentAt = this.#now();
    this.socket.write(...written);
  }
}
