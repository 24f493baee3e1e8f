import { merge } from 'rxjs';
import type { Clock } from '../environment.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { resource } from './resource.ts';

/** Peers that are sent away at once; more than these are spread, so that they do not all come back in one instant. */
const SLICE = 100;

/** Milliseconds between two slices. */
const INTERVAL = 100;

/** Sends the peers of endpoints away with 1001, within half of `spread` milliseconds, and tells when all have gone. */
export function farewellActor(endpoints: readonly Endpoint[], clock: Clock, spread: () => number) {
  return resource(({ sendBack, guard, onEnd }) => {
    const waiting = endpoints.flatMap(({ peers }) => [...peers.values()]);
    const slice = Math.max(SLICE, Math.ceil((waiting.length * INTERVAL * 2) / spread()));
    let timer: unknown;
    const sendAway = guard(() => {
      for (const peer of waiting.splice(0, slice)) peer.dismiss({ code: 1001, reason: 'going away' });
      if (waiting.length > 0) timer = clock.setTimeout(sendAway, INTERVAL);
    });
    const look = guard(() => {
      if (endpoints.every(({ peers }) => peers.size === 0)) sendBack({ type: 'emptied' });
    });
    // A peer leaves in the middle of its own end: its shard is still to hear of that before it is stopped.
    const leaving = merge(...endpoints.map(({ left$ }) => left$)).subscribe(() => queueMicrotask(look));
    onEnd(() => {
      leaving.unsubscribe();
      clock.clearTimeout(timer);
    });
    sendAway();
    look();
  });
}
