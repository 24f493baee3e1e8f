import { describe, expect, test } from 'vitest';
import { HISTORY_LENGTH, History } from '../../src/actors/history.ts';

const QUIET = ['live.heartbeat.quiet', 'live.flow.flowing'];
const PROBING = ['live.heartbeat.probing', 'live.flow.flowing'];
const PAUSED = ['live.heartbeat.quiet', 'live.flow.paused'];

function createBench() {
  let time = 0;
  const history = new History(() => time);
  const record = (at: number, type: string, states: readonly string[], cause?: string) => {
    time = at;
    history.record({ type }, states, cause);
  };
  return { history, record };
}

/** Live at 0, then a ping and its answer in each minute. */
function pinging(minutes: number) {
  const bench = createBench();
  bench.record(0, 'socket.open', QUIET);
  for (let minute = 1; minute <= minutes; minute += 1) {
    bench.record(minute * 60_000, 'xstate.after.pingInterval.live.heartbeat.quiet', PROBING);
    bench.record(minute * 60_000 + 5, 'ping.answered', QUIET);
  }
  return bench;
}

describe('a history', () => {
  test('is empty at first', () => {
    expect(createBench().history.transitions).toEqual([]);
  });

  test('tells what was left, what was reached, when and why', () => {
    const { history, record } = createBench();
    record(1, 'xstate.init', ['idle']);
    record(2, 'demand', QUIET);
    record(3, 'pause', PAUSED);
    record(4, 'socket.lost', ['backoff.normal'], 'gone');
    expect(history.transitions).toEqual([
      { at: 1, event: 'init', from: [], to: ['idle'] },
      { at: 2, event: 'demand', from: ['idle'], to: QUIET },
      { at: 3, event: 'pause', from: ['live.flow.flowing'], to: ['live.flow.paused'] },
      { at: 4, event: 'socket.lost', from: PAUSED, to: ['backoff.normal'], cause: 'gone' },
    ]);
  });

  test.each([
    ['xstate.init', 'init'],
    ['xstate.after.pingTimeout.connection.linked.live.heartbeat.queued', 'after pingTimeout'],
    ['xstate.done.actor.prepare', 'done prepare'],
    ['xstate.error.actor.prepare', 'error prepare'],
    ['socket.lost', 'socket.lost'],
  ])('calls %s %s', (type, name) => {
    const { history, record } = createBench();
    record(0, type, ['idle']);
    expect(history.transitions.map(({ event }) => event)).toEqual([name]);
  });

  test('tells that the actor was stopped as leaving every state', () => {
    const { history, record } = createBench();
    record(0, 'xstate.init', QUIET);
    record(1, 'xstate.stop', QUIET);
    expect(history.transitions.at(-1)).toEqual({ at: 1, event: 'stopped', from: QUIET, to: [] });
  });

  test('tells of an actor that crashed and begins anew what was left', () => {
    const { history, record } = createBench();
    record(0, 'xstate.init', QUIET);
    record(1, 'xstate.init', ['idle']);
    expect(history.transitions.at(-1)).toEqual({ at: 1, event: 'init', from: QUIET, to: ['idle'] });
  });

  test('leaves out what changed nothing, unless a timer of the machine looked', () => {
    const { history, record } = createBench();
    record(0, 'xstate.init', QUIET);
    record(1, 'demand', QUIET);
    record(2, 'xstate.after.pulseInterval.live', QUIET);
    expect(history.transitions.slice(1)).toEqual([{ at: 2, event: 'after pulseInterval', from: [], to: [] }]);
  });

  test('cuts a cause that is very long', () => {
    const { history, record } = createBench();
    record(0, 'socket.lost', ['failed'], 'x'.repeat(10_000));
    expect(history.transitions[0]?.cause).toBe(`${'x'.repeat(250)}…`);
  });
});

describe('what is taken again and again', () => {
  test('counts once, with how often, since when and when last', () => {
    const { history } = pinging(500);
    const quiet = 'live.heartbeat.quiet';
    const probing = 'live.heartbeat.probing';
    const ended = 500 * 60_000;
    expect(history.transitions).toEqual([
      { at: 0, event: 'socket.open', from: [], to: QUIET },
      { at: ended, event: 'after pingInterval', from: [quiet], to: [probing], times: 500, since: 60_000 },
      { at: ended + 5, event: 'ping.answered', from: [probing], to: [quiet], times: 500, since: 60_005 },
    ]);
  });

  test('stands where it was last, also when the wall clock is turned back meanwhile', () => {
    const { history, record } = pinging(2);
    record(10, 'pause', PAUSED);
    record(11, 'resume', QUIET);
    record(12, 'xstate.after.pingInterval.live.heartbeat.quiet', PROBING);
    const order = history.transitions.map(({ event, times = 1 }) => `${event} ${times}`);
    expect(order).toEqual(['socket.open 1', 'ping.answered 2', 'pause 1', 'resume 1', 'after pingInterval 3']);
  });

  test('is told anew after the connection has moved as a whole', () => {
    const { history, record } = pinging(3);
    record(1e6, 'socket.lost', ['backoff.normal'], 'gone');
    record(1e6 + 1, 'socket.open', QUIET);
    record(1e6 + 2, 'xstate.after.pingInterval.live.heartbeat.quiet', PROBING);
    expect(history.transitions.at(-1)).toMatchObject({ event: 'after pingInterval', from: ['live.heartbeat.quiet'] });
    expect(history.transitions.at(-1)).not.toHaveProperty('times');
  });

  test('is not what the whole connection goes through: each attempt is told', () => {
    const { history, record } = createBench();
    for (let round = 0; round < 3; round += 1) {
      record(round, 'xstate.after.backoffDelay.connection.backoff', ['preparing']);
      record(round, 'socket.lost', ['backoff.normal'], 'refused');
    }
    expect(history.transitions.map(({ event, cause }) => [event, cause])).toEqual(
      Array.from({ length: 3 }, () => [
        ['after backoffDelay', undefined],
        ['socket.lost', 'refused'],
      ]).flat(),
    );
  });
});

describe('the bound of a history', () => {
  const alternating = (count: number) => {
    const bench = createBench();
    for (let at = 0; at < count; at += 1) {
      bench.record(at, `event.${at % 7}`, [at % 2 === 0 ? 'idle' : 'live'], at % 3 === 0 ? `cause ${at}` : undefined);
    }
    return bench.history;
  };

  test('forgets nothing until it is reached', () => {
    const history = alternating(HISTORY_LENGTH);
    expect([history.transitions.length, history.transitions[0]?.at, history.forgotten]).toEqual([200, 0, 0]);
  });

  test('forgets the oldest, and counts them', () => {
    const history = alternating(1_000);
    const { transitions, forgotten } = history;
    expect([transitions.length, transitions[0]?.at, transitions.at(-1)?.at, forgotten]).toEqual([200, 800, 999, 800]);
  });

  test('keeps the right causes beyond it', () => {
    const told = alternating(450).transitions.map(({ at, cause }) => [at, cause]);
    const kept = Array.from({ length: 200 }, (_, index) => index + 250);
    expect(told).toEqual(kept.map((at) => [at, at % 3 === 0 ? `cause ${at}` : undefined]));
  });

  test('counts each time of what was taken again and is forgotten', () => {
    const { history, record } = pinging(10);
    for (let at = 0; at < 202; at += 1) record(1e6 + at, 'event', [at % 2 === 0 ? 'idle' : 'live']);
    expect(history.forgotten).toBe(1 + 10 + 10 + 2);
  });
});
