import type { SourceStream } from '../streams/source-stream.ts';
import type { Traffic } from '../transport/traffic.ts';

/** A client's messages become events, a chunk per read turn. */
export function webSocketSource(stream: SourceStream): Traffic {
  return {
    live: () => {},
    frames: (frames) => stream.receive(frames),
    pong: () => {},
    drained: () => {},
    lost: () => {},
    owing: false,
  };
}
