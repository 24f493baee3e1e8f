import { describe, expect, test } from 'vitest';
import { describeTransition, type Transition } from '../../src/actors/transition.ts';

const LIVE = ['linked.live.heartbeat.quiet', 'linked.live.pulse.off', 'linked.live.flow.flowing'];

const CASES: readonly (readonly [string, Partial<Transition>, string])[] = [
  ['the first state alone', { event: 'init', to: ['preparing'] }, 'init: preparing'],
  ['from where to where', { event: 'demand', from: ['idle'], to: ['preparing'] }, 'demand: idle → preparing'],
  [
    'all regions that are left by the name of their state',
    { event: 'stop', from: LIVE, to: ['linked.closing'] },
    'stop: linked.live → linked.closing',
  ],
  [
    'all regions that are reached by the name of their state',
    { event: 'socket.open', from: ['linked.opening.upgrade'], to: LIVE },
    'socket.open: linked.opening.upgrade → linked.live',
  ],
  [
    'some of the regions by their own names',
    { event: 'pause', from: ['a.b.c', 'a.d.e'], to: ['a.b.x', 'a.d.y'] },
    'pause: a.b.c, a.d.e → a.b.x, a.d.y',
  ],
  ['nothing of where it stayed', { event: 'after pulseInterval' }, 'after pulseInterval'],
  ['no state once the actor is gone', { event: 'stopped', from: ['preparing'] }, 'stopped: preparing → nothing'],
  [
    'the cause in parentheses',
    { event: 'socket.lost', from: ['idle'], to: ['failed'], cause: 'the peer closed with 1006' },
    'socket.lost: idle → failed (the peer closed with 1006)',
  ],
  [
    'how often, and since when',
    { event: 'after pulseInterval', times: 3, since: 1_000 },
    'after pulseInterval (3 times since 1970-01-01T00:00:01.000Z)',
  ],
];

describe('a transition in one line', () => {
  test.each(CASES)('tells %s', (_what, transition, text) => {
    const line = describeTransition({ at: 61_001, event: '', from: [], to: [], ...transition });
    expect(line).toBe(`1970-01-01T00:01:01.001Z ${text}`);
  });
});
