import type { FrameSocket, ReceivedFrame } from '../environment.ts';

/** Wraps a handler so that what it throws is a crash of its actor, and nothing happens once the actor has ended. */
export type Guard = <Args extends unknown[]>(handler: (...args: Args) => void) => (...args: Args) => void;

/** What a component does with a connection's frames. The connection tells it; it never asks. */
export interface Traffic {
  /** The connection is live: from here on this socket may be written to. */
  live(socket: FrameSocket, guard: Guard): void;
  /** All frames of one read turn. */
  frames(frames: readonly ReceivedFrame[]): void;
  pong(payload: string): void;
  /** The socket asked to wait and has room again. */
  drained(): void;
  /** The socket is gone; what it had not acknowledged is not. */
  lost(): void;
  /** Something that was handed to this component is not acknowledged. */
  readonly owing: boolean;
  /** A ping of this component is unanswered: it proves the peer's life as well as another would. */
  readonly awaitsPong: boolean;
}
