import { describe, expect, test } from 'vitest';
import { readPipeline } from '../../../src/config/load.ts';
import { filterMessages } from '../../../src/streams/transforms.ts';
import { type Scenario, type ScriptStep, simulate } from '../../../src/testing/index.ts';
import { CURSOR, FEED, numberOf, RESUME, relay, STORE } from './scenarios.ts';

const DISK = { type: 'disk' } as const;

describe('a simulation', () => {
  test('delivers what a producer makes, in virtual time', async () => {
    const report = await simulate(relay());
    expect(report.failures).toEqual([]);
    expect(report.consumers).toMatchObject([{ consumer: STORE, produced: 500, delivered: 500, duplicates: 0 }]);
    expect(report).toMatchObject({ passed: true, exit: 0 });
    expect(report.time).toBeGreaterThan(10_000);
  });

  const MANY: readonly ScriptStep[] = [
    { at: '1s', reset: STORE },
    { at: '2s', freeze: STORE, for: '1s' },
    { at: '3500ms', kill: 'process', for: '200ms' },
    { at: '5s', 'slow-disk': '30ms', for: '2s' },
    { at: '6s', kill: 'power', for: '100ms' },
    { at: '8s', 'lose-acknowledgement': STORE },
  ];

  test.each([{ buffer: undefined }, { buffer: DISK }])(
    'repeats itself exactly, with the buffer $buffer',
    async (kind) => {
      const scenario = relay(MANY, { ...kind, more: { seed: 7 } });
      const [first, second] = [await simulate(scenario), await simulate(scenario)];
      expect(second).toEqual(first);
      expect(first.failures).toEqual([]);
    },
  );

  test('takes another way with another seed', async () => {
    const [first, second] = [
      await simulate(relay(MANY, { more: { seed: 1 } })),
      await simulate(relay(MANY, { more: { seed: 2 } })),
    ];
    expect(second.timeline).not.toEqual(first.timeline);
  });

  const FAULTS: readonly ScriptStep[] = [
    { at: '2s', reset: STORE },
    { at: '2s', reset: FEED },
    { at: '2s', close: { host: STORE, code: 1012 } },
    { at: '2s', close: { host: FEED, code: 1001, reason: 'later' } },
    { at: '2s', refuse: { host: STORE, status: 503 }, for: '1s' },
    { at: '2s', hang: FEED, for: '1s' },
    { at: '2s', freeze: STORE, for: '2s' },
    { at: '2s', freeze: FEED, for: '2s' },
    { at: '2s', blackhole: STORE, for: '2s' },
    { at: '2s', blackhole: FEED, for: '2s' },
    { at: '2s', down: STORE, for: '2s' },
    { at: '2s', down: FEED, for: '2s' },
    { at: '2s', stall: STORE, for: '2s' },
    { at: '2s', 'lose-acknowledgement': STORE },
    { at: '2s', 'lose-acknowledgement': STORE, for: '2s' },
    { at: '2s', 'late-events': STORE, for: '2s' },
    { at: '2s', 'late-events': FEED, for: '2s' },
    { at: '2s', poison: FEED },
    { at: '2s', heal: FEED },
    { at: '2s', block: '3s' },
    { at: '2s', 'jump-clock': '1h' },
    { at: '2s', 'jump-clock': '-1h' },
    { at: '2s', 'slow-disk': '300ms', for: '2s' },
    { at: '2s', kill: 'process', for: '1s' },
    { at: '2s', kill: 'power' },
    { at: '2s', stop: {} },
    { at: '2s', stop: { drain: 0 }, for: '1s' },
  ];

  test.each([
    ['in memory', undefined],
    ['on disk', DISK],
  ] as const)('loses nothing to any fault when the buffer is %s', async (_name, buffer) => {
    for (const fault of FAULTS) {
      const report = await simulate(relay([fault, { at: '6s', reset: STORE }, { at: '6s', reset: FEED }], { buffer }));
      expect([fault, report.failures]).toEqual([fault, []]);
      expect([fault, report.consumers[0]?.delivered]).toEqual([fault, report.consumers[0]?.produced]);
    }
  });

  test('counts each fault, and writes it down with its end', async () => {
    const report = await simulate(
      relay([
        { at: '2s', freeze: STORE, for: '1s' },
        { at: '5s', kill: 'power' },
      ]),
    );
    expect(report.faults).toEqual({ freeze: 1, kill: 1 });
    expect(report.timeline).toEqual(
      expect.arrayContaining([
        { at: 2000, who: STORE, what: 'freeze for 1s' },
        { at: 3000, who: STORE, what: 'healed' },
        { at: 5000, who: 'process', what: 'kill power' },
        { at: 5000, who: 'process', what: 'killed: the power failed' },
        { at: 5000, who: 'process', what: 'begins' },
      ]),
    );
  });

  test('writes down what a connection goes through, and why', async () => {
    const { timeline, log } = await simulate(relay([{ at: '2s', reset: STORE }]));
    const ofStore = timeline.filter(({ who, at }) => who === 'store' && at >= 2000).map(({ what }) => what);
    expect(ofStore.slice(0, 3)).toEqual([
      'recovering',
      'waiting (the connection ended without a close frame (1006))',
      'connecting',
    ]);
    expect(log).toContainEqual({
      at: 2000,
      level: 'warn',
      who: 'store',
      text: expect.stringContaining('lost: the connection ended'),
    });
  });

  test('ends every fault with the producers', async () => {
    const report = await simulate(
      relay([
        { at: '9s', down: STORE },
        { at: '9s', freeze: FEED },
      ]),
    );
    expect(report.failures).toEqual([]);
    expect(report.consumers[0]?.delivered).toBe(report.consumers[0]?.produced);
  });

  test('with an even seed stops the process when all is handed on, and the rest is for its drain', async () => {
    const slow = { reconnect: { 'initial-backoff': '20s', jitter: 0 } };
    const scenario = relay([{ at: '9s', down: STORE, for: '500ms' }], { sink: slow });
    const drainedAt = async (seed: number) => {
      const { timeline, failures, consumers } = await simulate({ ...scenario, seed });
      expect(failures).toEqual([]);
      expect(consumers).toMatchObject([{ produced: 500, delivered: 500 }]);
      return timeline.find(({ who, what }) => who === 'process' && what === 'draining')?.at ?? 0;
    };
    expect(await drainedAt(1)).toBeGreaterThan(29_000);
    expect(await drainedAt(2)).toBeLessThan(10_010);
  });

  test('fails with what is missing when not everything is settled in time', async () => {
    const refused: ScriptStep = { at: '9s', kill: 'process' };
    const slow = { sink: { reconnect: { 'initial-backoff': '10m', 'max-backoff': '10m', jitter: 0 } } };
    const scenario = relay([refused, { at: '9s', refuse: { host: STORE }, for: '500ms' }], {
      source: { cursor: CURSOR },
      ...slow,
      more: { settle: '1m' },
    });
    const { passed, failures } = await simulate(scenario);
    expect(passed).toBe(false);
    expect(failures[0]).toMatchObject({ at: expect.any(Number), what: 'the end' });
    expect(failures[0]?.came).toMatch(
      /^store.example has not got feed.example \d+, .*store owes \d+; feed has \d+ unsettled$/,
    );
  });

  test('sends late events once more, which change nothing', async () => {
    const { failures, faults } = await simulate(
      relay([
        { at: '2s', reset: FEED },
        { at: '5s', 'late-events': FEED },
      ]),
    );
    expect(failures).toEqual([]);
    expect(faults).toEqual({ reset: 1, 'late-events': 1 });
  });

  test('drops timers and messages of a life with it', async () => {
    const report = await simulate(relay([{ at: '2s', kill: 'process', for: '3s' }]));
    const down = report.timeline.filter(({ at }) => at > 2000 && at < 5000);
    expect(down).toEqual([]);
    expect(report.log.filter(({ at }) => at > 2000 && at < 5000)).toEqual([]);
  });

  test('calls a process that ends by itself over', async () => {
    const report = await simulate({ ...relay(), servers: {}, pipeline: failing(), expect: [{ at: 'end', exit: 1 }] });
    expect(report.exit).toBe(1);
    expect(report.timeline.at(-1)?.at).toBeLessThan(1000);
    expect(report.timeline.map(({ what }) => what)).toContain('ended by itself');
  });

  test('runs a pipeline as it is loaded from a file', async () => {
    const text = `
      name: loaded
      sources: [{ name: feed, web-socket: { url: ws://${FEED}/ } }]
      sinks: [{ name: store, web-socket: { url: ws://${STORE}/ } }]`;
    const servers = { [FEED]: { producer: { messages: 5 } }, [STORE]: { consumer: {} } };
    const report = await simulate({ pipeline: readPipeline(text, 'loaded.yaml'), servers });
    expect(report).toMatchObject({ name: 'loaded', failures: [], consumers: [{ delivered: 5 }] });
  });

  test('runs the setup in each life', async () => {
    let lives = 0;
    const setup = () => {
      lives += 1;
    };
    await simulate(
      relay([
        { at: '2s', kill: 'process' },
        { at: '5s', stop: {} },
      ]),
      { setup },
    );
    expect(lives).toBe(3);
  });

  test('lets a transform leave out what it says', async () => {
    const passes = (_consumer: string, _producer: string, number: number) => number % 3 !== 0;
    const report = await simulate(
      relay([
        { at: '2s', reset: STORE },
        { at: '4s', kill: 'process' },
      ]),
      {
        passes,
        setup: (pipeline) => {
          pipeline.sink('store', { transform: filterMessages((message) => numberOf(message.text) % 3 !== 0) });
        },
      },
    );
    expect(report.failures).toEqual([]);
    expect(report.consumers[0]).toMatchObject({ produced: 500, delivered: 334, lost: 0 });
  });

  test('tells of each step that has ended', async () => {
    const times: number[] = [];
    await simulate(relay(), { onStep: (time) => void times.push(time) });
    expect(times.length).toBeGreaterThan(1000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('a scenario', () => {
  const wrong: readonly [string, Scenario, RegExp][] = [
    ['a server that nothing dials', { ...relay(), servers: { 'x.example': { consumer: {} } } }, /x.example: no url/],
    ['a producer that a sink dials', { ...relay(), servers: { [STORE]: { producer: {} } } }, /but store is a sink/],
    ['a consumer that a source dials', { ...relay(), servers: { [FEED]: { consumer: {} } } }, /but feed is a source/],
    ['a step without a fault', relay([{ at: '1s' }]), /script at 1s: has no fault/],
    ['a step with two', relay([{ at: '1s', reset: STORE, kill: 'power' }]), /has reset and kill/],
    ['a step on an unknown host', relay([{ at: '1s', reset: 'x.example' }]), /reset: x.example is no server/],
    ['a step behind the end', relay([{ at: '11s', reset: STORE }]), /is behind the end/],
  ];

  test.each(wrong)('is refused with %s', async (_name, scenario, message) => {
    await expect(simulate(scenario)).rejects.toThrow(message);
  });
});

describe('a producer', () => {
  test('without resume makes messages only while it is connected, and nobody owes what did not arrive', async () => {
    const script: readonly ScriptStep[] = [
      { at: '2s', reset: FEED },
      { at: '4s', kill: 'process', for: '1s' },
    ];
    const report = await simulate(relay(script, { source: {}, producer: {} }));
    expect(report.failures).toEqual([]);
    expect(report.consumers[0]?.produced).toBeLessThan(450);
  });

  test('with resume sends again what follows the number that it is asked for', async () => {
    const header = { cursor: { 'header-name': 'X-After', 'value-field': 'number' } };
    const script: readonly ScriptStep[] = [
      { at: '2s', down: STORE, for: '2s' },
      { at: '3s', kill: 'process' },
    ];
    const report = await simulate(relay(script, { source: header, producer: { resume: { header: 'X-After' } } }));
    expect(report.failures).toEqual([]);
    expect(report.consumers).toMatchObject([{ produced: 500, delivered: 500 }]);
  });

  test('stops after so many messages, and sends bursts', async () => {
    const producer = { resume: RESUME, messages: 25, burst: 10, padding: 100 };
    const report = await simulate(relay([], { producer }));
    expect(report.consumers).toMatchObject([{ produced: 25, delivered: 25 }]);
  });
});

describe('a consumer', () => {
  test('that replies acknowledges each message', async () => {
    const sink = { ack: 'reply', reply: { pointer: '/ack', 'event-pointer': '/number' } } as const;
    const report = await simulate(relay([{ at: '2s', 'lose-acknowledgement': STORE }], { sink, replies: true }));
    expect(report.failures).toEqual([]);
    expect(report.consumers[0]?.duplicates).toBeGreaterThan(0);
  });

  test('may lose what a sink of the level written had under way, which is no broken promise', async () => {
    const producer = { resume: RESUME, every: '20ms', burst: 5 };
    const script: readonly ScriptStep[] = [
      { at: '2s', blackhole: STORE, for: '3s' },
      { at: '3s', reset: STORE },
    ];
    const report = await simulate(relay(script, { sink: { ack: 'written' }, producer }));
    expect(report.failures).toEqual([]);
    expect(report.consumers[0]?.missing).not.toEqual([]);
  });

  test('may lose too what that sink has written until it saw the end of the connection', async () => {
    const producer = { resume: RESUME, every: '1ms', burst: 3 };
    const more = { for: '3s' };
    const script: readonly ScriptStep[] = [{ at: '2s', down: STORE, for: '500ms' }];
    const { failures } = await simulate(relay(script, { sink: { ack: 'written' }, producer, more }));
    expect(failures).toEqual([]);
  });
});

function failing(): Scenario['pipeline'] {
  const { pipeline } = relay();
  const [source] = pipeline.sources;
  if (!source) throw new Error('no source');
  const connect = { mode: 'eager', 'eager-timeout': '100ms' } as const;
  return { ...pipeline, sources: [{ ...source, 'web-socket': { url: 'ws://nowhere.example/', connect } }] };
}
