import { Observable } from 'rxjs';
import type { Clock } from '../environment.ts';
import type { SupervisorStatus } from './status.ts';

/** Least milliseconds between two statuses that differ in counters only. */
const COUNTER_INTERVAL = 250;

export interface ThrottleOptions {
  readonly clock: Clock;
  /** Something other than a counter has changed. */
  readonly edges$: Observable<void>;
  readonly read: () => SupervisorStatus;
  readonly ended: () => boolean;
}

/** The status at once and at every edge; counters are looked at in an interval, while somebody listens. */
export function throttledStatus({ clock, edges$, read, ended }: ThrottleOptions): Observable<SupervisorStatus> {
  return new Observable((subscriber) => {
    let shown = '';
    let timer: unknown;

    function show(): void {
      const status = read();
      const text = JSON.stringify(status);
      if (text === shown) return;
      shown = text;
      subscriber.next(status);
    }

    function look(): void {
      show();
      // A subscriber may leave while it is told.
      if (!subscriber.closed) timer = clock.setTimeout(look, COUNTER_INTERVAL);
    }

    let due = false;
    const edges = edges$.subscribe(() => {
      if (due) return;
      due = true;
      // Within one transition several parts change; they are shown once, together.
      queueMicrotask(() => {
        due = false;
        if (subscriber.closed) return;
        show();
        if (ended()) subscriber.complete();
      });
    });
    look();
    return () => {
      edges.unsubscribe();
      clock.clearTimeout(timer);
    };
  });
}
