/** A step of a machine that a connection took. Plain JSON; holds no secret. */
export interface Transition {
  /** Wall clock, in milliseconds since the epoch; of the last time, where it was taken several times. */
  readonly at: number;
  /** What it was told: `socket.lost`, `after pingTimeout`, `done prepare`, `init`; `stopped`: its actor was taken away. */
  readonly event: string;
  /** The states that it left, a dot path per region, without those that it stayed in: `linked.live.heartbeat.quiet`. */
  readonly from: readonly string[];
  /** The states that it came to, in the same form. Empty, as `from` is, where it only looked and stayed. */
  readonly to: readonly string[];
  /** Why, in one line, where the event brought a cause: `the peer closed with 1006`. */
  readonly cause?: string;
  /** How often it was taken since the connection last moved as a whole, as a heartbeat's are; absent for once. */
  readonly times?: number;
  /** When it was taken first of these times. */
  readonly since?: number;
}

/** `2026-11-22T10:00:00.000Z socket.lost: linked.live → backoff.normal (the peer closed with 1006)`. */
export function describeTransition({ at, event, from, to, cause, times, since }: Transition): string {
  const left = whole(from, to);
  const reached = whole(to, from);
  const way = from.length === 0 ? reached : `${left} → ${reached === '' ? 'nothing' : reached}`;
  return [
    `${iso(at)} ${event}${way === '' ? '' : `: ${way}`}`,
    ...(cause === undefined ? [] : [`(${cause})`]),
    ...(times === undefined || since === undefined ? [] : [`(${times} times since ${iso(since)})`]),
  ].join(' ');
}

/** All regions of a state, none of which is on the other side, go by the name of the state. */
function whole(states: readonly string[], others: readonly string[]): string {
  const common = states.length > 1 ? commonPath(states) : '';
  const isWhole = common !== '' && !others.some((other) => other.startsWith(`${common}.`));
  return isWhole ? common : states.join(', ');
}

function commonPath([first = '', ...rest]: readonly string[]): string {
  const steps = first.split('.');
  const length = steps.findIndex((_, at) => rest.some((path) => path.split('.')[at] !== steps[at]));
  return steps.slice(0, length === -1 ? steps.length : length).join('.');
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
