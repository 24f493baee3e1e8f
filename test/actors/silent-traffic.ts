import type { Traffic } from '../../src/transport/traffic.ts';

/** A component that does nothing with its frames, except what it is given. */
export function silentTraffic(own: Partial<Traffic> = {}): Traffic {
  return {
    live: () => {},
    frames: () => {},
    pong: () => {},
    drained: () => {},
    lost: () => {},
    owing: false,
    ...own,
  };
}
