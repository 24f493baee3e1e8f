import type { Observable } from 'rxjs';
import { resource } from './resource.ts';

/** Something that has to be read or bound before others can use it. */
export interface Opened {
  open(): Promise<void>;
  close(): Promise<void>;
  /** It cannot be used any longer. */
  readonly failed$?: Observable<unknown>;
}

/** Holds it open from the start to the end of a pipeline: ready once it is open, ended once it is closed. */
export function openedActor(id: string, opened: Opened) {
  return resource(({ sendBack, receive, guard, onEnd }) => {
    const failed = guard((cause: unknown) => sendBack({ type: 'child.ended', id, outcome: 'failed', cause }));
    const ended = guard(() => sendBack({ type: 'child.ended', id, outcome: 'ended', cause: null }));
    const failures = opened.failed$?.subscribe(failed);
    receive((event) => {
      if (event.type === 'stop') opened.close().then(ended, failed);
    });
    opened.open().then(
      guard(() => sendBack({ type: 'child.ready', id })),
      failed,
    );
    onEnd(() => {
      failures?.unsubscribe();
      // Who is stopped at once has nobody left to tell.
      void opened.close().catch(() => {});
    });
  });
}
