import type { FrameSocket, Handshake, Listener, Loss, ReceivedFrame } from '../../environment.ts';
import type { MemoryNetwork } from '../memory-network.ts';

/** What a server does with its connections. */
export interface Service {
  readonly joined: (peer: Peer) => void;
  readonly frames: (peer: Peer, frames: readonly ReceivedFrame[]) => void;
  readonly left: (peer: Peer) => void;
}

/** A connection, as the server sees it. */
export interface Peer {
  readonly socket: FrameSocket;
  readonly handshake: Handshake;
  /** The next message is taken, and then it is reset. */
  doomed: boolean;
}

const MAX_PAYLOAD = 64 * 1024 * 1024;

/** A server of the simulated world, with what can be done to it. */
export class Host {
  readonly name: string;
  readonly address: string;
  readonly peers = new Set<Peer>();
  readonly #network: MemoryNetwork;
  readonly #service: Service;
  #listener: Listener | undefined;
  #frozen = false;
  #stalled = false;
  /** Connections that are made from now on are reset after their first message: all of them, or the next one. */
  #dooms: 'none' | 'next' | 'all' = 'none';

  constructor(name: string, address: string, network: MemoryNetwork, service: Service) {
    this.name = name;
    this.address = address;
    this.#network = network;
    this.#service = service;
  }

  /** Its process runs. */
  get runs(): boolean {
    return this.#listener !== undefined && !this.#frozen;
  }

  async open(): Promise<void> {
    if (this.#listener) return;
    const [host = '', port] = this.address.split(':');
    const request = { host, port: Number(port), maxPayload: MAX_PAYLOAD };
    this.#listener = await this.#network.listen(request, (socket, handshake) => this.#accept(socket, handshake));
  }

  /** Its process dies. */
  die(): void {
    this.heal();
    this.#network.cut(this.address);
    void this.#listener?.close();
    this.#listener = undefined;
  }

  freeze(): void {
    this.#frozen = true;
    this.#network.freeze(this.address);
  }

  /** It reads nothing. */
  stall(): void {
    this.#stalled = true;
    for (const { socket } of this.peers) socket.pause();
  }

  /** Dooms the connections that are there, else the next one; those to come too when `all`. */
  doom(all: boolean): void {
    for (const peer of this.peers) peer.doomed = true;
    if (all) this.#dooms = 'all';
    else if (this.peers.size === 0) this.#dooms = 'next';
  }

  /** Ends `doom`. */
  spare(): void {
    this.#dooms = 'none';
    for (const peer of this.peers) peer.doomed = false;
  }

  close(code: number, reason: string): void {
    for (const { socket } of this.peers) socket.close(code, reason);
  }

  /** Ends what was done to it, also to the network around it. It is not started again. */
  heal(): void {
    this.#network.heal(this.address);
    this.#frozen = false;
    if (this.#stalled) for (const { socket } of this.peers) socket.resume();
    this.#stalled = false;
  }

  #accept(socket: FrameSocket, handshake: Handshake) {
    const peer: Peer = { socket, handshake, doomed: this.#dooms !== 'none' };
    if (this.#dooms === 'next') this.#dooms = 'none';
    this.peers.add(peer);
    if (this.#stalled) socket.pause();
    this.#service.joined(peer);
    return {
      connected: () => {},
      open: () => {},
      frames: (frames: readonly ReceivedFrame[]) => this.#read(peer, frames),
      pong: () => {},
      drained: () => {},
      lost: (_loss: Loss) => this.#leave(peer),
    };
  }

  #read(peer: Peer, frames: readonly ReceivedFrame[]): void {
    if (!peer.doomed) {
      this.#service.frames(peer, frames);
      return;
    }
    this.#leave(peer);
    peer.socket.terminate();
    this.#service.frames(peer, frames.slice(0, 1));
  }

  #leave(peer: Peer): void {
    if (this.peers.delete(peer)) this.#service.left(peer);
  }
}
