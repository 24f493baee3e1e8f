import { describe, expect, test } from 'vitest';
import type { ConnectionWord } from '../../../src/actors/connection-status.ts';
import { parsePipeline } from '../../../src/config/load.ts';
import type { PipelineStatus, SourceStatus } from '../../../src/supervision/status.ts';
import { BoundsWatch } from '../../../src/testing/simulation/bounds-watch.ts';
import { Findings } from '../../../src/testing/simulation/findings.ts';
import { HandOn } from '../../../src/testing/simulation/hand-on.ts';
import { StatusWatch } from '../../../src/testing/simulation/status-watch.ts';

const CLOCK = { now: () => 0 };

describe('the order in which a source hands on', () => {
  /** Connections that begin behind a number, and were sent what goes up to another one. */
  const judge = (numbers: readonly number[], connections: readonly (readonly [number, number])[], lasting = true) => {
    const handOn = new HandOn(lasting);
    for (const [begin, sent] of connections) {
      handOn.connect(begin);
      handOn.send(sent);
    }
    return numbers.flatMap((number) => handOn.next(number) ?? []);
  };

  test('is that of the producer, from where each connection begins', () => {
    const connections = [
      [0, 3],
      [1, 4],
    ] as const;
    expect(judge([1, 2, 3, 2, 3, 4], connections)).toEqual([]);
    expect(judge([1, 2, 2, 3], connections)).toEqual([]);
  });

  test('may begin where a connection began that brought nothing', () => {
    const connections = [
      [6, 6],
      [6, 8],
    ] as const;
    expect(judge([7, 8], connections)).toEqual([]);
  });

  test('leaves out nothing that can be asked for again', () => {
    expect(judge([1, 3], [[0, 9]])).toEqual(['3 after 1']);
  });

  test('may leave out what nobody keeps', () => {
    expect(judge([1, 3], [], false)).toEqual([]);
  });

  test.each([true, false])('does not go back without a connection that begins there', (lasting) => {
    expect(judge([1, 2, 1], [[0, 9]], lasting)).toEqual(['1 after 2']);
  });

  test('does not go back to where a connection began that has gone on', () => {
    const connections = [
      [0, 2],
      [1, 9],
    ] as const;
    expect(judge([1, 2, 3, 2], connections)).toEqual(['2 after 3']);
  });

  test('has come to an end when the last number was handed on', () => {
    const handOn = new HandOn(true);
    handOn.connect(0);
    handOn.send(2);
    handOn.next(1);
    expect([handOn.reaches(1), handOn.reaches(2)]).toEqual([true, false]);
  });

  test('has come to an end in a new process when nothing is asked for, or all of it was handed on', () => {
    const handOn = new HandOn(true);
    handOn.connect(0);
    handOn.send(2);
    handOn.next(1);
    handOn.next(2);
    handOn.beginLife();
    expect(handOn.reaches(2)).toBe(false);
    handOn.connect(1);
    handOn.send(2);
    expect([handOn.reaches(1), handOn.reaches(2)]).toEqual([true, false]);
    handOn.next(2);
    expect(handOn.reaches(2)).toBe(true);
  });

  test('begins anew with the process', () => {
    const handOn = new HandOn(true);
    handOn.connect(4);
    handOn.beginLife();
    expect(handOn.next(5)).toBe('5 after nothing');
  });
});

describe('states', () => {
  const SOURCE: SourceStatus = {
    name: 'feed',
    kind: 'web-socket',
    state: 'running',
    received: 0,
    rejected: 0,
    failed: 0,
    settled: 0,
    inFlight: 0,
    held: false,
    restarts: 0,
  };
  const PIPELINE: PipelineStatus = { name: 'p', state: 'running', sources: [SOURCE], sinks: [] };
  const FEED = { address: 'feed.example:80', resetAfter: 100 };
  const died = (judge: 'heartbeat' | 'no-data-timeout'): PipelineStatus => {
    const cause = { detail: { kind: 'silence', judge }, message: `silent: ${judge}` } as const;
    const url = 'ws://feed.example/';
    const connection = { state: 'waiting', detail: [], url, since: 0, attempt: 1, reconnects: 0, cause } as const;
    const counts = { warnings: 0, answered: 0 };
    return { ...PIPELINE, sources: [{ ...SOURCE, connection: { ...connection, ...counts } }] };
  };
  const look = (status: PipelineStatus, pausedAtEnd = false) => {
    const findings = new Findings(CLOCK);
    const watch = new StatusWatch(findings, new Map([['feed', FEED]]));
    watch.look({ status, network: { lastOver: () => ({ pausedAtEnd }) } }, 0);
    return findings;
  };
  /** What is found when a connection is live, at these times with these attempts. */
  const lookAtAttempts = (...looks: readonly (readonly [at: number, attempt: number, state?: ConnectionWord])[]) => {
    const findings = new Findings(CLOCK);
    const watch = new StatusWatch(findings, new Map([['feed', FEED]]));
    const [source = SOURCE] = died('heartbeat').sources;
    for (const [at, attempt, state = 'live'] of looks) {
      const connection = source.connection && { ...source.connection, attempt, state };
      const sources = [{ ...source, ...(connection ? { connection } : {}) }];
      watch.look({ status: { ...PIPELINE, sources }, network: { lastOver: () => undefined } }, at);
    }
    return findings.failures.map(({ what, came }) => `${what}: ${came}`);
  };

  test('that are known are no failure', () => {
    expect(look(PIPELINE).failures).toEqual([]);
  });

  test('of a component that has failed are those of its pipeline', () => {
    const failed = { ...died('heartbeat') };
    const [source = SOURCE] = failed.sources;
    const connection = source.connection && { ...source.connection, state: 'failed' as const };
    const sources = [{ ...source, ...(connection ? { connection } : {}) }];
    expect(look({ ...failed, sources }).failures).toMatchObject([{ what: 'state of feed' }]);
    expect(look({ ...failed, sources, state: 'draining' }).failures).toEqual([]);
  });

  test.each(['heartbeat', 'no-data-timeout'] as const)('of a connection that is held are judged by no %s', (judge) => {
    expect(look(died(judge), true).failures).toMatchObject([{ what: 'connection of feed', came: `silent: ${judge}` }]);
    expect(look(died(judge), false).failures).toEqual([]);
  });

  test('of a connection that is live forget failures when it has lasted', () => {
    expect(lookAtAttempts([10, 2], [109, 2], [110, 0])).toEqual([]);
    expect(lookAtAttempts([10, 2], [109, 0])).toEqual(['attempts of feed: forgotten after 99 ms']);
  });

  test('of a connection that is live anew do not count how long it was before', () => {
    expect(lookAtAttempts([10, 1], [110, 0], [120, 1, 'waiting'], [130, 0])).toEqual([
      'attempts of feed: forgotten after 0 ms',
    ]);
  });

  test('are written down when they change, with the cause', () => {
    const { timeline } = look(died('heartbeat'));
    expect(timeline.map(({ who, what }) => `${who} ${what}`)).toEqual([
      'process running',
      'feed running',
      'feed waiting (silent: heartbeat)',
    ]);
  });
});

describe('bounds', () => {
  const PLACE = { name: 'p', sources: [{ name: 'feed', 'web-socket': { url: 'ws://feed.example/' } }] };
  const judge = (waiting: number, inFlight: number, { turn = 5 } = {}) => {
    const { sinks } = parsePipeline({
      ...PLACE,
      sinks: [
        {
          name: 'store',
          buffer: { 'max-events': 10 },
          'web-socket': { url: 'ws://store.example/', 'max-in-flight': { events: 3 } },
        },
      ],
    });
    const findings = new Findings(CLOCK);
    const watch = new BoundsWatch(findings);
    const bound = (events: number) => ({ events, bytes: 0 });
    const status = { name: 'store', waiting: bound(waiting), inFlight: bound(inFlight) };
    watch.began({ sink: () => ({ status }) }, sinks, false);
    for (let event = 0; event < turn; event += 1) watch.handedOn('feed', 1);
    watch.stepEnded();
    return findings.failures.map(({ what, came }) => `${what} ${came}`);
  };

  test('of what waits are the option and one turn', () => {
    expect(judge(15, 3)).toEqual([]);
    expect(judge(16, 3)).toEqual(['store.waiting.events 16']);
    expect(judge(12, 3, { turn: 1 })).toEqual(['store.waiting.events 12']);
  });

  test('are 0 and more', () => {
    expect(judge(-1, 0)).toEqual(['store.waiting -1 events, 0 bytes']);
  });

  test('of what is in flight are the option', () => {
    expect(judge(0, 4)).toEqual(['store.inFlight.events 4']);
  });
});
