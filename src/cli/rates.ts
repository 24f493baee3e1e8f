/** Events in and out per second. */
export interface Rates {
  readonly received: number;
  readonly delivered: number;
}

interface Sample extends Rates {
  readonly at: number;
}

/** Milliseconds over which a rate is taken: long enough to be read, short enough to follow. */
const WINDOW = 2000;

/** Turns counters, looked at now and then, into events per second. */
export function createRateMeter(): (at: number, counters: Rates) => Rates {
  const samples: Sample[] = [];
  return (at, counters) => {
    samples.push({ at, ...counters });
    while (samples.length > 2 && at - (samples[1]?.at ?? at) >= WINDOW) samples.shift();
    const first = samples[0];
    if (!first || first.at >= at) return { received: 0, delivered: 0 };
    const perSecond = 1000 / (at - first.at);
    return {
      received: (counters.received - first.received) * perSecond,
      delivered: (counters.delivered - first.delivered) * perSecond,
    };
  };
}
