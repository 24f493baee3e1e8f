import type { Clock, Frame, PackedFrames, ReceivedFrame } from '../environment.ts';
import type { Batch } from '../messages/batch.ts';
import type { Reject } from '../messages/failure.ts';
import type { Bound } from '../streams/chunk-queue.ts';
import type { Guard, Wire } from '../transport/traffic.ts';

/** A batch on its way to the peer, and what of it could not be written. */
export interface Sent {
  readonly batch: Batch;
  readonly rejects: readonly Reject[];
  /** What it takes of the window. */
  readonly events: number;
  readonly bytes: number;
  /** What the reply to it holds; without one it needs none. Read at level `reply` only. */
  readonly key?: string | undefined;
}

/** One write, and what it is made of, in order. */
export interface Outgoing {
  readonly frames: readonly Frame[] | PackedFrames;
  readonly sent: readonly Sent[];
}

export interface AcknowledgementOptions {
  /** What may be unacknowledged. */
  readonly window: Bound;
  /** Milliseconds that an acknowledgement may take. */
  readonly timeout: number;
  /** Milliseconds after which the heartbeat ends a silent connection; none when it is off. */
  readonly heartbeat: number | undefined;
  /** Acknowledged, in order. */
  readonly settle: (sent: readonly Sent[]) => void;
  /** There may be room again although nothing was settled. */
  readonly room: () => void;
  /** The peer does not acknowledge in time; the message says what. */
  readonly overdue: (message: string) => void;
  readonly clock: Clock;
}

/** When what was sent counts as delivered: one level of the option `ack`. It outlives the connections. */
export interface Acknowledgement {
  /** The first that is not acknowledged. */
  readonly first: Sent | undefined;
  /** No more may be sent before something is acknowledged. */
  readonly full: boolean;
  live(wire: Wire, guard: Guard): void;
  /** Writes to the live connection. */
  send(outgoing: Outgoing): void;
  pong(payload: string): void;
  /** Takes the messages that acknowledge something, and answers with the others. */
  take(frames: readonly ReceivedFrame[]): readonly ReceivedFrame[];
  /** Reading has paused or goes on. Meanwhile nothing is judged; afterwards the time starts anew. */
  pause(paused: boolean): void;
  /** The connection is gone. What was not acknowledged will be sent again. */
  lost(): void;
}
