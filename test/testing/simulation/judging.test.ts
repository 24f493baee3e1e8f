import { filter, map } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { expandMessages, filterMessages, mapMessages, type Transform } from '../../../src/streams/transforms.ts';
import type { Pipeline } from '../../../src/supervision/handles.ts';
import { type Expectation, type Scenario, simulate } from '../../../src/testing/index.ts';
import { CURSOR, FEED, numberOf, relay, STORE } from './scenarios.ts';

/** What is found wrong with a pipeline whose sink has this transform. */
async function findingsWith(transform: Transform, scenario: Scenario = relay()) {
  const setup = (pipeline: Pipeline) => void pipeline.sink('store', { transform });
  const { failures, passed } = await simulate(scenario, { setup });
  expect(passed).toBe(failures.length === 0);
  return failures.map(({ at, what, came }) => ({ at: Math.round(at), what, came }));
}

describe('what must always hold', () => {
  test('is broken at once by a message that is left out', async () => {
    const failures = await findingsWith(filterMessages(({ text }) => numberOf(text) !== 100));
    expect(failures).toContainEqual({ at: 2022, what: `order of ${FEED} at ${STORE}`, came: '101 after 99' });
  });

  test('is broken by a message that comes twice', async () => {
    const twice: Transform = map((chunk) => ({ ...chunk, messages: chunk.messages.flatMap((each) => [each, each]) }));
    const [failure] = await findingsWith(twice);
    expect(failure).toMatchObject({ what: `order of ${FEED} at ${STORE}`, came: '1 after 1' });
  });

  test('is broken by a message that was never produced', async () => {
    const changed = mapMessages(({ text }) => text.replace(/"number":/, '"number":9'));
    const failures = await findingsWith(changed);
    expect(failures[0]).toMatchObject({ came: expect.stringContaining('which was never handed on') });
  });

  test('is broken by a cursor that is ahead of what is delivered', async () => {
    const failures = await findingsWith(filterMessages(({ text }) => numberOf(text) !== 100));
    expect(failures.map(({ what }) => what)).toContain(`cursor of ${FEED}`);
  });

  test('is broken by a rejection that nobody handles', async () => {
    const others = takeListeners();
    try {
      const { failures } = await simulate(relay(), { setup: () => void Promise.reject(new Error('left alone')) });
      expect(failures).toMatchObject([{ what: 'the program', came: expect.stringContaining('left alone') }]);
    } finally {
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });

  test('is broken by an exception in what runs later', async () => {
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const setup = () =>
      queueMicrotask(() => {
        throw new Error('thrown later');
      });
    try {
      const { failures } = await simulate(relay(), { setup });
      expect(failures).toMatchObject([{ what: 'the program', came: expect.stringContaining('thrown later') }]);
    } finally {
      for (const listener of others) process.on('uncaughtException', listener);
    }
  });

  test('is told of five times at most for one thing', async () => {
    const failures = await findingsWith(filterMessages(({ text }) => numberOf(text) % 2 === 0));
    expect(failures.filter(({ what }) => what.startsWith('order of'))).toHaveLength(5);
  });
});

describe('the end', () => {
  test('is lost messages when some are nowhere', async () => {
    const failures = await findingsWith(filterMessages(({ text }) => numberOf(text) < 499));
    expect(failures.at(-1)).toMatchObject({ what: `lost on the way to ${STORE}`, came: `2, of ${FEED} 499, 500` });
  });

  test('is as it was expected when these were', async () => {
    const scenario = relay([], { more: { expect: [{ at: 'end', lost: { [STORE]: 2 } }], settle: '1s' } });
    const failures = await findingsWith(
      filterMessages(({ text }) => numberOf(text) < 499),
      scenario,
    );
    expect(failures.map(({ what }) => what)).not.toContain(`lost on the way to ${STORE}`);
  });

  test('counts what a full buffer has dropped as gone, not as lost', async () => {
    const scenario = relay([{ at: '2s', down: STORE, for: '5s' }], {
      buffer: { 'max-events': 10, 'when-full': 'drop-oldest' },
      more: { expect: [{ at: 'end', counters: { 'store.dropped': { 'at-least': 100 } }, lost: { [STORE]: 0 } }] },
    });
    const { failures, consumers } = await simulate(scenario);
    expect(failures).toEqual([]);
    expect(consumers[0]?.missing).not.toEqual([]);
  });

  test('counts it as gone too when the system of the sink has acknowledged what it took', async () => {
    const { failures } = await simulate(
      relay([{ at: '2s', down: STORE, for: '5s' }], {
        sink: { ack: 'written' },
        buffer: { 'max-events': 10, 'when-full': 'drop-newest' },
        more: { expect: [{ at: 'end', counters: { 'store.dropped': { 'at-least': 100 } }, lost: { [STORE]: 0 } }] },
      }),
    );
    expect(failures).toEqual([]);
  });

  test('counts nothing as gone that has come', async () => {
    const sink = { ack: 'reply', reply: { pointer: '/ack', 'event-pointer': '/number' } } as const;
    // What has no number cannot be answered, so that it is rejected.
    const more = expandMessages(({ text }) => (numberOf(text) === 100 ? [text, 'another'] : [text]));
    const failures = await findingsWith(more, relay([], { sink, replies: true }));
    expect(failures).toMatchObject([{ what: 'store.dropped, rejected and failed', came: '1' }]);
  });

  test('counts what was given up as gone, although it may have come', async () => {
    const reply = { pointer: '/ack', 'event-pointer': '/number' };
    const sink = { ack: 'reply', reply, heartbeat: 'off', retry: { timeout: '1s', retries: 0 } } as const;
    const more = { expect: [{ at: 'end', counters: { 'store.rejected': { 'at-least': 1 } } }] } as const;
    const { failures } = await simulate(relay([{ at: '2s', freeze: STORE, for: '3s' }], { sink, replies: true, more }));
    expect(failures).toEqual([]);
  });

  test('is nothing unsettled, also of what a sink leaves out', async () => {
    const swallow: Transform = filter(({ messages }) => !messages.some(({ text }) => numberOf(text) === 500));
    const { failures } = await simulate(relay([], { more: { settle: '1s' } }), {
      passes: (_consumer, _producer, number) => number !== 500,
      setup: (pipeline) => void pipeline.sink('store', { transform: swallow }),
    });
    expect(failures[0]).toMatchObject({ what: 'the end', came: 'feed has 1 unsettled' });
  });

  test('is nothing unsettled behind a process that has drained', async () => {
    const swallow: Transform = filter(({ messages }) => !messages.some(({ text }) => numberOf(text) === 500));
    const { failures } = await simulate(relay([], { more: { seed: 2 } }), {
      passes: (_consumer, _producer, number) => number !== 500,
      setup: (pipeline) => void pipeline.sink('store', { transform: swallow }),
    });
    expect(failures).toMatchObject([{ what: 'feed.inFlight', came: '1' }]);
  });

  test('does not ask for the number of a failure that has none', async () => {
    const select = [{ pointer: '/number', exists: true }];
    const { pipeline, servers, ...rest } = relay([{ at: '2s', poison: FEED }], {
      source: { payload: 'json', 'on-error': 'continue', select, cursor: CURSOR },
    });
    const failures = { name: 'failures', inputs: ['feed.failures'], 'web-socket': { url: 'ws://failures.example/' } };
    const report = await simulate({
      ...rest,
      pipeline: { ...pipeline, sinks: [...(pipeline.sinks ?? []), failures] },
      servers: { ...servers, 'failures.example': { consumer: {} } },
      expect: [{ at: 'end', counters: { 'feed.failed': 1, 'failures.delivered': 1 } }],
    });
    expect(report.failures).toEqual([]);
  });
});

describe('an expectation', () => {
  const cases: readonly [string, Expectation, { what: string; expected: string; came: string }][] = [
    ['state', { at: '1s', states: { feed: 'waiting' } }, { what: 'state of feed', expected: 'waiting', came: 'live' }],
    [
      'unknown component',
      { at: '1s', states: { food: 'live' } },
      { what: 'state of food', expected: 'live', came: 'nothing of that name' },
    ],
    [
      'delivery',
      { at: '1s', delivered: { [STORE]: { 'at-least': 100 } } },
      { what: `delivered at ${STORE}`, expected: 'at least 100', came: '49' },
    ],
    [
      'repetition',
      { at: 'end', duplicates: { [STORE]: { 'at-least': 1, 'at-most': 3 } } },
      { what: `duplicates at ${STORE}`, expected: '1 to 3', came: '0' },
    ],
    ['loss', { at: 'end', lost: { [STORE]: 4 } }, { what: `lost on the way to ${STORE}`, expected: '4', came: '0' }],
    [
      'counter',
      { at: '2s', counters: { 'feed.connection.reconnects': { 'at-most': -1 } } },
      { what: 'feed.connection.reconnects', expected: 'at most -1', came: '0' },
    ],
    [
      'unknown counter',
      { at: '2s', counters: { 'store.speed': 1 } },
      { what: 'store.speed', expected: '1', came: 'nothing of that name' },
    ],
    [
      'line',
      { at: '2s', logged: ['live: ws://feed', 'no such line'] },
      { what: 'log', expected: 'a line with "no such line"', came: '2 lines without it' },
    ],
    ['exit', { at: 'end', exit: 1 }, { what: 'exit', expected: '1', came: '0' }],
  ];

  test.each(cases)('of a %s that does not come true is told with what came', async (_name, expectation, failure) => {
    const report = await simulate(relay([], { more: { expect: [expectation] } }));
    expect(report.failures).toMatchObject([failure]);
  });

  test('that comes true is counted', async () => {
    const [without, with_] = [
      await simulate(relay()),
      await simulate(relay([], { more: { expect: [{ at: '1s', states: { feed: 'live', store: 'live' } }] } })),
    ];
    expect(with_.failures).toEqual([]);
    expect(with_.checks).toBe(without.checks + 2);
  });

  test('of a time when no process runs finds none', async () => {
    const more = { expect: [{ at: '2500ms', states: { feed: 'live' } }] };
    const { failures } = await simulate(relay([{ at: '2s', kill: 'process', for: '1s' }], { more }));
    expect(failures).toMatchObject([{ at: 2500, came: 'no process' }]);
  });
});

function takeListeners() {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  return others;
}
