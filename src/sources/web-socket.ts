import { isUtf8 } from 'node:buffer';
import type { Logger, ReceivedFrame } from '../environment.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import type { Traffic } from '../transport/traffic.ts';

/**
 * A client's messages become events, a chunk per read turn. A binary frame that is not UTF-8 cannot be text: it is
 * counted as rejected and logged.
 */
export function webSocketSource(stream: SourceStream, logger: Pick<Logger, 'error'>): Traffic {
  function takeText(frames: readonly ReceivedFrame[]): void {
    const text = frames.filter(isText);
    stream.reject(frames.length - text.length);
    logger.error({ source: stream.name }, 'rejected: a binary frame is not UTF-8');
    stream.receive(text);
  }

  return {
    live: () => {},
    frames: (frames) => (frames.every(isText) ? stream.receive(frames) : takeText(frames)),
    pong: () => {},
    drained: () => {},
    lost: () => {},
    owing: false,
  };
}

/** Text frames have been checked below this level (RFC 6455, section 8.1). */
function isText({ binary, data }: ReceivedFrame): boolean {
  return !binary || isUtf8(data);
}
