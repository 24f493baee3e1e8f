import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import type { Batch } from '../../src/messages/batch.ts';
import { Message } from '../../src/messages/message.ts';
import { type LedgerOracle, ledgerOracle } from '../../src/testing/ledger-oracle.ts';
import { OracleError } from '../../src/testing/ledger-verdict.ts';
import { NumberRanges } from '../../src/testing/number-ranges.ts';
import { World } from '../supervision/world.ts';
import { judgeNaively, type LedgerStep, sortable } from './naive-judge.ts';

const mark = (number: number, producer = 'feed') => JSON.stringify({ producer, number });

/** An oracle whose producer `feed` has made messages 1 to `produced`. */
function createJudge(produced: number, inFlight?: number) {
  const oracle = ledgerOracle(inFlight === undefined ? {} : { inFlight });
  for (let number = 1; number <= produced; number += 1) oracle.produce('feed');
  const deliver = (...numbers: number[]) => {
    for (const number of numbers) oracle.deliver('store', mark(number));
  };
  return { oracle, deliver };
}

/** The numbers that are delivered; a `|` stands for a disturbance. */
function judgeRun(run: string, { produced = 9, inFlight = 3 }: { produced?: number; inFlight?: number } = {}) {
  const { oracle, deliver } = createJudge(produced, inFlight);
  for (const step of run.split(' ')) {
    if (step === '|') oracle.disturb();
    else deliver(Number(step));
  }
  return oracle.verdict('store');
}

function accountOf(oracle: LedgerOracle, consumer = 'store'): string {
  try {
    oracle.assert(consumer);
  } catch (error) {
    if (error instanceof OracleError) return error.message;
    throw error;
  }
  return 'nothing is wrong';
}

describe('the messages of an oracle', () => {
  test('are numbered per producer, from 1', () => {
    const oracle = ledgerOracle();
    expect([oracle.produce('a'), oracle.produce('b'), oracle.produce('a')]).toEqual([
      '{"producer":"a","number":1}',
      '{"producer":"b","number":1}',
      '{"producer":"a","number":2}',
    ]);
  });

  test('carry fields behind the number, which these do not change', () => {
    expect(ledgerOracle().produce('a', { px: 1.5, number: 7 })).toBe('{"producer":"a","number":1,"px":1.5}');
  });

  test.each(['', 'a b', 'a"', 'ä'])('have no producer %j', (name) => {
    expect(() => ledgerOracle().produce(name)).toThrow(UsageError);
  });

  test.each<[string, unknown]>([
    ['text', mark(1)],
    ['bytes', Buffer.from(mark(1))],
    ['an array buffer', new Uint8Array(Buffer.from(mark(1))).buffer],
    ['a parsed value', { producer: 'feed', number: 1 }],
    ['a value with a bigint', { producer: 'feed', number: 1n }],
    ['a value whose number is a text', { producer: 'feed', number: '1' }],
    ['JSON around it', `{ "data": [ { "producer" : "feed", "number" : 1, "x": 2 } ] }`],
    ['other text around it', `# ${mark(1)}\n`],
    ['a text within JSON', JSON.stringify({ payload: mark(1) })],
    ['a text within a text within JSON', JSON.stringify({ payload: JSON.stringify({ payload: mark(1) }) })],
    ['a message', new Message('feed', 'e', 1, 0, Buffer.from(mark(1)))],
    ['a failure with bytes', { code: 'record', message: 'no', source: 'feed', payload: Buffer.from(mark(1)) }],
  ])('are recognized in %s', (_, delivery) => {
    const { oracle } = createJudge(1);
    oracle.deliver('store', delivery);
    expect(oracle.assert('store')).toMatchObject({ delivered: 1, unknown: 0 });
  });

  test.each<[string, unknown]>([
    ['a list', [mark(1), [{ producer: 'feed', number: 2 }], mark(3)]],
    ['a batch', { messages: [1, 2, 3].map((number) => new Message('feed', 'e', number, 0, mark(number))) }],
    ['a JSON array', `[${[1, 2, 3].map((number) => mark(number)).join(',')}]`],
    ['lines', [1, 2, 3].map((number) => `${mark(number)}\n`).join('')],
  ])('are recognized in %s, in order', (_, delivery) => {
    const { oracle } = createJudge(3);
    oracle.deliver('store', delivery);
    expect(oracle.assert('store')).toMatchObject({ delivered: 3, unknown: 0 });
  });
});

describe('a verdict', () => {
  test('finds nothing wrong when all came in order', () => {
    expect(judgeRun('1 2 3', { produced: 3 })).toEqual({
      consumer: 'store',
      produced: 3,
      delivered: 3,
      failed: 0,
      dropped: 0,
      missing: [],
      lost: 0,
      overcounted: 0,
      orderBreaks: 0,
      outOfOrder: [],
      duplicates: 0,
      allowedDuplicates: 0,
      repeatedPerDisturbance: [0],
      unknown: 0,
      unknownSamples: [],
      faults: [],
    });
  });

  test('finds what is lost', () => {
    expect(judgeRun('1 2 5 6 8')).toMatchObject({
      lost: 4,
      missing: [
        { producer: 'feed', first: 3, last: 4 },
        { producer: 'feed', first: 7, last: 7 },
        { producer: 'feed', first: 9, last: 9 },
      ],
      outOfOrder: [],
      faults: ['4 lost: feed 3-4, feed 7, feed 9'],
    });
  });

  test('of a consumer that nothing came to has lost all', () => {
    const { oracle } = createJudge(2);
    expect(oracle.verdict('store').faults).toEqual(['2 lost: feed 1-2']);
  });

  test('does not miss what is among the failures', () => {
    const { oracle, deliver } = createJudge(3);
    deliver(1, 3);
    oracle.fail('store', mark(2));
    expect(oracle.assert('store')).toMatchObject({ lost: 0, missing: [], failed: 1, delivered: 2 });
  });

  test('does not miss as many as were dropped', () => {
    const { oracle, deliver } = createJudge(4);
    deliver(1, 4);
    oracle.drop('store', 2);
    expect(oracle.assert('store')).toMatchObject({ lost: 0, dropped: 2, missing: [{ first: 2, last: 3 }] });
  });

  test('misses one when one less was dropped', () => {
    const { oracle, deliver } = createJudge(4);
    deliver(1, 4);
    oracle.drop('store', 1);
    expect(oracle.verdict('store').faults).toEqual(['1 lost, besides 1 dropped, among feed 2-3']);
  });

  test('finds drops that are none', () => {
    const { oracle, deliver } = createJudge(2);
    deliver(1, 2);
    oracle.drop('store', 1);
    expect(oracle.verdict('store').faults).toEqual(['1 too many counted as dropped: they were delivered or failed']);
  });

  test('takes drops for repetitions where these are allowed', () => {
    const { oracle, deliver } = createJudge(3, 2);
    deliver(1, 2);
    oracle.disturb();
    oracle.drop('store', 2);
    deliver(3);
    expect(oracle.assert('store').overcounted).toBe(0);
  });

  test('finds a message that came late', () => {
    expect(judgeRun('1 3 2 4', { produced: 4 })).toMatchObject({
      lost: 0,
      duplicates: 0,
      outOfOrder: [{ producer: 'feed', kind: 'late', after: 3, number: 2 }],
      faults: ['1 out of order: feed 2 after 3 for the first time'],
    });
  });

  test('takes a late message that has failed before', () => {
    const { oracle, deliver } = createJudge(3);
    deliver(1);
    oracle.fail('store', mark(2));
    deliver(3, 2);
    expect(oracle.assert('store').outOfOrder).toEqual([]);
  });

  test('takes a late message that has been counted as dropped', () => {
    const { oracle, deliver } = createJudge(3);
    oracle.drop('store', 1);
    deliver(1, 3, 2);
    expect(oracle.assert('store').outOfOrder).toEqual([]);
  });

  test('finds a repetition without a disturbance', () => {
    expect(judgeRun('1 2 2 3', { produced: 3 })).toMatchObject({
      duplicates: 1,
      outOfOrder: [{ producer: 'feed', kind: 'back', after: 2, number: 2 }],
      faults: [
        '1 out of order: feed 2 after 2 without a disturbance',
        '1 repeated where 0 are allowed: without a disturbance',
      ],
    });
  });

  test('takes a repetition of what was in flight at a disturbance', () => {
    expect(judgeRun('1 2 3 4 | 2 3 4 5', { produced: 5 })).toMatchObject({
      duplicates: 3,
      allowedDuplicates: 3,
      repeatedPerDisturbance: [0, 3],
      faults: [],
    });
  });

  test('takes a repetition that begins some messages after the disturbance', () => {
    expect(judgeRun('1 2 | 3 4 3 4 5', { produced: 5 }).faults).toEqual([]);
  });

  test('takes a repetition that is disturbed itself', () => {
    expect(judgeRun('1 2 3 | 1 2 | 2 3 4', { produced: 4 }).faults).toEqual([]);
  });

  test('takes any length of a repetition when no bound was named', () => {
    const { oracle, deliver } = createJudge(4);
    deliver(1, 2, 3);
    oracle.disturb();
    deliver(1, 2, 3, 4);
    expect(oracle.assert('store').allowedDuplicates).toBe(Number.POSITIVE_INFINITY);
  });

  test('finds a repetition that goes back too far', () => {
    expect(judgeRun('1 2 3 4 | 1 2 3 4', { produced: 4 })).toMatchObject({
      outOfOrder: [{ producer: 'feed', kind: 'too-far', after: 4, number: 1 }],
      faults: [
        '1 out of order: feed 1 after 4, further back than what may be in flight',
        '4 repeated where 3 are allowed: 0 before a disturbance, then 4',
      ],
    });
  });

  test('does not let disturbances that went by make one repetition longer', () => {
    expect(judgeRun('1 | 2 | 3 4 | 1 2 3 4', { produced: 4 }).faults).toEqual([
      '1 out of order: feed 1 after 4, further back than what may be in flight',
    ]);
  });

  test('finds a second step back after one disturbance', () => {
    expect(judgeRun('1 2 | 2 3 3 4', { produced: 4 }).faults).toEqual([
      '1 out of order: feed 3 after 3 without a disturbance',
    ]);
  });

  test('finds a repetition in reverse', () => {
    expect(judgeRun('1 2 3 | 3 2 1', { produced: 3 }).orderBreaks).toBe(2);
  });

  test('finds a hole in a repetition', () => {
    expect(judgeRun('1 2 3 | 1 3 4', { produced: 4 })).toMatchObject({
      outOfOrder: [{ producer: 'feed', kind: 'skipped', after: 1, number: 3 }],
      faults: ['1 out of order: feed 3 after 1 without repeating what is between them'],
    });
  });

  test('finds a repetition that ends early', () => {
    expect(judgeRun('1 2 3 | 1 2 4', { produced: 4 }).outOfOrder).toEqual([
      { producer: 'feed', kind: 'skipped', after: 2, number: 4 },
    ]);
  });

  test('takes a hole in a repetition when a drop is counted for it', () => {
    const { oracle, deliver } = createJudge(4, 3);
    deliver(1, 2, 3);
    oracle.disturb();
    deliver(1, 3, 4);
    oracle.drop('store', 1);
    expect(oracle.assert('store').overcounted).toBe(0);
  });

  test('finds a hole in a repetition that is larger than the drops', () => {
    const { oracle, deliver } = createJudge(5, 4);
    deliver(1, 2, 3, 4);
    oracle.disturb();
    deliver(1, 4, 5);
    oracle.drop('store', 1);
    expect(oracle.verdict('store').orderBreaks).toBe(1);
  });

  test('takes a hole in a repetition of what is among the failures', () => {
    const { oracle, deliver } = createJudge(4, 3);
    deliver(1, 2, 3);
    oracle.disturb();
    deliver(1, 3, 4);
    oracle.fail('store', mark(2));
    expect(oracle.assert('store').failed).toBe(0);
  });

  test('takes a repetition that leaves out what had failed before', () => {
    const { oracle, deliver } = createJudge(4, 3);
    deliver(1);
    oracle.fail('store', mark(2));
    deliver(3);
    oracle.disturb();
    deliver(1);
    oracle.fail('store', mark(2));
    deliver(3, 4);
    expect(oracle.assert('store')).toMatchObject({ failed: 1, duplicates: 2 });
  });

  test('counts the repetitions of all producers together', () => {
    const oracle = ledgerOracle({ inFlight: 3 });
    const sent = ['a', 'a', 'b', 'b'].map((producer) => oracle.produce(producer));
    oracle.deliver('store', sent);
    oracle.disturb();
    oracle.deliver('store', sent);
    expect(oracle.verdict('store').faults).toEqual(['4 repeated where 3 are allowed: 0 before a disturbance, then 4']);
  });

  test('knows no order between producers', () => {
    const oracle = ledgerOracle();
    const [a1, b1, a2, b2] = ['a', 'b', 'a', 'b'].map((producer) => oracle.produce(producer));
    oracle.deliver('store', [b1, b2, a1, a2]);
    expect(oracle.assert('store').orderBreaks).toBe(0);
  });

  test.each<[string, unknown]>([
    ['that was never produced', mark(4)],
    ['of an unknown producer', mark(1, 'other')],
    ['with the number 0', mark(0)],
    ['with a number that is none', '{"producer":"feed","number":1.5}'],
    ['without a number', 'hello'],
    ['that is nothing', undefined],
  ])('finds a message %s', (_, delivery) => {
    const { oracle, deliver } = createJudge(3);
    deliver(1, 2, 3);
    oracle.deliver('store', delivery);
    expect(oracle.verdict('store').unknown).toBe(1);
    expect(oracle.verdict('store').faults).toEqual([expect.stringMatching(/^1 that were never produced: "/)]);
  });

  test('finds a failure that was never produced', () => {
    const { oracle } = createJudge(0);
    oracle.fail('store', mark(1));
    expect(oracle.verdict('store').faults).toHaveLength(1);
  });

  test('shows the first five unknown ones, cut off', () => {
    const { oracle } = createJudge(0);
    for (let index = 0; index < 7; index += 1) oracle.deliver('store', `${index}${'x'.repeat(100)}`);
    expect(oracle.verdict('store').unknownSamples).toEqual(
      [0, 1, 2, 3, 4].map((index) => `${index}${'x'.repeat(79)}…`),
    );
    expect(oracle.verdict('store').faults[0]).toMatch(/ and 2 more$/);
  });

  test('is one of each consumer', () => {
    const { oracle, deliver } = createJudge(1);
    deliver(1);
    expect([oracle.verdict('store').lost, oracle.verdict('screen').lost]).toEqual([0, 1]);
  });

  test('goes by the inputs of a consumer', () => {
    const oracle = ledgerOracle({ inputs: { store: ['a'] } });
    const [a, b] = [oracle.produce('a'), oracle.produce('b')];
    oracle.deliver('store', a);
    expect(oracle.assert('store').produced).toBe(1);
    oracle.deliver('store', b);
    expect(oracle.verdict('store').unknown).toBe(1);
  });

  test('is not changed by what comes later', () => {
    const { oracle, deliver } = createJudge(2);
    const verdict = oracle.verdict('store');
    deliver(1, 2, 2);
    expect(verdict).toMatchObject({ delivered: 0, repeatedPerDisturbance: [0], lost: 2 });
  });

  test('keeps the first hundred breaks and counts the others', () => {
    const { oracle, deliver } = createJudge(1);
    deliver(...new Array<number>(151).fill(1));
    const verdict = oracle.verdict('store');
    expect([verdict.outOfOrder.length, verdict.orderBreaks]).toEqual([100, 150]);
    expect(verdict.faults[0]).toMatch(/^150 out of order: .* and 145 more$/);
  });
});

describe('a disturbance', () => {
  test('concerns all consumers, also those to come', () => {
    const { oracle, deliver } = createJudge(1);
    deliver(1);
    oracle.disturb();
    deliver(1);
    oracle.deliver('later', [mark(1), mark(1)]);
    expect([accountOf(oracle), accountOf(oracle, 'later')]).toEqual(['nothing is wrong', 'nothing is wrong']);
  });

  test('of one consumer allows nothing to the others', () => {
    const { oracle } = createJudge(1);
    oracle.disturb('store');
    for (const consumer of ['store', 'screen']) oracle.deliver(consumer, [mark(1), mark(1)]);
    expect([oracle.verdict('store').orderBreaks, oracle.verdict('screen').orderBreaks]).toEqual([0, 1]);
  });
});

describe('the error of an oracle', () => {
  test('is a readable account of all that is wrong', () => {
    const { oracle, deliver } = createJudge(20, 2);
    deliver(1, 2, 4, 3, 5, 6);
    oracle.disturb();
    deliver(3, 4, 5, 6, 7);
    oracle.deliver('store', 'hello');
    expect(accountOf(oracle)).toBe(
      [
        'store: of 20 messages 7 were delivered, 0 failed, 0 dropped, 4 repeated',
        '- 13 lost: feed 8-20',
        '- 2 out of order: feed 3 after 6, further back than what may be in flight, feed 3 after 4 for the first time',
        '- 4 repeated where 2 are allowed: 0 before a disturbance, then 4',
        '- 1 that were never produced: "hello"',
      ].join('\n'),
    );
  });

  test('has a code and the verdict', () => {
    const { oracle } = createJudge(1);
    const verdict = oracle.verdict('store');
    expect(() => oracle.assert('store')).toThrow(expect.objectContaining({ code: 'oracle', verdict }));
  });
});

describe('a wait for deliveries', () => {
  test('is over at once when they are there', async () => {
    const { oracle, deliver } = createJudge(2);
    deliver(1, 2);
    await oracle.delivered('store', 2);
  });

  test('is over when the last one of a batch is in the book', async () => {
    const { oracle } = createJudge(3);
    const seen = oracle.delivered('store', 2).then(() => oracle.verdict('store').delivered);
    oracle.deliver('store', [mark(1), mark(2), mark(3)]);
    expect(await seen).toBe(3);
  });

  test('is not shortened by repetitions', async () => {
    const { oracle, deliver } = createJudge(2);
    let over = false;
    const wait = oracle.delivered('store', 2).then(() => {
      over = true;
    });
    deliver(1, 1, 1);
    await Promise.resolve();
    expect(over).toBe(false);
    deliver(2);
    await wait;
  });

  test('queues with others, and each is over in its turn', async () => {
    const { oracle, deliver } = createJudge(3);
    const over: number[] = [];
    const waits = [3, 1, 2, 1].map((count) => oracle.delivered('store', count).then(() => over.push(count)));
    deliver(1);
    await Promise.all([waits[1], waits[3]]);
    expect(over).toEqual([1, 1]);
    deliver(2, 3);
    await Promise.all(waits);
    expect(over).toEqual([1, 1, 2, 3]);
  });

  test('ends with its signal, and says what is missing', async () => {
    const { oracle, deliver } = createJudge(3);
    const end = new AbortController();
    const wait = oracle.delivered('store', 3, { signal: end.signal });
    deliver(1);
    end.abort('enough');
    await expect(wait).rejects.toMatchObject({
      message: 'store: 1 of 3 messages were delivered when the wait was ended\n- 2 lost: feed 2-3',
      cause: 'enough',
    });
  });

  test('does not begin when the signal has ended already', async () => {
    const { oracle } = createJudge(1);
    await expect(oracle.delivered('store', 1, { signal: AbortSignal.abort() })).rejects.toThrow(OracleError);
  });

  test('leaves nothing at its signal', async () => {
    const { oracle, deliver } = createJudge(1);
    const { signal } = new AbortController();
    const wait = oracle.delivered('store', 1, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    deliver(1);
    await wait;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('is not changed by a signal that ends later', async () => {
    const { oracle, deliver } = createJudge(1);
    const end = new AbortController();
    const wait = oracle.delivered('store', 1, { signal: end.signal });
    deliver(1);
    end.abort();
    await wait;
  });
});

describe('numbers that cannot be', () => {
  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is no count', async (count) => {
    const { oracle } = createJudge(1);
    expect(() => oracle.drop('store', count)).toThrow(UsageError);
    await expect(oracle.delivered('store', count)).rejects.toThrow(UsageError);
  });

  test.each([-1, Number.NaN])('%d is no bound', (inFlight) => {
    expect(() => ledgerOracle({ inFlight })).toThrow(UsageError);
  });
});

describe('ranges of numbers', () => {
  test('are one for any count of numbers without holes', () => {
    const ranges = new NumberRanges();
    for (let number = 1; number <= 1_000_000; number += 1) ranges.add(number);
    expect([ranges.size, ranges.pieces, ranges.gaps(1_000_002)]).toEqual([
      1_000_000,
      1,
      [{ first: 1_000_001, last: 1_000_002 }],
    ]);
  });

  test('have no number from a later one to an earlier one', () => {
    const ranges = new NumberRanges();
    for (const number of [1, 2, 3]) ranges.add(number);
    expect(ranges.count(3, 1)).toBe(0);
  });

  test('hold what a set holds', () => {
    const number = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fc.array(number), number, number, (numbers, first, last) => {
        const ranges = new NumberRanges();
        const set = new Set<number>();
        for (const each of numbers) {
          expect(ranges.add(each)).toBe(!set.has(each));
          set.add(each);
        }
        const all = Array.from({ length: 30 }, (_, index) => index + 1);
        expect(all.filter((each) => ranges.has(each))).toEqual(all.filter((each) => set.has(each)));
        expect(ranges.size).toBe(set.size);
        expect(ranges.count(first, last)).toBe([...set].filter((each) => each >= first && each <= last).length);
        const gaps = ranges.gaps(last).flatMap((gap) => all.filter((each) => each >= gap.first && each <= gap.last));
        expect(gaps).toEqual(all.filter((each) => each <= last && !set.has(each)));
        expect(ranges.pieces).toBe([...set].filter((each) => !set.has(each - 1)).length);
      }),
    );
  });
});

const PRODUCERS = ['a', 'b'];
const PRODUCED = 8;

/** Any steps at all, most of which break something. */
const anySteps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: markStep('deliver') },
    { weight: 2, arbitrary: markStep('fail') },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), count: fc.integer({ min: 0, max: 3 }) }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'disturb' as const }) },
  ),
  { maxLength: 60 },
);

function markStep(kind: 'deliver' | 'fail'): fc.Arbitrary<LedgerStep> {
  return fc.record({
    kind: fc.constant(kind),
    producer: fc.constantFrom(...PRODUCERS),
    number: fc.integer({ min: 0, max: PRODUCED + 1 }),
  });
}

/**
 * A run of one producer that keeps the promise: up in order; what is lost on the way fails or is dropped; after a
 * disturbance it goes on, or goes back as far as it may, and on from there without holes.
 */
const faithfulSteps = fc
  .array(fc.tuple(fc.constantFrom('up', 'up', 'up', 'up', 'fail', 'drop', 'disturb'), fc.nat()), { maxLength: 80 })
  .map((choices) => {
    const steps: LedgerStep[] = [];
    const delivered: number[] = [];
    let [next, again]: [number, number[]] = [1, []];
    for (const [choice, chance] of choices) {
      const repeated = choice === 'disturb' ? undefined : again.shift();
      if (choice === 'disturb') {
        steps.push({ kind: 'disturb' });
        const upTo = delivered.length - again.length;
        const inFlight = delivered.slice(-IN_FLIGHT);
        // What has not been repeated yet has to be repeated still.
        const from = inFlight.filter((number) => number <= (delivered[upTo] ?? next));
        again = chance % 3 === 0 ? again : inFlight.slice(from.length === 0 ? 0 : chance % from.length);
      } else if (repeated !== undefined) {
        steps.push({ kind: 'deliver', producer: 'a', number: repeated });
      } else {
        if (choice === 'up') delivered.push(next);
        if (choice === 'up') steps.push({ kind: 'deliver', producer: 'a', number: next });
        if (choice === 'fail') steps.push({ kind: 'fail', producer: 'a', number: next });
        if (choice === 'drop') steps.push({ kind: 'drop', count: 1 });
        next += 1;
      }
    }
    for (const number of again) steps.push({ kind: 'deliver', producer: 'a', number });
    return { steps, produced: next - 1 };
  });

const IN_FLIGHT = 4;

function judge(steps: readonly LedgerStep[], produced: number, producers = ['a'], inFlight = IN_FLIGHT) {
  const oracle = ledgerOracle({ inFlight });
  for (const producer of producers) for (let made = 0; made < produced; made += 1) oracle.produce(producer);
  for (const step of steps) {
    if (step.kind === 'disturb') oracle.disturb();
    else if (step.kind === 'drop') oracle.drop('store', step.count);
    else oracle[step.kind]('store', mark(step.number, step.producer));
  }
  return oracle.verdict('store');
}

describe('whatever happens', () => {
  test('the oracle finds what a judge finds that remembers everything', () => {
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 0, max: 5 }), (steps, inFlight) => {
        const verdict = judge(steps, PRODUCED, PRODUCERS, inFlight);
        const numbers = verdict.missing.flatMap(({ producer, first, last }) =>
          Array.from({ length: last - first + 1 }, (_, index) => `${producer} ${first + index}`),
        );
        const { delivered, failed, lost, overcounted, repeatedPerDisturbance, unknown } = verdict;
        const outOfOrder = verdict.outOfOrder.map(sortable).sort();
        expect({
          ...{ delivered, failed, missing: numbers, lost, overcounted, outOfOrder, repeatedPerDisturbance, unknown },
        }).toEqual(judgeNaively(steps, { producers: PRODUCERS, produced: PRODUCED, inFlight }));
      }),
      { numRuns: 1000 },
    );
  });

  test('a run that keeps the promise is not accused', () => {
    fc.assert(
      fc.property(faithfulSteps, ({ steps, produced }) => {
        expect(judge(steps, produced).faults).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('a run from which one message is taken away for good has lost it', () => {
    fc.assert(
      fc.property(faithfulSteps, fc.nat(), ({ steps, produced }, chance) => {
        const numbers = steps.flatMap((step) => (step.kind === 'deliver' ? [step.number] : []));
        fc.pre(numbers.length > 0);
        const gone = numbers[chance % numbers.length];
        const rest = steps.filter((step) => !(step.kind === 'deliver' && step.number === gone));
        expect(judge(rest, produced)).toMatchObject({ lost: 1, orderBreaks: 0 });
      }),
    );
  });

  test('a run in which two different messages change places is out of order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), fc.nat(), (produced, one, other) => {
        const numbers = Array.from({ length: produced }, (_, index) => index + 1);
        const [first, second] = [one % produced, other % produced];
        fc.pre(first !== second);
        [numbers[first], numbers[second]] = [numbers[second] ?? 0, numbers[first] ?? 0];
        const steps = numbers.map((number): LedgerStep => ({ kind: 'deliver', producer: 'a', number }));
        expect(judge(steps, produced)).toMatchObject({ lost: 0, orderBreaks: expect.toSatisfy((count) => count > 0) });
      }),
    );
  });

  test('a run with one repetition more than its disturbances allow is accused of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), (rounds) => {
        const steps: LedgerStep[] = [];
        const upTo = (first: number, last: number) => {
          for (let number = first; number <= last; number += 1) steps.push({ kind: 'deliver', producer: 'a', number });
        };
        upTo(1, 10);
        for (let round = 1; round <= rounds; round += 1) {
          steps.push({ kind: 'disturb' });
          upTo(round === rounds ? 10 - IN_FLIGHT : 11 - IN_FLIGHT, 10);
        }
        expect(judge(steps, 10)).toMatchObject({ orderBreaks: 1, duplicates: rounds * IN_FLIGHT + 1 });
        expect(judge(steps, 10).faults).toHaveLength(2);
      }),
    );
  });
});

describe('a pipeline before the judge', () => {
  /** Ten messages in batches of five; the first one is in the book when the function fails, and is tried again. */
  async function deliverTen(keep: (oracle: LedgerOracle, batch: Batch, isFirst: boolean) => void) {
    const oracle = ledgerOracle({ inFlight: 10 });
    const world = new World();
    const pipeline = world.add([{ name: 'feed', function: {} }]);
    let calls = 0;
    pipeline.sink('store', {
      inputs: ['feed'],
      batch: { 'fixed-size': 5 },
      function: async (batch) => {
        calls += 1;
        keep(oracle, batch, calls === 1);
        if (calls > 1) return;
        oracle.disturb();
        throw new Error('lost on the way back');
      },
    });
    await world.start();
    for (let sent = 0; sent < 10; sent += 1) void pipeline.source('feed').push(oracle.produce('feed'));
    await world.clock.advance(10_000);
    return oracle;
  }

  test('that tries again repeats what was in flight', async () => {
    const oracle = await deliverTen((judge, batch) => judge.deliver('store', batch));
    expect(oracle.assert('store')).toMatchObject({ delivered: 10, repeatedPerDisturbance: [0, 5] });
  });

  test('whose function passes over what is tried again is accused of the loss', async () => {
    const oracle = await deliverTen((judge, batch, isFirst) => {
      if (!isFirst) judge.deliver('store', batch.messages.slice(1));
    });
    expect(() => oracle.assert('store')).toThrow('2 lost: feed 1, feed 6');
  });
});
