import type { Clock, EncodedFrames, Frame, FrameSocket, PackedFrames, ReceivedFrame } from '../environment.ts';
import { type Progress, progressOf, type Traffic, type Wire } from '../transport/traffic.ts';
import type { Pass } from './dialogue.ts';

/** Edges that a link reports; the connection machine hears nothing else of a socket's traffic. */
export interface LinkEdges {
  readonly pingTaken: () => void;
  readonly pingAnswered: () => void;
  /** May take out some of the frames; the others it passes on. Default: all of them are passed on. */
  readonly route?: (frames: readonly ReceivedFrame[], pass: Pass) => void;
}

/**
 * One socket in use: when something last came in, and whether the heartbeat's question is answered. It turns traffic
 * into edges, one per ping, so that no message goes through a machine.
 */
export class Link implements Wire {
  readonly socket: FrameSocket;
  readonly #clock: Clock;
  readonly #traffic: Traffic;
  readonly #edges: LinkEdges;
  readonly #pass: Pass = (frames) => this.#traffic.frames(frames);
  #fedAt: number;
  /** The latest ping of anyone: in our queue, or out and unanswered. A peer may answer the latest one only. */
  #ping: 'none' | 'queued' | 'out' = 'none';
  /** The heartbeat's question: whether the peer lives. */
  #question: 'none' | 'queued' | 'out' = 'none';
  #questionedAt = 0;
  #progress: Progress = () => false;

  constructor(socket: FrameSocket, clock: Clock, traffic: Traffic, edges: LinkEdges) {
    this.socket = socket;
    this.#clock = clock;
    this.#traffic = traffic;
    this.#edges = edges;
    this.#fedAt = clock.now();
  }

  get queuedBytes(): number {
    return this.socket.queuedBytes;
  }

  get takenBytes(): number {
    return this.socket.takenBytes;
  }

  /** When the last message came, or the watch for them began. */
  get fedAt(): number {
    return this.#fedAt;
  }

  /** Milliseconds since the question left our queue, or the judging of it began anew. */
  get questionAge(): number {
    return this.#clock.now() - this.#questionedAt;
  }

  /** The heartbeat's question is not answered. */
  get asks(): boolean {
    return this.#question !== 'none';
  }

  markFed(): void {
    this.#fedAt = this.#clock.now();
  }

  /** Begins to judge anew whether the peer reads. */
  markProgress(): void {
    this.#progress = progressOf(this.socket);
    this.#questionedAt = this.#clock.now();
  }

  hasProgressed(): boolean {
    return this.#progress();
  }

  frames(frames: readonly ReceivedFrame[]): void {
    this.#fedAt = this.#clock.now();
    if (this.#question === 'out') this.#answered();
    if (this.#edges.route) this.#edges.route(frames, this.#pass);
    else this.#traffic.frames(frames);
  }

  pong(payload: string): void {
    this.#ping = 'none';
    if (this.#question !== 'none') this.#answered();
    this.#traffic.pong(payload);
  }

  write(frames: readonly Frame[] | PackedFrames | EncodedFrames, taken?: () => void): void {
    this.socket.write(frames, taken);
  }

  ping(payload: string, taken?: () => void): void {
    this.#ping = 'queued';
    this.socket.ping(payload, () => {
      if (this.#ping === 'queued') this.#ping = 'out';
      if (this.#question === 'queued') this.#out();
      taken?.();
    });
  }

  /** Asks whether the peer lives. An unanswered ping stands for a new one, unless `insist`: one at a time. */
  ask(payload: string, insist = false): void {
    this.#question = 'queued';
    this.markProgress();
    if (insist || this.#ping === 'none') this.ping(payload);
    else if (this.#ping === 'out') this.#out();
  }

  #out(): void {
    this.#question = 'out';
    this.markProgress();
    this.#edges.pingTaken();
  }

  #answered(): void {
    this.#question = 'none';
    this.#edges.pingAnswered();
  }
}
