import { Broadcast, type Piece } from '../../src/transport/broadcast.ts';
import { decodeFrames } from '../../src/transport/encoded-frames.ts';

/** A turn of text messages. */
export function turn(...texts: string[]): Broadcast {
  return new Broadcast(texts.map((data) => ({ data, binary: false })));
}

/** One text message, which is two bytes longer on the wire when it is short. */
export function piece(text: string): Piece {
  const [only] = turn(text).pieces;
  if (!only) throw new Error('a turn of one message has one piece');
  return only;
}

/** What messages say. */
export function said(pieces: readonly Piece[]): string[] {
  return pieces.flatMap((each) => decodeFrames(each).map(({ data }) => data.toString()));
}
