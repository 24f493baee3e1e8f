import type { EncodedFrames, FrameSocket } from '../environment.ts';
import type { Broadcast } from './broadcast.ts';
import type { ReplayLog } from './replay-log.ts';
import { SendQueue, type SendQueueOptions } from './send-queue.ts';

/** Bytes that are read from a replay log for one write. */
const REPLAY_WRITE = 256 * 1024;

/** Edges of a peer's pace. */
export interface OutboxEdges {
  /** Its queue is half full. */
  readonly slow: () => void;
  /** Its queue is empty again. */
  readonly caughtUp: () => void;
  /** It has no room and is to be disconnected; nothing is sent any more. The last edge. */
  readonly overflowed: () => void;
}

/** A peer's place in a log. */
interface Replay {
  readonly log: ReplayLog;
  readonly peer: string;
  next: number;
  /** Where it ends; without it, once the peer has caught up with what comes live. */
  until?: number;
}

const NO_EDGES: OutboxEdges = { slow: nothing, caughtUp: nothing, overflowed: nothing };

/**
 * What is sent to one peer. While the system takes its bytes a turn is one write of memory that all peers share; once it
 * does not, messages wait here within bounds. At most one write is under way, so the bounds hold and pongs come
 * between two writes.
 */
export class PeerOutbox {
  readonly #socket: Pick<FrameSocket, 'write'>;
  readonly #queue: SendQueue;
  #edges = NO_EDGES;
  /** Behind the live messages, and reading from there. A write is under way as long. */
  #replay: Replay | undefined;
  #writing = false;
  #slow = false;
  /** No more is taken; runs when all has left. */
  #finished: (() => void) | undefined;

  constructor(socket: Pick<FrameSocket, 'write'>, options: SendQueueOptions) {
    this.#socket = socket;
    this.#queue = new SendQueue(options);
  }

  /** Messages that wait. */
  get queued(): number {
    return this.#queue.length;
  }

  get dropped(): number {
    return this.#queue.dropped;
  }

  get conflated(): number {
    return this.#queue.conflated;
  }

  watch(edges: OutboxEdges): void {
    this.#edges = edges;
  }

  /** `logged`: a log has it too, and a peer that is still behind in that finds it there. */
  send(broadcast: Broadcast, logged = false): void {
    if (this.#finished || (logged && this.#replay)) return;
    if (this.#writing) this.#enqueue(broadcast);
    else this.#write([broadcast.whole]);
  }

  /** Sends what the log has from a position on, then what comes live. What comes from `peer` itself is left out. */
  replay(log: ReplayLog, from: number, peer: string): void {
    this.#replay = { log, peer, next: from };
    this.#advance();
  }

  /** Takes no more; `then` runs once the system has taken what waits. */
  finish(then: () => void): void {
    this.#finished = then;
    if (this.#replay) this.#replay.until = this.#replay.log.end;
    this.#advance();
  }

  /** Drops what waits: nobody will read it. */
  abandon(): void {
    this.#replay = undefined;
    this.#queue.clear();
  }

  #enqueue({ pieces }: Broadcast): void {
    const refused = pieces.findIndex((piece) => !this.#queue.push(piece));
    if (refused >= 0) {
      this.#overflow(pieces.length - refused);
    } else if (!this.#slow && this.#queue.halfFull) {
      this.#slow = true;
      this.#edges.slow();
    }
  }

  #overflow(missed: number): void {
    const { overflowed } = this.#edges;
    this.#edges = NO_EDGES;
    this.#queue.miss(missed);
    this.abandon();
    this.#finished ??= nothing;
    overflowed();
  }

  #write(frames: readonly EncodedFrames[]): void {
    this.#writing = true;
    for (const [index, each] of frames.entries()) {
      if (index < frames.length - 1) this.#socket.write(each);
      else this.#socket.write(each, () => this.#taken());
    }
  }

  #taken(): void {
    this.#writing = false;
    this.#advance();
  }

  #advance(): void {
    if (this.#writing) return;
    const next = this.#nextPieces();
    if (next.length > 0) this.#write(next);
    else this.#left();
    if (!this.#slow || this.#queue.length > 0) return;
    this.#slow = false;
    this.#edges.caughtUp();
  }

  #left(): void {
    const finished = this.#finished;
    if (!finished) return;
    this.#finished = nothing;
    finished();
  }

  #nextPieces(): readonly EncodedFrames[] {
    const replay = this.#replay;
    if (!replay) return this.#queue.takeAll();
    const { log, peer } = replay;
    const end = replay.until ?? log.end;
    if (!this.#skip(replay, Math.min(log.start, end))) return [];
    const read = log.read(replay.next, REPLAY_WRITE).slice(0, end - replay.next);
    replay.next += read.length;
    if (replay.next === end) this.#replay = undefined;
    const pieces = read.filter(({ except }) => except !== peer).map(({ piece }) => piece);
    return pieces.length > 0 ? pieces : this.#nextPieces();
  }

  /** When the log has moved on past what this peer still had to read. False when that ends the connection. */
  #skip(replay: Replay, to: number): boolean {
    const missed = Math.max(0, to - replay.next);
    if (missed > 0 && this.#queue.disconnects) {
      this.#overflow(missed);
      return false;
    }
    this.#queue.miss(missed);
    replay.next += missed;
    return true;
  }
}

function nothing(): void {}
