import type { SourceStream } from '../streams/source-stream.ts';
import type { Traffic } from '../transport/traffic.ts';
import { receiveFrames } from './frames.ts';
import type { RecordIntake } from './record-intake.ts';

/** A client's messages become events, a chunk per read turn. Without an intake each is passed on as it came. */
export function webSocketSource(stream: SourceStream, intake?: RecordIntake): Traffic {
  return {
    live: () => {},
    frames: (frames) => (intake ? intake.receive(frames) : receiveFrames(stream, frames)),
    pong: () => {},
    drained: () => {},
    // What comes next is of the next connection, also before that is live.
    lost: () => intake?.connected(),
    owing: false,
  };
}
