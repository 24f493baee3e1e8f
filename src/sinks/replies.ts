import type { Batch } from '../messages/batch.ts';
import type { FrameEncoder } from '../messages/batch-encoder.ts';
import type { Reject } from '../messages/failure.ts';
import type { Message } from '../messages/message.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { peerOf } from './broadcast.ts';
import type { Outlet } from './outlet.ts';

/** Sends each event to the peer that it names. It is settled once it is queued for it; without the peer it fails. */
export function replySink(endpoint: Endpoint, encode: FrameEncoder): Outlet {
  function answer(message: Message, batch: Batch): readonly Reject[] {
    const { frames, rejects } = encode({ through: batch.through, messages: [message], reason: batch.reason });
    if (rejects.length > 0) return rejects;
    const peer = peerOf(message);
    if (peer === undefined) return [reject(message, 'it has no attribute peer.id')];
    return endpoint.send(peer, frames) ? [] : [reject(message, `peer ${peer} is gone or unknown`)];
  }

  return ({ stream, batched, guard, onEnd }) => {
    onEnd(endpoint.join());
    stream.release();
    const reading = stream.chunks$.pipe(batched).subscribe(
      guard((batch: Batch) =>
        stream.settle(
          [batch],
          batch.messages.flatMap((message) => answer(message, batch)),
        ),
      ),
    );
    onEnd(() => reading.unsubscribe());
  };
}

function reject(message: Message, reason: string): Reject {
  return { message, error: { code: 'peer', message: `a reply cannot be sent: ${reason}` } };
}
