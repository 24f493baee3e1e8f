import type { Intake } from '../sources/intake.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import { resource } from './resource.ts';

/** A source that is no connection, as an actor: reports that it is ready, and how it ended. */
export function sourceActor(id: string, stream: SourceStream, intake: Intake) {
  return resource(({ sendBack, receive, guard, onEnd }) => {
    function end(outcome: 'ended' | 'failed', cause: unknown): void {
      if (outcome === 'ended') stream.end();
      sendBack({ type: 'child.ended', id, outcome, cause });
    }

    receive((event) => {
      if (event.type === 'stop') end('ended', null);
    });
    sendBack({ type: 'child.ready', id });
    intake({
      stream,
      ended: () => end('ended', null),
      failed: (cause) => end('failed', cause),
      guard,
      onEnd,
    });
  });
}
