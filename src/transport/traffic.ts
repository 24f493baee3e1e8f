import type { FrameSocket, ReceivedFrame } from '../environment.ts';

/** Wraps a handler so that what it throws is a crash of its actor, and nothing happens once the actor has ended. */
export type Guard = <Args extends unknown[]>(handler: (...args: Args) => void) => (...args: Args) => void;

/** What a component may do with a live connection. */
export type Wire = Pick<FrameSocket, 'write' | 'ping' | 'queuedBytes' | 'takenBytes'>;

/** Whether the peer has made room since it was asked: a slow one is not a dead one. */
export type Progress = () => boolean;

/**
 * Bytes that had to wait have left since. What the system takes at once proves nothing: it takes some megabytes for a
 * peer that has stopped reading.
 */
export function progressOf(wire: Wire): Progress {
  const { queuedBytes, takenBytes } = wire;
  return () => queuedBytes > 0 && wire.takenBytes > takenBytes;
}

/** What a component does with a connection's frames. The connection tells it; it never asks. */
export interface Traffic {
  /** The connection is live: from here on this socket may be written to. */
  live(wire: Wire, guard: Guard): void;
  /** All frames of one read turn. */
  frames(frames: readonly ReceivedFrame[]): void;
  pong(payload: string): void;
  /** The socket asked to wait and has room again. */
  drained(): void;
  /**
   * The socket is gone; what it had not acknowledged is not. `closeCode`: the peer's, when its close frame ended it
   * (1005: one without a code).
   */
  lost(closeCode?: number): void;
  /** Something that was handed to this component is not acknowledged. */
  readonly owing: boolean;
}

/** What a component that writes tells of its connection: edges, never a message. */
export interface TrafficEdges {
  /** The peer does not acknowledge what was sent: the connection must be dialled anew. */
  unacknowledged(message: string): void;
  /** There has been no room for more, for a while. */
  blocked(): void;
  unblocked(): void;
  /** The first event in line was given up, so that the rest can go on. */
  rejected(): void;
}
