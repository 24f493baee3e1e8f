import type { Batch } from '../messages/batch.ts';
import type { FrameEncoder } from '../messages/batch-encoder.ts';
import type { Reject } from '../messages/failure.ts';
import type { Message } from '../messages/message.ts';
import { cursorValue } from '../streams/cursor-trail.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import type { Outlet } from './outlet.ts';

export interface BroadcastOptions {
  readonly endpoint: Endpoint;
  readonly encode: FrameEncoder;
  /** A batch is one frame; else each event is one. */
  readonly framePerBatch: boolean;
  /** The peer that an event came from does not get it back: a relay between peers. */
  readonly exceptOrigin: boolean;
}

/** Sends each batch to every peer of an endpoint. It is settled once it is queued for all of them. */
export function broadcastSink({ endpoint, encode, framePerBatch, exceptOrigin }: BroadcastOptions): Outlet {
  function send(batch: Batch, except?: string): readonly Reject[] {
    const { frames, rejects } = encode(batch);
    if (endpoint.replays) endpoint.broadcast(frames, { except, cursorAt: cursorsOf(batch, rejects) });
    else endpoint.broadcast(frames, { except });
    return rejects;
  }

  /** The cursor of a frame is that of its event, or of the last event of its batch. */
  function cursorsOf(batch: Batch, rejects: readonly Reject[]): (index: number) => string | undefined {
    const { cursor = {} } = endpoint.options;
    const place = { field: cursor['value-field'], pointer: cursor['value-pointer'] };
    const rejected = new Set(rejects.map(({ message }) => message));
    const sent = batch.messages.filter((message) => !rejected.has(message));
    const kept = (framePerBatch ? sent.slice(-1) : sent).map((message) => message.detached());
    return (index) => {
      const message = kept[index];
      return message && cursorValue(message, place);
    };
  }

  return ({ stream, batched, guard, onEnd }) => {
    onEnd(endpoint.join());
    stream.release();
    const reading = stream.chunks$.pipe(batched).subscribe(
      guard((batch: Batch) => {
        const parts = exceptOrigin ? byPeer(batch) : [batch];
        const rejects = parts.flatMap((part) => send(part, exceptOrigin ? peerOf(part.messages[0]) : undefined));
        stream.settle([batch], rejects);
      }),
    );
    onEnd(() => reading.unsubscribe());
  };
}

export function peerOf(message: Message | undefined): string | undefined {
  return message?.attributes['peer.id'];
}

/** Runs of events of one peer each: a turn is one peer's, but a batch may hold several. */
function byPeer(batch: Batch): readonly Batch[] {
  const runs: Message[][] = [];
  for (const message of batch.messages) {
    const run = runs.at(-1);
    if (run && peerOf(run[0]) === peerOf(message)) run.push(message);
    else runs.push([message]);
  }
  if (runs.length < 2) return [batch];
  return runs.map((messages) => ({ through: batch.through, messages, reason: batch.reason }));
}
