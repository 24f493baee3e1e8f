import { isUtf8 } from 'node:buffer';
import type { ReceivedFrame } from '../environment.ts';
import type { Attributes } from '../messages/message.ts';
import { OPCODE } from '../messages/payload.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { receiveFrames } from './frames.ts';
import type { Intake } from './intake.ts';
import type { RecordIntake } from './record-intake.ts';
import { expectsText } from './sound.ts';

/** Where peers send. */
type Peers = Pick<Endpoint, 'take'>;

/** What the peers of an endpoint send becomes events, a chunk per read turn. Without an intake it stays as it came. */
export function peersSource(endpoint: Peers, records?: RecordIntake): Intake {
  return intake(endpoint, (stream, frames, peer) => {
    if (records) records.receive(frames, { 'peer.id': peer });
    else receiveFrames(stream, frames, { 'peer.id': peer });
  });
}

/** The same of a relay, whose events say their side. */
export function relaySource(endpoint: Peers): Intake {
  return intake(endpoint, (stream, frames, peer) => relayFrames(stream, frames, { side: 'peer', 'peer.id': peer }));
}

/** Hands on what a relay received. A binary frame that is no text is passed on all the same: as bytes. */
export function relayFrames(stream: SourceStream, frames: readonly ReceivedFrame[], attributes: Attributes): void {
  if (!expectsText(stream) || !frames.some(isBytes)) {
    receiveFrames(stream, frames, attributes);
    return;
  }
  const received = frames.map((frame) => ({
    data: frame.data,
    ...(frame.binary ? { attributes: { [OPCODE]: 'binary' } } : {}),
    ...(isBytes(frame) ? { encoding: 'binary' as const } : {}),
  }));
  stream.receive(received, attributes);
}

function isBytes({ binary, data }: ReceivedFrame): boolean {
  return binary && !isUtf8(data);
}

type Receive = (stream: SourceStream, frames: readonly ReceivedFrame[], peer: string) => void;

function intake(endpoint: Peers, receive: Receive): Intake {
  return ({ stream, onEnd }) => {
    const peers = endpoint.take((frames, peer) => receive(stream, frames, peer));
    onEnd(() => peers.leave());
    peers.hold(stream.held);
    const holding = stream.held$.subscribe((held) => peers.hold(held));
    onEnd(() => holding.unsubscribe());
  };
}
