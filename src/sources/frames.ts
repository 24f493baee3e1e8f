import type { ReceivedFrame } from '../environment.ts';
import type { Fault } from '../messages/failure.ts';
import type { Attributes } from '../messages/message.ts';
import { OPCODE } from '../messages/payload.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import { expectsText, isText, receiveSound } from './sound.ts';

/** What the events of a binary frame say. */
export const BINARY: Attributes = Object.freeze({ [OPCODE]: 'binary' });
export const NOT_UTF8: Fault = { code: 'utf8', message: 'a binary frame is not UTF-8' };

/**
 * Hands on the frames of one read turn; `attributes` are those of all of them. A binary frame has the attribute
 * `opcode: binary`. One that is not UTF-8 fails where text or JSON is expected, and the rest goes on.
 */
export function receiveFrames(
  stream: Pick<SourceStream, 'encoding' | 'receive' | 'fail'>,
  frames: readonly ReceivedFrame[],
  attributes?: Attributes,
): void {
  if (!frames.some(({ binary }) => binary)) {
    stream.receive(frames, attributes);
    return;
  }
  // Text frames have been checked below this level (RFC 6455, section 8.1).
  const text = expectsText(stream);
  const isSound = ({ data, binary }: ReceivedFrame) => !text || !binary || isText(data);
  // What all of a turn have in common lets it be packed.
  if (frames.every((frame) => frame.binary && isSound(frame))) {
    stream.receive(frames, { ...attributes, ...BINARY });
    return;
  }
  const received = frames.map((frame) => (frame.binary ? { ...frame, attributes: BINARY } : frame));
  receiveSound(stream, received, isSound, NOT_UTF8, attributes);
}
