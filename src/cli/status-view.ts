import type { Supervisor } from '../index.ts';
import { createRateMeter } from './rates.ts';
import type { Screen } from './screen.ts';
import { formatStatus } from './status-line.ts';
import type { Style } from './style.ts';

/** Milliseconds between two looks: the status line changes at most four times a second. */
const INTERVAL = 250;

/** Keeps the status line of a screen up to date, until the function that it gives is called. */
export function showStatus(supervisor: Supervisor, screen: Screen, style: Style): () => void {
  const meter = createRateMeter();
  let status = supervisor.status;
  const following = supervisor.status$.subscribe((next) => {
    status = next;
  });
  // A status that does not change is not emitted again, and its rates still fall.
  const timer = setInterval(() => {
    const view = { status, rates: meter(performance.now(), status), now: Date.now() };
    screen.draw(formatStatus(view, screen.width, style));
  }, INTERVAL);
  return () => {
    clearInterval(timer);
    following.unsubscribe();
    screen.close();
  };
}
