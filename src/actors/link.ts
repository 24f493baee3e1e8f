import type { Clock, FrameSocket, ReceivedFrame } from '../environment.ts';
import type { Traffic } from '../transport/traffic.ts';

/** Edges that a link reports; the connection machine hears nothing else of a socket's traffic. */
export interface LinkEdges {
  readonly pingTaken: () => void;
  readonly pingAnswered: () => void;
}

/**
 * One socket in use: when something last came in, and whether the heartbeat's ping is answered. It turns traffic into
 * edges, one per ping, so that no message goes through a machine.
 */
export class Link {
  readonly socket: FrameSocket;
  readonly #clock: Clock;
  readonly #traffic: Traffic;
  readonly #edges: LinkEdges;
  #fedAt: number;
  /** The heartbeat's question: asked, out of our queue, answered. */
  #question: 'none' | 'queued' | 'out' = 'none';
  #questionedAt = 0;
  /** Our ping has no pong yet. A peer that only queues pongs must not get a second. */
  #unanswered = false;
  #takenMark = -1;

  constructor(socket: FrameSocket, clock: Clock, traffic: Traffic, edges: LinkEdges) {
    this.socket = socket;
    this.#clock = clock;
    this.#traffic = traffic;
    this.#edges = edges;
    this.#fedAt = clock.now();
  }

  /** When the last message came, or the watch for them began. */
  get fedAt(): number {
    return this.#fedAt;
  }

  /** The heartbeat's ping left our queue this long ago. */
  get questionAge(): number {
    return this.#clock.now() - this.#questionedAt;
  }

  markFed(): void {
    this.#fedAt = this.#clock.now();
  }

  frames(frames: readonly ReceivedFrame[]): void {
    this.#fedAt = this.#clock.now();
    this.#heard();
    this.#traffic.frames(frames);
  }

  pong(payload: string): void {
    this.#unanswered = false;
    this.#heard();
    this.#traffic.pong(payload);
  }

  /** Asks the peer for a sign of life. An unanswered ping of ours stands for the new one, unless `insist`. */
  ping(payload: string, insist = false): void {
    this.#question = 'queued';
    this.#takenMark = this.socket.takenBytes;
    if (!insist && (this.#unanswered || this.#traffic.awaitsPong)) {
      this.#out();
      return;
    }
    this.#unanswered = true;
    this.socket.ping(payload, () => this.#out());
  }

  /** The system took bytes of ours since this was last asked: the peer reads, however slowly. */
  hasProgressed(): boolean {
    const before = this.#takenMark;
    this.#takenMark = this.socket.takenBytes;
    return this.#takenMark > before;
  }

  #out(): void {
    if (this.#question !== 'queued') return;
    this.#question = 'out';
    this.#questionedAt = this.#clock.now();
    this.#edges.pingTaken();
  }

  #heard(): void {
    if (this.#question !== 'out') return;
    this.#question = 'none';
    this.#edges.pingAnswered();
  }
}
