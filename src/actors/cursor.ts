import type { Cursor } from '../store/cursor.ts';
import { resource } from './resource.ts';

/** Keeps a cursor's file from the start to the end of a pipeline: ready once it is read, ended once it is written. */
export function cursorActor(id: string, cursor: Cursor) {
  return resource(({ sendBack, receive, guard, onEnd }) => {
    const failed = guard((cause: unknown) => sendBack({ type: 'child.ended', id, outcome: 'failed', cause }));
    const ended = guard(() => sendBack({ type: 'child.ended', id, outcome: 'ended', cause: null }));
    receive((event) => {
      if (event.type === 'stop') cursor.close().then(ended, failed);
    });
    cursor.open().then(
      guard(() => sendBack({ type: 'child.ready', id })),
      failed,
    );
    // Who is stopped at once has nobody left to tell.
    onEnd(() => void cursor.close().catch(() => {}));
  });
}
