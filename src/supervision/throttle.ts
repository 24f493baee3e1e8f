import { Observable } from 'rxjs';
import type { Clock } from '../environment.ts';
import type { SupervisorStatus } from './status.ts';

/** Least milliseconds between two statuses that differ in counters only. */
const COUNTER_INTERVAL = 250;
/** A status that takes longer than so many milliseconds to be told, as that of a thousand components does, is dear. */
const CHEAP = 1;
/** What is dear is followed by a rest of so many times its length: of a turmoil not every edge is told. */
const REST = 20;

export interface ThrottleOptions {
  readonly clock: Clock;
  /** Something other than a counter has changed. */
  readonly edges$: Observable<void>;
  readonly read: () => SupervisorStatus;
  readonly ended: () => boolean;
}

/**
 * The status at once and at every edge, as long as that is cheap; counters are looked at in an interval, while somebody
 * listens.
 */
export function throttledStatus({ clock, edges$, read, ended }: ThrottleOptions): Observable<SupervisorStatus> {
  return new Observable((subscriber) => {
    let shown = '';
    let timer: unknown;
    let late: unknown;
    let restUntil = 0;
    let due = false;

    function show(): void {
      const began = clock.now();
      const status = read();
      const text = JSON.stringify(status);
      if (text !== shown) {
        shown = text;
        subscriber.next(status);
      }
      const took = clock.now() - began;
      restUntil = took > CHEAP ? clock.now() + took * REST : 0;
    }

    function look(): void {
      show();
      // A subscriber may leave while it is told.
      if (!subscriber.closed) timer = clock.setTimeout(look, Math.max(COUNTER_INTERVAL, restUntil - clock.now()));
    }

    function tell(): void {
      due = false;
      clock.clearTimeout(late);
      late = undefined;
      if (subscriber.closed) return;
      show();
      if (ended()) subscriber.complete();
    }

    const edges = edges$.subscribe(() => {
      if (due) return;
      const rest = ended() ? 0 : restUntil - clock.now();
      if (rest > 0) {
        late ??= clock.setTimeout(tell, rest);
        return;
      }
      due = true;
      // Within one transition several parts change; they are shown once, together.
      queueMicrotask(tell);
    });
    look();
    return () => {
      edges.unsubscribe();
      clock.clearTimeout(timer);
      clock.clearTimeout(late);
    };
  });
}
